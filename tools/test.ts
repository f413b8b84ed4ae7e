import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What of jest's --json result is used here. */
interface Result {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  /** Files that ended before their first test: their tests are not among the failed ones. */
  readonly numRuntimeErrorTestSuites: number;
}

/** Runs jest with the given arguments; its last line is `N passed, N failed`, over all of jest's projects. */
function main(args: readonly string[]): number {
  const folder = mkdtempSync(join(tmpdir(), "kvmnet-test-"));
  try {
    const file = join(folder, "result.json");
    const jest = require.resolve("jest/bin/jest");
    const { status } = spawnSync(process.execPath, [jest, "--json", `--outputFile=${file}`, ...args], {
      // jest writes its report to stderr and, with --json, the result to stdout too: the file is enough.
      stdio: ["inherit", "ignore", "inherit"],
    });
    const result = JSON.parse(readFileSync(file, "utf8")) as Result;
    const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
    const skipped = result.numPendingTests + result.numTodoTests;
    console.log(`${result.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
    if (result.numPassedTests === 0) return 1; // nothing was proved
    return failed > 0 ? 1 : (status ?? 1);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = main(process.argv.slice(2));
