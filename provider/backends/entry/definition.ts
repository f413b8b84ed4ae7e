import { type Document, isAlias, isMap, isScalar, type Pair, parseDocument, visit, type YAMLMap } from "yaml";
import { isKeyfile } from "../../host/facts/inNetworkManagersWords";
import { Refusal } from "../../schema/refusal";

/** netplan's sections whose interfaces can be a bridge's port. */
const sections = ["ethernets", "bonds", "vlans", "wifis", "modems", "bridges", "tunnels", "dummy-devices"] as const;
type SectionName = (typeof sections)[number];

/** An interface's place in netplan's files: one id, which may stand in several files. */
export interface NetplanDefinition {
  readonly id: string;
  readonly section: SectionName;
  readonly places: readonly {
    readonly path: string;
    readonly text: string;
    readonly document: Document;
    readonly map: YAMLMap;
    /** Where its name ends in the text. */
    readonly keyEnd: number;
  }[];
  readonly renderer: string;
}

/** What one file says of the interface, aliases of other entries followed. */
export function readPlace({ map, document, path }: NetplanDefinition["places"][number]): Record<string, unknown> {
  try {
    return map.toJS(document);
  } catch (error) {
    // Aliases of aliases of aliases; or levels that the parser took, one call each, and this does not.
    if (error instanceof ReferenceError || error instanceof RangeError)
      throw new Refusal(`${path} can't be read: its aliases, or its levels, are too many.`);
    throw error;
  }
}

/** The definition that is `id`'s, or undefined where no file has one. */
export function findDefinition(files: ReadonlyMap<string, string>, id: string): NetplanDefinition | undefined {
  const { entries, renderer } = indexOf(files);
  let section: SectionName | undefined;
  let ownRenderer: string | undefined;
  const all = entries.get(id) ?? [];
  // What NetworkManager has by a profile that netplan has made of its files, the profile says.
  const profiles = all.filter(({ path }) => isKeyfile(path));
  const ofType = all[0]?.rendererOfType;
  const places: NetplanDefinition["places"][number][] = [];
  for (const { path, text, document, pair, ...entry } of profiles.length > 0 ? profiles : all) {
    const node = pair.value;
    if (
      isAlias(node) ||
      (isMap(node) && (node.anchor || node.items.some((one) => isScalar(one.key) && one.key.value === "<<")))
    ) {
      throw new Refusal(
        `${path}: ${entry.section}.${id} is written with YAML anchors; write it out, kvmnet does not edit it as it is.`,
      );
    }
    section = entry.section;
    if (!isMap(node) || !isScalar(pair.key)) continue;
    places.push({ path, text, document, map: node, keyEnd: pair.key.range?.[1] ?? 0 });
    ownRenderer = (node.get("renderer") as string | undefined) ?? ownRenderer;
  }
  return section && { id, section, places, renderer: ownRenderer ?? ofType ?? renderer };
}

/** Every id that netplan's files define, with its section. */
export function definedIds(files: ReadonlyMap<string, string>): { id: string; section: SectionName; map: unknown }[] {
  return [...indexOf(files).entries].flatMap(([id, all]) =>
    all.map(({ section, pair }) => ({ id, section, map: pair.value })),
  );
}

/** Of the host's files as they were before a change, netplan's. */
export function netplanIn(previousConfig: Readonly<Record<string, string>> = {}): [string, string][] {
  return Object.entries(previousConfig).filter(([path]) => path.endsWith(".yaml"));
}

interface Entry {
  readonly path: string;
  readonly text: string;
  readonly document: Document;
  readonly section: SectionName;
  readonly pair: Pair;
  readonly rendererOfType: string | undefined;
}

/** What the files define, by id, each in the order of the files. */
interface Index {
  readonly entries: ReadonlyMap<string, readonly Entry[]>;
  /** Of those that do not say one for themselves. */
  readonly renderer: string;
}

/** A host's files are asked about many times over. What changes a document changes a copy of it. */
const indexes = new WeakMap<ReadonlyMap<string, string>, Index>();

function indexOf(files: ReadonlyMap<string, string>): Index {
  const known = indexes.get(files);
  if (known) return known;
  const entries = new Map<string, Entry[]>();
  let renderer = "networkd";
  for (const [path, text] of files) {
    const document = parse(path, text);
    renderer = String(document.getIn(["network", "renderer"]) ?? renderer);
    const network = document.getIn(["network"], true);
    // netplan gives it to what is new after it, to the file's end.
    let rendererOfType: string | undefined;
    for (const { key, value: all } of isMap(network) ? network.items : []) {
      const section = sections.find((one) => isScalar(key) && key.value === one);
      for (const pair of section && isMap(all) ? all.items : []) {
        const id = String(isScalar(pair.key) ? pair.key.value : pair.key);
        const entry = { path, text, document, section: section as SectionName, pair, rendererOfType };
        const before = entries.get(id);
        if (id === "renderer") rendererOfType = String(pair.value);
        else if (before) before.push(entry);
        else entries.set(id, [entry]);
      }
    }
  }
  const index = { entries, renderer };
  indexes.set(files, index);
  return index;
}

/** Parsed once, whichever of the host's files it stands among. The last ones: a host has few, and they are looked at together. */
const documents = new Map<string, Document | string>();
const keptDocuments = 200;

function parse(path: string, text: string): Document {
  const known = documents.get(text) ?? parsed(text);
  documents.delete(text);
  documents.set(text, known);
  if (documents.size > keptDocuments) documents.delete(documents.keys().next().value as string);
  if (typeof known === "string") throw new Refusal(`${path} ${known}`);
  return known;
}

/** The document, or what is wrong with it. The parser's message has the line in it, passwords included: only its place is told. */
function parsed(text: string): Document | string {
  try {
    // It compares each key with all before it.
    const document = parseDocument(text, { uniqueKeys: false, prettyErrors: false });
    const [error] = document.errors;
    if (error)
      return `is no valid YAML: ${error.code.toLowerCase().replaceAll("_", " ")} ${placeOf(text, error.pos[0])}`;
    const twice = keyTwice(document);
    return twice === undefined ? document : `is no valid YAML: a key for the second time ${placeOf(text, twice)}`;
  } catch (error) {
    // The parser calls itself for each level.
    if (error instanceof RangeError) return "is no YAML that can be read: it nests too deep.";
    throw error;
  }
}

/** Where a mapping has a key that it has already. */
function keyTwice(document: Document): number | undefined {
  let twice: number | undefined;
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) {
          twice = key.range?.[0] ?? 0;
          return visit.BREAK;
        }
        seen.add(key.value);
      }
      return undefined;
    },
  });
  return twice;
}

function placeOf(text: string, at: number): string {
  const before = text.slice(0, at).split("\n");
  return `at line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}
