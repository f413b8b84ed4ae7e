import { type Stanza, stanzasOf, wordAndRest } from "../../host/facts/interfacesFile";

/**
 * kvmnet's part of ifupdown's files: what is the user's and not in force meanwhile stands there as a comment, and what is
 * kvmnet's between two. So the way back is in the file itself, whatever a hand has changed in it since.
 */
export interface Marks {
  readonly was: string;
  readonly begin: string;
  readonly end: string;
}

export function marksOf(bridge: string): Marks {
  const mark = `# kvmnet ${bridge}`;
  return {
    was: `${mark} was: `,
    begin: `${mark} begin: change the Pulumi program instead, what is changed here is seen as drift`,
    end: `${mark} end`,
  };
}

/** Whether a file has kvmnet's part of a bridge. */
export function hasMarks(text: string | undefined, bridge: string): boolean {
  const { begin } = marksOf(bridge);
  return text?.split("\n").some((line) => line.trimEnd() === begin) ?? false;
}

/** A comment that kvmnet would take for its own. */
export function strayMark(text: string, bridge: string): string | undefined {
  return text.split("\n").find((line) => line.startsWith(`# kvmnet ${bridge} `));
}

/** A file as it would be without that: byte for byte what it was, but for what a hand has changed outside of it. */
export function withoutMarks(text: string, bridge: string): string {
  const { was } = marksOf(bridge);
  const users = partsOf(text, bridge).filter(({ isKvmnets }) => !isKvmnets);
  return users.map(({ line }) => (line.startsWith(was) ? line.slice(was.length) : line)).join("\n");
}

/** What kvmnet has added to it. */
export function extractMarked(text: string, bridge: string): string {
  const { begin, end } = marksOf(bridge);
  const ours = partsOf(text, bridge).filter(
    ({ isKvmnets, line }) => isKvmnets && ![begin, end].includes(line.trimEnd()),
  );
  return ours.map(({ line }) => `${line}\n`).join("");
}

/** Where a hand took the end away, only the beginning is known to be kvmnet's. An editor may have written other line ends. */
function partsOf(text: string, bridge: string): { readonly line: string; readonly isKvmnets: boolean }[] {
  const { begin, end } = marksOf(bridge);
  const lines = text.split("\n");
  const plain = lines.map((line) => line.trimEnd());
  let until = -1;
  return lines.map((line, at) => {
    if (plain[at] === begin && at > until) {
      const next = plain.findIndex((one, index) => index > at && (one === begin || one === end));
      until = plain[next] === end && isOurs(lines.slice(at, next), bridge) ? next : at;
    }
    return { line, isKvmnets: at <= until || plain[at] === end };
  });
}

/** Proxmox VE writes stanzas in an order of its own: what stands between two comments then may be another's. */
function isOurs(lines: readonly string[], bridge: string): boolean {
  const stanzas = stanzasOf(lines.join("\n"));
  const isBridges = (one: Stanza | undefined) => one === undefined || one.value.split(/\s+/)[0] === bridge;
  // Its NIC's stands behind the bridge's first line.
  const [first, second, ...others] = stanzas;
  return isBridges(first) && (isBridges(second) || first?.key === "auto") && others.every(isBridges);
}

/** A file for people to look at, without its secrets, which may stand in a command too, and without comments, in which anything may. */
export function hidden(text: string): string {
  return text
    .split("\n")
    .map((line) => {
      if (/^\s*#(?! kvmnet )/.test(line)) return "# (hidden)";
      if (!/psk|pass|key|secret|private|token/i.test(line)) return line;
      const [mark = ""] = /^# kvmnet \S+ was: /.exec(line) ?? [];
      const { key, value } = wordAndRest(line.slice(mark.length).trimStart());
      return value === "" ? line : `${line.slice(0, line.indexOf(key, mark.length) + key.length)} (hidden)`;
    })
    .join("\n");
}
