/** Patterns of ssh_config(5) and sshd(8): `*` and `?`, and a leading `!` that takes out what it matches. */
export function matchesPatterns(patterns: readonly string[], text: string): boolean {
  let matched = false;
  for (const pattern of patterns) {
    if (pattern.startsWith("!")) {
      if (glob(pattern.slice(1), text)) return false;
    } else if (glob(pattern, text)) matched = true;
  }
  return matched;
}

export function glob(pattern: string, text: string): boolean {
  const source = pattern
    .toLowerCase()
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll(/\*+/g, ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`).test(text.toLowerCase());
}
