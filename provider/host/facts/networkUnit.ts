import { posix } from "node:path";

/** One section of a unit's file, in its order: each key as often as the file says it. */
export interface Section {
  readonly name: string;
  readonly entries: readonly (readonly [key: string, value: string])[];
}

/** systemd.syntax(7): comments are lines of their own, and a backslash at a line's end goes on with the next one. */
export function sectionsOf(text: string): Section[] {
  const sections: { name: string; entries: [string, string][] }[] = [];
  const lines = text
    .split("\n")
    .filter((line) => !/^\s*[#;]/.test(line))
    .join("\n")
    .replaceAll(/\\\n\s*/g, " ");
  for (const line of lines.split("\n").map((one) => one.trim())) {
    const [, name] = /^\[(.+)\]$/.exec(line) ?? [];
    if (name !== undefined) sections.push({ name, entries: [] });
    const [, key, value = ""] = /^([^=[\s]+)\s*=\s*(.*)$/.exec(line) ?? [];
    if (key !== undefined) sections.at(-1)?.entries.push([key, value]);
  }
  return sections;
}

/** The values of a key that may be said often: an empty one takes back those before it. */
export function valuesIn(sections: readonly Section[], section: string, key: string): string[] {
  const all = sections
    .filter(({ name }) => name === section)
    .flatMap(({ entries }) => entries.filter(([one]) => one === key).map(([, value]) => value));
  return all.slice(all.lastIndexOf("") + 1);
}

/** networkd's folders: of one name the first counts. */
export const unitFolders = [
  "/etc/systemd/network",
  "/run/systemd/network",
  "/usr/local/lib/systemd/network",
  "/usr/lib/systemd/network",
] as const;

/** A unit and its drop-ins, which add to it in the order of their names (systemd.network(5)): path to text. */
export function wholeUnit(units: ReadonlyMap<string, string>, path: string): [string, string][] {
  const name = posix.basename(path);
  const dropIns = [...(dropInsIn(units).get(name) ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
  return [path, ...dropIns.map(([, one]) => one)].flatMap((one) => {
    const text = units.get(one);
    return text === undefined ? [] : [[one, text] as [string, string]];
  });
}

type DropIns = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** A host's units are asked about many times over. */
const indexes = new WeakMap<ReadonlyMap<string, string>, DropIns>();

/** By the name of the unit: name to path, of each name the one that counts. */
function dropInsIn(units: ReadonlyMap<string, string>): DropIns {
  const known = indexes.get(units);
  if (known) return known;
  const rank = (path: string) => unitFolders.findIndex((folder) => path.startsWith(`${folder}/`));
  const index = new Map<string, Map<string, string>>();
  for (const path of units.keys()) {
    const [, unit, file = ""] = /\/([^/]+\.network)\.d\/([^/]+\.conf)$/.exec(path) ?? [];
    if (unit === undefined || rank(path) < 0 || file.startsWith("kvmnet")) continue;
    const files = index.get(unit) ?? new Map<string, string>();
    const other = files.get(file);
    if (other === undefined || rank(path) < rank(other)) files.set(file, path);
    index.set(unit, files);
  }
  indexes.set(units, index);
  return index;
}
