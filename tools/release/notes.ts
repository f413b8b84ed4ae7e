/** What a release's page says: the changelog's section of its version; before it has one, that of what is not released yet. */
export function releaseNotes(changelog: string, version: string): string {
  const sections = changelog
    .split(/^## /m)
    .slice(1)
    .map((section): [heading: string, text: string] => {
      const [heading = "", ...lines] = section.split("\n");
      return [heading.split(" ")[0] ?? "", lines.join("\n").trim()];
    });
  const text = new Map(sections).get(version) ?? new Map(sections).get("Unreleased");
  if (!text) throw new Error(`CHANGELOG.md says nothing of ${version}: it needs a section "## ${version}"`);
  return `# ${version}\n\n${text}\n`;
}
