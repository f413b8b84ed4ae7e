import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";

/** What of jest's --json result is used here. */
interface Result {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  /** Files that ended before their first test: their tests are not among the failed ones. */
  readonly numRuntimeErrorTestSuites: number;
  readonly testResults: readonly { readonly name: string; readonly startTime: number; readonly endTime: number }[];
}

export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Whether it was good: something was proved, and nothing failed. */
  readonly good: boolean;
  /** How long each file took. */
  readonly seconds: ReadonlyMap<string, number>;
}

export const root = join(__dirname, "../..");

/** Runs jest with the given arguments, over all of its projects. Its report goes to standard error, or where `onReport` takes it. */
export async function runJest(
  args: readonly string[],
  { env = {}, onReport }: { env?: Readonly<Record<string, string>>; onReport?: (text: string) => void } = {},
): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "kvmnet-test-"));
  try {
    const file = join(folder, "result.json");
    const jest = require.resolve("jest/bin/jest");
    const child = spawn(process.execPath, [jest, "--json", `--outputFile=${file}`, ...args], {
      // jest writes its report to stderr and, with --json, the result to stdout too: the file is enough.
      stdio: ["inherit", "ignore", onReport ? "pipe" : "inherit"],
      ...{ cwd: root, env: { ...process.env, ...env } },
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => onReport?.(text));
    const [code] = await once(child, "close");
    // Where it ended before the first file, it has said why.
    if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0, good: false, seconds: new Map() };
    return outcomeOf(JSON.parse(readFileSync(file, "utf8")) as Result, code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function outcomeOf(result: Result, code: number | null): Outcome {
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
  const seconds = result.testResults.map(({ name, startTime, endTime }): [string, number] => [
    relative(root, name),
    Math.round((endTime - startTime) / 100) / 10,
  ]);
  return {
    ...{ passed: result.numPassedTests, failed, skipped: result.numPendingTests + result.numTodoTests },
    // Without one that passed, nothing was proved.
    good: result.numPassedTests > 0 && failed === 0 && code === 0,
    seconds: new Map(seconds),
  };
}

/** The last line of every run. */
export function summary({ passed, failed, skipped }: Pick<Outcome, "passed" | "failed" | "skipped">): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
