import { limits } from "./limits";
import type { Reader } from "./reader";

export function parseNetplan(reader: Reader): Map<string, string> {
  const files = effective(reader.files("netplan", "netplan", () => undefined));
  return withinLimit(reader, files, `netplan's files (${[...files.keys()].slice(0, 3).join(", ")}…)`);
}

export function parseInterfaces(reader: Reader): Map<string, string> {
  return withinLimit(
    reader,
    reader.files("interfaces", "netplan", () => undefined),
    "ifupdown's files",
  );
}

export function parseKeyfiles(reader: Reader): Map<string, string> {
  return withinLimit(
    reader,
    reader.files("keyfile", "netplan", () => undefined),
    "NetworkManager's profiles",
  );
}

/** All of them or none: a part of what an owner's files say is another network. */
function withinLimit(reader: Reader, files: Map<string, string>, words: string): Map<string, string> {
  const size = [...files.values()].reduce((sum, text) => sum + text.length, 0);
  if (size <= limits.netplan) return files;
  reader.miss("netplan", undefined, `${words} are longer than ${limits.netplan / 1024} KB together`);
  return new Map();
}

/** "enp1s0=enp1s0" a line: the link, and the name that its stanza has. Of ifupdown2 they are one, a line each. */
export function parseIfstate(text: string | undefined, names: string | undefined): Map<string, string> | undefined {
  if (text === undefined)
    return names === undefined ? undefined : new Map(names.split("\n").map((name) => [name, name]));
  return new Map(
    text.split("\n").flatMap((line) => {
      const [, name, logical] = /^([^=]+)=(.+)$/.exec(line) ?? [];
      return name === undefined || logical === undefined ? [] : [[name, logical] as const];
    }),
  );
}

/** netplan-generate(8): /run hides /etc hides /lib by file name; all are read in the order of their names. */
function effective(files: Map<string, string>): Map<string, string> {
  const byName = new Map<string, string>();
  for (const folder of ["/lib/netplan/", "/etc/netplan/", "/run/netplan/"]) {
    for (const path of files.keys()) if (path.startsWith(folder)) byName.set(path.slice(folder.length), path);
  }
  return new Map(
    [...byName.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => [path, files.get(path) ?? ""]),
  );
}
