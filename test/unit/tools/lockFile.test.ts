import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { unverifiedPackages } from "../../../tools/lint/lockFile";

const integrity = `sha512-${"A".repeat(86)}==`;

describe("package-lock.json", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "kvmnet-lock-"));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it("says what each package of the repository is, for all platforms", () => {
    expect(unverifiedPackages(resolve(__dirname, "../../.."))).toEqual([]);
  });

  it.each([
    [
      "no integrity",
      { version: "1.0.0", optional: true, os: ["darwin"] },
      /: node_modules\/@a\/b has no sha512 .*npm view/,
    ],
    ["an empty one", { integrity: "" }, /: node_modules\/@a\/b has no sha512 /],
    ["a weak one", { integrity: "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=" }, /: node_modules\/@a\/b has no sha512 /],
    [
      "a registry",
      { integrity, resolved: "https://npm.example/b.tgz" },
      /: node_modules\/@a\/b names the registry .*npm\.example/,
    ],
  ])("is refused with a package that has %s", (_, locked, words) => {
    const packages = { "": { name: "x" }, "node_modules/c": { integrity }, "node_modules/@a/b": locked };
    writeFileSync(join(root, "package-lock.json"), JSON.stringify({ packages }));
    expect(unverifiedPackages(root)).toEqual([expect.stringMatching(words)]);
  });
});
