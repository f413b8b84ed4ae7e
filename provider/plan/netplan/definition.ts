import { type Document, isAlias, isMap, isScalar, parseDocument, type YAMLMap } from "yaml";
import { Refusal } from "../refusal";

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
export function saidIn({ map, document }: NetplanDefinition["places"][number]): Record<string, unknown> {
  return map.toJS(document);
}

/** The definition that is `id`'s, or undefined where no file has one. */
export function findDefinition(files: ReadonlyMap<string, string>, id: string): NetplanDefinition | undefined {
  let section: SectionName | undefined;
  let globalRenderer = "networkd";
  let ownRenderer: string | undefined;
  const places: NetplanDefinition["places"][number][] = [];
  for (const [path, text] of files) {
    const document = parse(files, path, text);
    globalRenderer = String(document.getIn(["network", "renderer"]) ?? globalRenderer);
    for (const name of sections) {
      const all = document.getIn(["network", name], true);
      const pair = isMap(all) ? all.items.find((one) => isScalar(one.key) && String(one.key.value) === id) : undefined;
      if (!pair) continue;
      const node = pair.value;
      if (
        isAlias(node) ||
        (isMap(node) && (node.anchor || node.items.some((one) => isScalar(one.key) && one.key.value === "<<")))
      ) {
        throw new Refusal(
          `${path}: ${name}.${id} is written with YAML anchors; write it out, kvmnet does not edit it as it is.`,
        );
      }
      section = name;
      if (!isMap(node) || !isScalar(pair.key)) continue;
      places.push({ path, text, document, map: node, keyEnd: pair.key.range?.[1] ?? 0 });
      ownRenderer = (node.get("renderer") as string | undefined) ?? ownRenderer;
    }
  }
  return section && { id, section, places, renderer: ownRenderer ?? globalRenderer };
}

/** Every id that netplan's files define, with its section. */
export function definedIds(files: ReadonlyMap<string, string>): { id: string; section: SectionName; map: unknown }[] {
  return [...files].flatMap(([path, text]) => {
    const document = parse(files, path, text);
    return sections.flatMap((section) => {
      const node = document.getIn(["network", section]);
      return isMap(node)
        ? node.items.map((pair) => ({
            id: String(isScalar(pair.key) ? pair.key.value : pair.key),
            section,
            map: pair.value,
          }))
        : [];
    });
  });
}

/** A host's files are asked about many times over. What changes a document changes a copy of it. */
const documents = new WeakMap<ReadonlyMap<string, string>, Map<string, Document | undefined>>();

function parse(files: ReadonlyMap<string, string>, path: string, text: string): Document {
  const known = documents.get(files) ?? new Map<string, Document | undefined>();
  documents.set(files, known);
  if (!known.has(text)) known.set(text, parsed(text));
  const document = known.get(text);
  if (document === undefined) throw new Refusal(`${path} is no YAML that can be read: it nests too deep.`);
  const error = document.errors[0];
  if (error) throw new Refusal(`${path} is no valid YAML: ${error.message.split("\n")[0]}`);
  return document;
}

/** The parser calls itself for each level. */
function parsed(text: string): Document | undefined {
  try {
    return parseDocument(text);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
