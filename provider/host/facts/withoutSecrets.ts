import { Lexer } from "yaml";
import { secretScalars } from "./secrets";

/**
 * A netplan file for people to look at: its secrets are not shown, nor its comments, in which anything may stand, but for
 * the line `ours`. A text that is no YAML is not shown at all.
 */
export function withoutSecrets(text: string, ours?: string): string {
  const [secrets, comments] = [secretScalars(text), commentsIn(text, ours)];
  if (secrets === undefined || comments === undefined) return "(no YAML)\n";
  const hidden = [
    ...secrets.map(({ range }) => ({ range, as: "(hidden)" })),
    ...comments.map((range) => ({ range, as: "# (hidden)" })),
  ].sort((a, b) => b.range[0] - a.range[0]);
  return hidden.reduce((rest, { range: [start, end], as }) => {
    const newline = text[end - 1] === "\n" ? "\n" : "";
    return `${rest.slice(0, start)}${as}${newline}${rest.slice(end)}`;
  }, text);
}

/** What the lexer says beside the text: where a document begins, or a scalar, and that an end is missing. */
const marks = { document: "\u0002", scalar: "\u001f", noEnd: "\u0018" };

/** Where the comments are, but `ours`; undefined where nobody can tell. */
function commentsIn(text: string, ours: string | undefined): [number, number][] | undefined {
  const found: [number, number][] = [];
  let at = 0;
  let before = "";
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme.startsWith("#") && before !== marks.scalar && lexeme.trimEnd() !== ours)
      found.push([at, at + lexeme.length]);
    if (!Object.values(marks).includes(lexeme)) at += lexeme.length;
    before = lexeme;
  }
  return at === text.length ? found : undefined;
}
