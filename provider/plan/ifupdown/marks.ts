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
  return text?.split("\n").includes(begin) ?? false;
}

/** A file as it would be without that: byte for byte what it was, but for what a hand has changed outside of it. */
export function withoutMarks(text: string, bridge: string): string {
  const { was } = marksOf(bridge);
  const users = partsOf(text, bridge).filter(({ ours }) => !ours);
  return users.map(({ line }) => (line.startsWith(was) ? line.slice(was.length) : line)).join("\n");
}

/** What kvmnet has added to it. */
export function oursIn(text: string, bridge: string): string {
  const { begin, end } = marksOf(bridge);
  const ours = partsOf(text, bridge).filter((one) => one.ours && one.line !== begin && one.line !== end);
  return ours.map(({ line }) => `${line}\n`).join("");
}

/** Where a hand took the end away, only the beginning is known to be kvmnet's. */
function partsOf(text: string, bridge: string): { readonly line: string; readonly ours: boolean }[] {
  const { begin, end } = marksOf(bridge);
  const lines = text.split("\n");
  let until = -1;
  return lines.map((line, at) => {
    if (line === begin && at > until) {
      const next = lines.findIndex((one, index) => index > at && (one === begin || one === end));
      until = lines[next] === end ? next : at;
    }
    return { line, ours: at <= until || line === end };
  });
}

/** A file for people to look at, without its secrets, and without comments, in which anything may stand. */
export function hidden(text: string): string {
  return text
    .split("\n")
    .map((line) =>
      /^\s*#(?! kvmnet )/.test(line)
        ? "# (hidden)"
        : line.replace(/^((?:# kvmnet \S+ was: )?\s*\S*(?:psk|pass|key|secret|private)\S*\s+)\S.*$/i, "$1(hidden)"),
    )
    .join("\n");
}
