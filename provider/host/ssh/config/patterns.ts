/** Patterns of ssh_config(5) and sshd(8): `*` and `?`, and a leading `!` that takes out what it matches. */
export function matchesPatterns(
  patterns: readonly string[],
  text: string,
  { exactly = false }: { exactly?: boolean } = {},
): boolean {
  let matched = false;
  for (const pattern of patterns) {
    if (pattern.startsWith("!")) {
      if (glob(pattern.slice(1), text, exactly)) return false;
    } else if (glob(pattern, text, exactly)) matched = true;
  }
  return matched;
}

export function glob(pattern: string, text: string, exactly = false): boolean {
  return new RegExp(`^${globSource(pattern)}$`, exactly ? "s" : "is").test(text);
}

/** The same as a part of a regular expression. */
export function globSource(pattern: string): string {
  return pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll(/\*+/g, ".*")
    .replaceAll("?", ".");
}
