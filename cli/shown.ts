/** A word as it was typed; in quotes where a terminal would show nothing of it, several lines, or act on it. */
export function shown(word: string): string {
  if (/^[^\p{C}\p{Z}]([^\p{C}]*[^\p{C}\p{Z}])?$/u.test(word)) return word;
  return JSON.stringify(word).replace(/\p{C}/gu, escaped);
}

/** A character as JSON has it where it can't be printed. */
export const escaped = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`,
  ).join("");
