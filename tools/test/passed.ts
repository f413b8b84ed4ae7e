import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { folders } from "../../test/lab/folders";
import type { Outcome } from "./runJest";

/** What a slice gave when it passed. */
export type Passed = Pick<Outcome, "passed" | "skipped"> & { readonly at: string };

/** All that git has or would have of the repository, by content: a change of any file is another content. */
export function contentOf(repository: string): string {
  const list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const files = execFileSync("git", list, { cwd: repository, encoding: "utf8" }).split("\0");
  const hash = createHash("sha256");
  // Of the order alone in which tests are run, nothing depends.
  for (const file of [...new Set(files)].filter((one) => one !== "" && one !== "test/durations.json").sort()) {
    const path = join(repository, file);
    const text = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
    hash.update(`${file} ${text.length}\n`).update(text);
  }
  return hash.digest("hex").slice(0, 16);
}

/** What passed at one content, kept outside of the repository. */
export class PassedSlices {
  readonly #path: string;

  constructor(content: string, folder = join(dirname(folders.images()), "passed")) {
    this.#path = join(folder, `${content}.json`);
  }

  all(): Record<string, Passed> {
    return existsSync(this.#path) ? JSON.parse(readFileSync(this.#path, "utf8")) : {};
  }

  /** Read anew first: two runs may be under way. */
  add(slice: string, passed: Passed): void {
    mkdirSync(dirname(this.#path), { recursive: true });
    writeFileSync(this.#path, `${JSON.stringify({ ...this.all(), [slice]: passed }, null, 2)}\n`);
  }
}
