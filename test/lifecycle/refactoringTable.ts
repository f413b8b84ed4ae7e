import { type Kept, kept } from "./identities";
import { types } from "./program";

/** Of each resource, a word or an identity; "" where there is none. */
export type Said = Record<Kept, string>;
export const each = (said: string): Said => ({ br: said, filter: said, lan: said, nic: said, tap: said });

/** What a test has seen, and asserted. */
export interface Seen {
  /** What the preview says. */
  readonly says: Said;
  /** What makes each thing the one that it is: before, after, and once its stack was destroyed. */
  readonly before: Said;
  readonly after: Said;
  readonly left: Said;
  /** Whose the host says that each is afterwards, by its type. */
  readonly whose: Readonly<Record<string, string>>;
}

/** What `up` made of a thing. */
function became(before: string, after: string): string {
  if (after === before) return after === "" ? "nothing" : "the same";
  return before === "" ? "a new one" : after === "" ? "gone" : "another one";
}

/** The table that a file with refactorings prints at its end: a line for each of its resources. */
export function refactoringTable() {
  const lines = ["refactoring | resource | the preview says | after up, on the host | on record as | destroy leaves"];
  afterAll(() => console.log(lines.join("\n")));
  return (what: string, { says, before, after, left, whose }: Seen, names: readonly Kept[] = kept): void => {
    for (const name of names) {
      const leaves = left[name] === "" ? "nothing" : became(after[name], left[name]);
      const record = whose[types[name]] ?? "nothing";
      lines.push(
        [what, types[name], says[name] || "nothing", became(before[name], after[name]), record, leaves].join(" | "),
      );
    }
  };
}

/** Of a preview's lines, those of each type: what is to be done with it. */
export function saidOf(preview: string): Said {
  const of = (type: string) =>
    [...preview.matchAll(new RegExp(`^ *([~+-]+) *kvmnet:index:${type}: +\\((\\w+)`, "gm"))]
      .map(([, sign, word]) => `${sign} ${word}`)
      .sort()
      .join(", ");
  return Object.fromEntries(kept.map((name) => [name, of(types[name])])) as Said;
}
