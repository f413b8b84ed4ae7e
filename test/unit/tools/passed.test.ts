import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contentOf, PassedSlices } from "../../../tools/test/passed";
import { slices } from "../../../tools/test/slices";

describe("what passed", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "kvmnet-passed-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is kept for the content that it passed at, and for no other", () => {
    const passed = { passed: 3, skipped: 0, at: "2026-01-01T00:00:00.000Z" };
    new PassedSlices("one", folder).add("unit", passed);
    new PassedSlices("one", folder).add("protocol", passed);
    expect(new PassedSlices("one", folder).all()).toEqual({ unit: passed, protocol: passed });
    expect(new PassedSlices("other", folder).all()).toEqual({});
  });

  it("is of another content once a file is another, also one that is not committed", () => {
    execFileSync("git", ["init", "--quiet", folder]);
    writeFileSync(join(folder, ".gitignore"), "dist\n");
    const before = contentOf(folder);
    writeFileSync(join(folder, "dist"), "made of the others");
    expect(contentOf(folder)).toBe(before);
    writeFileSync(join(folder, "new.ts"), "1");
    const after = contentOf(folder);
    expect(after).not.toBe(before);
    writeFileSync(join(folder, "new.ts"), "2");
    expect(contentOf(folder)).not.toBe(after);
  });
});

test("the slices are all test files there are, each in one, with all faults", () => {
  const jest = require.resolve("jest/bin/jest");
  const listed = execFileSync(process.execPath, [jest, "--listTests", "--selectProjects", "acceptance", "anomalies"], {
    encoding: "utf8",
  });
  const files = listed
    .split("\n")
    .filter((line) => line.startsWith("/"))
    .sort();
  const byPath = slices().filter(({ args }) => args[0] === "--runTestsByPath");
  const [onUbuntu, paths] = [true, false].map((is) =>
    byPath.flatMap(({ args, env }) => (is === "KVMNET_RELEASE" in env ? [args[1] ?? ""] : [])),
  ) as [string[], string[]];
  expect(paths).toEqual(expect.arrayContaining(onUbuntu));
  expect(files).toEqual(paths.map((path) => join(__dirname, "../../..", path)).sort());
  expect(slices().filter(({ env }) => env.KVMNET_FAULTS === "all").length).toBeGreaterThan(0);
});
