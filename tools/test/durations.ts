import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
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

/** By what the next runs are put in order; files that this run did not have keep theirs. */
export function recordDurations(seconds: ReadonlyMap<string, number>): void {
  const known = JSON.parse(readFileSync(path, "utf8")) as Record<string, number>;
  const all = Object.entries({ ...known, ...Object.fromEntries(seconds) }).map(
    ([file, time]) => [file, Math.ceil(time)] as const,
  );
  writeFileSync(path, `${JSON.stringify(Object.fromEntries(all.sort(([a], [b]) => (a < b ? -1 : 1))), null, 2)}\n`);
}
