import { stripVTControlCharacters } from "node:util";
import { hideKnownSecrets, type Searched } from "./hidden";

/**
 * What a host said, fit to be shown: no escape sequences, no control characters but tab and newline, and nothing that its
 * files keep secret.
 */
export function visible(text: string, searched?: Searched): string {
  const plain = stripVTControlCharacters(text)
    .replace(/\r\n?/g, "\n")
    .replace(/[^\P{C}\n\t]/gu, "");
  return hideKnownSecrets(plain, searched);
}

/** The last line that says something: where a command's reason to fail usually stands. */
export function lastLine(text: string): string {
  return visible(text).trim().split("\n").at(-1)?.trim() ?? "";
}
