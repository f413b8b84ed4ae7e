import { stripVTControlCharacters } from "node:util";

/** What a host said, fit for a terminal: no escape sequences, no control characters but tab and newline. */
export function visible(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\r\n?/g, "\n")
    .replace(/[^\P{C}\n\t]/gu, "");
}

/** The last line that says something: where a command's reason to fail usually stands. */
export function lastLine(text: string): string {
  return visible(text).trim().split("\n").at(-1)?.trim() ?? "";
}
