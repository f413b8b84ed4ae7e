import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import guesses from "../jest/guesses.json";
import { root } from "./runJest";

const path = join(root, "test/durations.json");
const shown = 10;

/** The slowest files of a run, a line each. */
export function describeSlowest(seconds: ReadonlyMap<string, number>): string {
  return [...seconds]
    .sort(([, a], [, b]) => b - a)
    .slice(0, shown)
    .map(([file, time]) => `${time.toFixed(1).padStart(8)} s  ${file}`)
    .join("\n");
}

/** In seconds, of a test's file: what it took when it was timed last, else a guess. */
export function expectedDuration(file: string): number {
  const [, project] = file.split("/");
  return readDurations()[file] ?? (guesses as Record<string, number>)[project ?? ""] ?? 0;
}

/** By what the next runs are put in order; files that this run did not have keep theirs. */
export function recordDurations(seconds: ReadonlyMap<string, number>): void {
  const all = Object.entries({ ...readDurations(), ...Object.fromEntries(seconds) }).map(
    ([file, time]) => [file, Math.ceil(time)] as const,
  );
  writeFileSync(path, `${JSON.stringify(Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1))), null, 2)}\n`);
}

function readDurations(): Record<string, number> {
  return JSON.parse(readFileSync(path, "utf8"));
}
