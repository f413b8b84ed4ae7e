import { isDeepStrictEqual } from "node:util";
import { isCollection, isMap, isPair, isScalar, type Node, type Pair, parse, stringify, type YAMLMap } from "yaml";
import { Refusal } from "../../schema/refusal";
import { goesOver } from "../netplan/keys";
import { type NetplanDefinition, readPlace } from "./definition";

export type Stanza = Record<string, unknown>;

/** A list of netplan's, which may be left out; whoever wrote anything else, netplan itself refuses. */
export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The name servers of an interface. */
export function nameServersOf({ nameservers }: Stanza): string[] {
  return listOf((nameservers as Stanza | undefined)?.addresses).map(String);
}

/** An interface's addressing over all files, merged as netplan does: later scalars win, lists add up. */
export function addressingOf(definition: NetplanDefinition): Stanza {
  return merged(definition, goesOver);
}

/** The same of all that is the interface's own. */
export function settingsOf(definition: NetplanDefinition): Stanza {
  return merged(definition, (key) => !goesOver(key));
}

function merged(definition: NetplanDefinition, isMeant: (key: string) => boolean): Stanza {
  const all: Stanza = {};
  for (const place of definition.places)
    for (const [key, value] of Object.entries(readPlace(place))) if (isMeant(key)) all[key] = merge(all[key], value);
  return all;
}

function merge(before: unknown, value: unknown): unknown {
  if (Array.isArray(before) && Array.isArray(value)) {
    const known = new Set(before.map((one) => JSON.stringify(one)));
    return [...before, ...value.filter((one) => !known.has(JSON.stringify(one)))];
  }
  if (isPlain(before) && isPlain(value)) {
    const merged: Stanza = { ...before };
    for (const [key, one] of Object.entries(value)) merged[key] = merge(merged[key], one);
    return merged;
  }
  return value;
}

function isPlain(value: unknown): value is Stanza {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The files that have the interface's addressing, without it: nothing else in them changes, comments and spaces included. */
export function withoutAddressing(definition: NetplanDefinition): Map<string, string> {
  const files = new Map<string, string>();
  for (const place of definition.places) {
    const { path, text, map, keyEnd } = place;
    const taken = map.items.filter((pair) => isScalar(pair.key) && goesOver(String(pair.key.value)));
    if (taken.length === 0) continue;
    const edited = map.flow ? withoutFlowPairs(place, taken) : withoutBlockPairs(text, map, taken, keyEnd);
    const wanted = parse(text, quiet);
    for (const pair of taken) delete wanted.network[definition.section][definition.id][keyOf(pair)];
    if (!saysTheSame(edited, wanted)) {
      throw new Refusal(
        `${path}: ${definition.section}.${definition.id} is written in a way that kvmnet can't take the addressing out of alone; write it plainly, a key a line.`,
      );
    }
    files.set(path, edited);
  }
  return files;
}

/** Else it prints its warnings itself. */
const quiet = { logLevel: "error" } as const;

/** The proof that an edit of the text was none of anything else. */
function saysTheSame(text: string, wanted: unknown): boolean {
  try {
    return isDeepStrictEqual(parse(text, quiet), wanted);
  } catch {
    return false;
  }
}

function withoutFlowPairs(place: NetplanDefinition["places"][number], taken: readonly Pair[]): string {
  const { text, map } = place;
  const rest = readPlace(place);
  for (const pair of taken) delete rest[keyOf(pair)];
  const [start, end] = range(map);
  return text.slice(0, start) + stringify(rest, { collectionStyle: "flow", lineWidth: 0 }).trim() + text.slice(end);
}

/** Cuts whole lines, from the last on so that offsets stay true. An interface of which nothing is left becomes `{}`. */
function withoutBlockPairs(text: string, map: YAMLMap, taken: readonly Pair[], keyEnd: number): string {
  let result = text;
  const emptied = taken.length === map.items.length;
  for (const pair of [...taken].reverse()) {
    const start = text.lastIndexOf("\n", range(pair.key as Node)[0]) + 1;
    const contentAt = contentEnd(pair);
    // A block scalar's place ends with its last newline.
    const newline = text.indexOf("\n", text[contentAt - 1] === "\n" ? contentAt - 1 : contentAt);
    result = result.slice(0, start) + result.slice(newline < 0 ? text.length : newline + 1);
  }
  if (!emptied) return result;
  const colon = text.indexOf(":", keyEnd);
  return `${result.slice(0, colon + 1)} {}${result.slice(colon + 1)}`;
}

/** Where the last thing said in a pair ends: a collection's own range may take in comments that belong to what follows. */
function contentEnd(pair: Pair): number {
  const value = pair.value as Node | null;
  if (value === null) return range(pair.key as Node)[1];
  if (!isCollection(value) || value.flow) return range(value)[1];
  const last = value.items.at(-1);
  if (last === undefined) return range(value)[1];
  if (isPair(last)) return contentEnd(last);
  if (isMap(last) && !last.flow) return contentEnd(last.items.at(-1) as Pair);
  return range(last as Node)[1];
}

function range(node: Node): [number, number] {
  if (!node.range) throw new Error("A YAML node that was read from a text has no place in it.");
  return [node.range[0], node.range[1]];
}

function keyOf(pair: Pair): string {
  return isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
}

/** Puts an interface's addressing back into a file that was changed by hand since; the rest of the file stays. */
export function withAddressing(definition: NetplanDefinition, stanza: Stanza): Map<string, string> {
  const place = definition.places[0];
  if (!place) return new Map();
  const path = ["network", definition.section, definition.id];
  const document = place.document.clone();
  for (const [key, value] of Object.entries(stanza)) document.setIn([...path, key], document.createNode(value));
  (document.getIn(path) as YAMLMap).flow = false;
  return new Map([[place.path, document.toString({ lineWidth: 0 })]]);
}
