/** One option of a stanza, or a stanza's own line: where it stands among the file's lines, a continued one to its end. */
export interface SaidLine {
  readonly key: string;
  readonly value: string;
  readonly first: number;
  readonly last: number;
}

/** A stanza of interfaces(5): its line ("iface", "enp1s0 inet static"), and what belongs to it. */
export interface Stanza extends SaidLine {
  readonly options: readonly SaidLine[];
}

const begins = /^(iface|template|mapping|auto|allow-.+|no-auto-down|no-scripts|rename|source|source-directory)$/;

/** interfaces(5): a comment is a line of its own, and a backslash at a line's end goes on with the next one. */
export function stanzasOf(text: string): Stanza[] {
  const stanzas: (Stanza & { options: SaidLine[] })[] = [];
  const lines = text.split("\n");
  for (let first = 0; first < lines.length; first += 1) {
    if (/^\s*(#|$)/.test(lines[first] ?? "")) continue;
    let last = first;
    let whole = lines[first] ?? "";
    while (whole.endsWith("\\") && last + 1 < lines.length) {
      last += 1;
      whole = whole.slice(0, -1) + lines[last];
    }
    const [, key = "", value = ""] = /^\s*(\S+)\s*(.*?)\s*$/.exec(whole) ?? [];
    const said = { key, value, first, last };
    if (begins.test(key)) stanzas.push({ ...said, options: [] });
    else stanzas.at(-1)?.options.push(said);
    first = last;
  }
  return stanzas;
}

/** What an "iface" line says: "enp1s0 inet static inherits lan". */
export function ifaceOf({ key, value }: SaidLine) {
  if (key !== "iface") return undefined;
  const [name = "", family = "", method = "", ...more] = value.split(/\s+/);
  return { name, family, method, more };
}

export const mainFile = "/etc/network/interfaces";

/** What ifupdown reads of the files that there are, in its order; and what it would read beside them. */
export function sourcedFiles(files: ReadonlyMap<string, string>): {
  readonly read: ReadonlyMap<string, string>;
  readonly others: readonly string[];
} {
  const text = files.get(mainFile);
  const read = new Map(text === undefined ? [] : [[mainFile, text]]);
  const others: string[] = [];
  for (const { key, value } of stanzasOf(text ?? "")) {
    if (!/^source(-directory)?$/.test(key)) continue;
    const said = value.startsWith("/") ? value : `/etc/network/${value}`;
    const [, glob] = /^\/etc\/network\/interfaces\.d\/?([^/]*)$/.exec(said) ?? [];
    if (glob === undefined || /[^\w.*-]/.test(glob)) others.push(said);
    const name = key === "source" ? globOf(glob ?? "") : /^[A-Za-z0-9_-]+$/;
    for (const [path, one] of glob === undefined ? [] : files)
      if (path !== mainFile && name.test(path.slice(path.lastIndexOf("/") + 1))) read.set(path, one);
  }
  for (const [path, one] of read)
    if (path !== mainFile)
      others.push(...stanzasOf(one).flatMap(({ key, value }) => (/^source/.test(key) ? [value] : [])));
  return { read, others };
}

const globOf = (glob: string) => new RegExp(`^${glob.replaceAll(".", "\\.").replaceAll(/\*+/g, ".*")}$`);
