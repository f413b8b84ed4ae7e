import { spawnSync } from "node:child_process";
import { seed } from "../test/lab/seed";
import { staleness } from "./build/sources";
import { leftOut } from "./test/drawn";
import { describeSlowest, expectedDuration, recordDurations } from "./test/durations";
import { root, runJest, summary } from "./test/runJest";
import { filesOf } from "./test/slices";

/** The unit tests alone need nothing that was built. */
function ensureBuilt(args: readonly string[]): void {
  const projects = args.slice(args.indexOf("--selectProjects") + 1);
  if (args.includes("--selectProjects") && projects.every((name) => name === "unit" || name.startsWith("-"))) return;
  const why = staleness(root);
  if (why === undefined) return;
  console.log(`${why}: it is run now`);
  const { status } = spawnSync("make", ["build"], { cwd: root, stdio: "inherit" });
  if (status !== 0) throw new Error("make build failed");
}

/** In seconds, of what the long files may take together: two of them go on at once, and the matrix beside them. */
const budget = 900;

function leaveOut(): string[] {
  if (process.env.KVMNET_HOSTILE !== "most") return [];
  const files = ["lifecycle", "acceptance"].flatMap(filesOf);
  const left = leftOut(files, { seed: seed(), budget, duration: expectedDuration });
  console.log(`Left to make test-all this time: ${left.join(" ")}`);
  return left.flatMap((file) => ["--testPathIgnorePatterns", `${file}$`]);
}

/** Runs jest with the given arguments; its last line is `N passed, N failed`, over all of jest's projects. */
async function main(args: readonly string[]): Promise<void> {
  ensureBuilt(args);
  const outcome = await runJest([...args, ...leaveOut()]);
  if (outcome.seconds.size > 1) console.log(`The slowest files:\n${describeSlowest(outcome.seconds)}`);
  if (process.env.KVMNET_DURATIONS === "record") recordDurations(outcome.seconds);
  console.log(`What was chosen is chosen again by KVMNET_SEED=${seed()}`);
  console.log(summary(outcome));
  process.exitCode = outcome.good ? 0 : 1;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
