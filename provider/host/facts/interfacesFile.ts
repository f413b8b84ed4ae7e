import { posix } from "node:path";
import { expressionOf } from "./glob";

/** One option of a stanza, or a stanza's own line: where it stands among the file's lines, a continued one to its end. */
export interface OptionLine {
  readonly key: string;
  readonly value: string;
  readonly first: number;
  readonly last: number;
}

/** A stanza of interfaces(5): its line ("iface", "enp1s0 inet static"), and what belongs to it. */
export interface Stanza extends OptionLine {
  readonly options: readonly OptionLine[];
}

const begins = /^(iface|mapping|auto|allow-.+|no-auto-down|no-scripts|rename|source|source-dir.*)$/;
const sources = /^source/;

/** These without a name are the stanza's in which they stand. */
const withoutName = /^(auto|allow-.+|no-auto-down|no-scripts)$/;

/**
 * interfaces(5): a comment is a line of its own, and a backslash at a line's end goes on with the next one. Looked for and
 * cut, as an expression for a whole line may take ages of one that is long.
 */
export function stanzasOf(text: string): Stanza[] {
  const stanzas: (Stanza & { options: OptionLine[] })[] = [];
  const lines = text.split("\n");
  for (let first = 0; first < lines.length; first += 1) {
    if (/^\s*(#|$)/.test(lines[first] ?? "")) continue;
    let last = first;
    let whole = (lines[first] ?? "").trimStart();
    while (whole.endsWith("\\") && last + 1 < lines.length) {
      last += 1;
      whole = whole.slice(0, -1) + lines[last];
    }
    const said = { ...wordAndRest(whole), first, last };
    const open = stanzas.at(-1);
    const isOpens = withoutName.test(said.key) && said.value === "" && open?.key === "iface";
    if (begins.test(said.key) && !isOpens) stanzas.push({ ...said, options: [] });
    else open?.options.push(said);
    first = last;
  }
  return stanzas;
}

/** Of a line without blanks before it; where a continued one has them, they are behind a word of no letters. */
export function wordAndRest(line: string): { readonly key: string; readonly value: string } {
  const text = line.trimEnd();
  const end = text.search(/\s/);
  return end === -1 ? { key: text, value: "" } : { key: text.slice(0, end), value: text.slice(end).trim() };
}

/** What an "iface" line says: "enp1s0 inet static inherits lan". */
export function ifaceOf({ key, value }: OptionLine) {
  if (key !== "iface") return undefined;
  const [name = "", family = "", method = "", ...more] = value.split(/\s+/);
  return { name, family, method, more };
}

export const mainFile = "/etc/network/interfaces";

/** What ifupdown reads of the files that there are, in its order; and what it would read beside them. */
export function sourcedFiles(files: ReadonlyMap<string, string>): {
  readonly read: ReadonlyMap<string, string>;
  readonly unavailable: readonly string[];
} {
  const text = files.get(mainFile);
  const read = new Map(text === undefined ? [] : [[mainFile, text]]);
  const unavailable: string[] = [];
  for (const { key, value } of stanzasOf(text ?? "")) {
    if (!sources.test(key)) continue;
    const said = value.startsWith("/") ? value : `/etc/network/${value}`;
    const [own, glob = ""] = /^\/etc\/network\/interfaces\.d(?:\/([^/]*))?$/.exec(said) ?? [];
    const isFolder = key !== "source";
    if (own === undefined || (isFolder ? glob !== "" : !isPlain(glob))) {
      unavailable.push(said);
      continue;
    }
    const name = isFolder ? /^[A-Za-z0-9_-]+$/ : new RegExp(`^${expressionOf(glob)}$`);
    for (const [path, one] of files) if (path !== mainFile && name.test(posix.basename(path))) read.set(path, one);
  }
  for (const [path, one] of read)
    if (path !== mainFile)
      unavailable.push(...stanzasOf(one).flatMap(({ key, value }) => (sources.test(key) ? [value] : [])));
  return { read, unavailable };
}

/** Of more stars than one, a look for a match may take ages. */
const isPlain = (glob: string) => /^[\w.-]*\*?[\w.-]*$/.test(glob);
