/** What a pattern for names says as an expression, all but its brackets, of which each reader has others (fnmatch(3)). */
export function expressionOf(glob: string): string {
  return (
    glob
      .replaceAll(/[.+^${}()|\\]/g, "\\$&")
      // Several in a row are one, and would have the look for a match take ages.
      .replaceAll(/\*+/g, ".*")
      .replaceAll("?", ".")
  );
}
