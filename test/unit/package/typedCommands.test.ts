import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const repository = resolve(__dirname, "../../..");
const read = (path: string) => readFileSync(join(repository, path), "utf8");

/** Who types the commands of a page, by how each of its fences begins; or why no test does. */
const typed: Record<string, Record<string, string>> = {
  "README.md": {
    "make demo": "no test: it is one itself, and ends with what it has checked",
    "make -C ~/kvmnet build": "test/lifecycle/templates.test.ts",
    "pulumi login --local": "test/lifecycle/homelabPages.test.ts",
    "npx --no kvmnet doctor": "test/lifecycle/commandPages.test.ts",
    "make lab": "no test: it leaves a lab running, for people",
    "make  ": "no test: they are the tests, and what makes a release",
  },
  "docs/adopting.md": { "pulumi import": "test/lifecycle/pages.test.ts" },
  "docs/commandLine.md": {
    "npx --no kvmnet help": "test/lifecycle/commandPages.test.ts",
    "npx --no kvmnet history": "test/lifecycle/commandPages.test.ts",
    "kvmnet doctor --json": "test/lifecycle/commandPages.test.ts",
    "mkdir -p ~/.local": "test/lifecycle/commandPages.test.ts",
  },
  "docs/connecting.md": { "pulumi config set": "test/lifecycle/commandPages.test.ts" },
  "docs/doctor.md": { "make -C ~/kvmnet build": "test/lifecycle/pages.test.ts" },
  "docs/installation-configuration.md": {
    "pulumi plugin install resource kvmnet 0.1.0 --file pulumi": "no test: waysToInstall types it with its own folder",
    "pulumi plugin install resource kvmnet 0.1.0 --server": "no test: waysToInstall types it with its own server",
    "# TypeScript": "test/lifecycle/templates.test.ts",
    "# Python": "test/lifecycle/templates.test.ts",
    "# Go": "test/lifecycle/templates.test.ts",
    "npm install": "no test: waysToInstall installs the tarball without a network",
    "pip install": "no test: waysToInstall installs the archive into an environment that the tests keep",
    "go mod edit": "no test: waysToInstall writes the same into go.mod",
    "pulumi config set": "test/lifecycle/commandPages.test.ts",
  },
  "docs/leaving.md": { "pulumi stack export": "test/lifecycle/leaving.test.ts" },
  "docs/moving.md": {
    "ssh root@kvm1.example virsh": "test/lifecycle/pages.test.ts",
    "pulumi stack init": "test/lifecycle/pages.test.ts",
    "pulumi state delete": "test/lifecycle/pages.test.ts",
  },
  "docs/oneHost.md": {
    "make -C ~/kvmnet build": "test/lifecycle/pages.test.ts",
    "pulumi login": "test/lifecycle/pages.test.ts",
    "pulumi stack output": "test/lifecycle/pages.test.ts",
  },
  "docs/preview.md": {
    "rm -f report.jsonl": "test/lifecycle/report.test.ts",
    "if jq": "test/lifecycle/report.test.ts",
  },
  "docs/safety.md": {
    "t=/var": "no test: a name for what the table after it has",
    "sh /var": "test/acceptance/addressChanges.test.ts",
  },
  "docs/security.md": {
    "make build && npm pack": "no test: release.test.ts compares two builds in two folders, by their checksums",
  },
  "docs/uninstall.md": { "pulumi destroy": "test/lifecycle/pages.test.ts" },
};

const pages = ["README.md", ...readdirSync(join(repository, "docs")).map((name) => `docs/${name}`)].filter((name) =>
  name.endsWith(".md"),
);
const fencesOf = (page: string) => [...read(page).matchAll(/^```sh\n(.*?)^```/gms)].map(([, text = ""]) => text);

test.each(pages)("each command of %s is typed by a test, or it is said why none types it", (page) => {
  const known = Object.entries(typed[page] ?? {});
  const unknown = fencesOf(page).filter((text) => known.filter(([begins]) => text.startsWith(begins)).length !== 1);
  expect(unknown).toEqual([]);
  const gone = known.filter(([begins]) => !fencesOf(page).some((text) => text.startsWith(begins)));
  expect(gone).toEqual([]);
  for (const [, by] of known.filter(([, by]) => !by.startsWith("no test: "))) {
    expect(existsSync(join(repository, by))).toBe(true);
    expect(read(by)).toContain(page.replace("docs/", ""));
  }
});
