import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse } from "yaml";

const repository = resolve(__dirname, "../../..");
const { jobs } = parse(readFileSync(resolve(repository, ".github/workflows/release.yml"), "utf8"));

test("the workflow of a release calls `make release` and uploads what that wrote, no more", () => {
  expect(Object.keys(jobs)).toEqual(["release"]);
  const commands = jobs.release.steps.flatMap(({ run }: { run?: string }) => run ?? []);
  expect(commands).toEqual([
    "make release",
    'gh release create "$GITHUB_REF_NAME" --notes-file release/RELEASE-NOTES.md release/*',
  ]);
  expect(readFileSync(resolve(repository, "Makefile"), "utf8")).toMatch(/^release: /m);
});
