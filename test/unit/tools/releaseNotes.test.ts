import { releaseNotes } from "../../../tools/release/notes";

const changelog = `# Changelog

## Unreleased

### Added

- New.

## 0.2.0 - 2026-02-01

- Second.

## 0.1.0

- First.
`;

test.each([
  ["0.1.0", "# 0.1.0\n\n- First.\n"],
  ["0.2.0", "# 0.2.0\n\n- Second.\n"],
  ["0.3.0", "# 0.3.0\n\n### Added\n\n- New.\n"],
])("the notes of %s are the changelog's section of it, or of what is not released yet", (version, notes) => {
  expect(releaseNotes(changelog, version)).toBe(notes);
});

test("a release that the changelog says nothing of has no notes", () => {
  for (const empty of [
    "# Changelog\n",
    "# Changelog\n\n## 0.2.0\n",
    "# Changelog\n\n## Unreleased\n\n## 0.1.0\n\n- First.\n",
  ])
    expect(() => releaseNotes(empty, "0.2.0")).toThrow('it needs a section "## 0.2.0"');
});
