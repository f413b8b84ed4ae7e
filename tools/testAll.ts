import { availableParallelism } from "node:os";
import { describeSlowest, recordDurations } from "./test/durations";
import { contentOf, PassedSlices } from "./test/passed";
import { type Outcome, root, runJest, summary } from "./test/runJest";
import { type Slice, slices } from "./test/slices";

interface Limits {
  /** Beginnings of the names of those that are wanted; none: all. */
  readonly wanted: readonly string[];
  /** After so many minutes, none begins any more. */
  readonly minutes: number;
}

/** `make test-all`: each slice that has not passed yet at what the repository is now; then what passed, failed and was not run. */
async function main({ wanted, minutes }: Limits): Promise<void> {
  const all = slices();
  const unknown = wanted.filter((name) => !all.some((slice) => slice.name.startsWith(name)));
  if (unknown.length > 0)
    throw new Error(`no slice begins with ${unknown.join(" or ")}:\n${all.map(({ name }) => name).join("\n")}`);
  const content = contentOf(root);
  const kept = new PassedSlices(content);
  const before = kept.all();
  const pending = all.filter(
    ({ name }) => !(name in before) && (wanted.length === 0 || wanted.some((one) => name.startsWith(one))),
  );
  const outcomes = await runEach(pending, minutes, ({ name }, outcome) => {
    const { passed, skipped, good, seconds } = outcome;
    if (good) kept.add(name, { passed, skipped, at: new Date().toISOString() });
    if (process.env.KVMNET_DURATIONS === "record") recordDurations(seconds);
  });
  report(all, before, outcomes, content);
}

/** As many at once as jest would run files. */
async function runEach(
  pending: readonly Slice[],
  minutes: number,
  done: (slice: Slice, outcome: Outcome) => void,
): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  const end = performance.now() + minutes * 60_000;
  const queue = [...pending];
  const worker = async () => {
    for (let slice = queue.shift(); slice && performance.now() < end; slice = queue.shift()) {
      let said = "";
      console.log(`${slice.name}: begins`);
      const outcome = await runJest([...slice.args, "--maxWorkers=1"], {
        env: slice.env,
        onReport: (text) => (said += text),
      });
      outcomes.set(slice.name, outcome);
      console.log(`${said.trimEnd()}\n${slice.name}: ${summary(outcome)}\n`);
      done(slice, outcome);
    }
  };
  await Promise.all(Array.from({ length: Math.max(2, availableParallelism() - 1) }, worker));
  return outcomes;
}

function report(
  all: readonly Slice[],
  before: ReturnType<PassedSlices["all"]>,
  outcomes: ReadonlyMap<string, Outcome>,
  content: string,
): void {
  const seconds = new Map([...outcomes.values()].flatMap((outcome) => [...outcome.seconds]));
  if (seconds.size > 1) console.log(`The slowest files:\n${describeSlowest(seconds)}`);
  console.log(`\nAt the content ${content}:`);
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const { name } of all) {
    const now = outcomes.get(name);
    const was = before[name];
    const counted = now ?? (was && { ...was, failed: 0 });
    for (const key of ["passed", "failed", "skipped"] as const) total[key] += counted?.[key] ?? 0;
    const words = now ? (now.good ? "passed" : "FAILED") : was ? `passed on ${was.at}` : "not run";
    console.log(`  ${name.padEnd(50)} ${words}`);
  }
  const notRun = all.filter(({ name }) => !outcomes.has(name) && !(name in before));
  console.log(
    `${notRun.length} of ${all.length} slices not run${notRun.length > 0 ? `: ${notRun.map(({ name }) => name).join(" ")}` : ""}`,
  );
  console.log(summary(total));
  process.exitCode = total.passed > 0 && [...outcomes.values()].every(({ good }) => good) ? 0 : 1;
}

const minutes = Number(process.env.KVMNET_MINUTES || Number.POSITIVE_INFINITY);
if (!(minutes > 0)) throw new Error("KVMNET_MINUTES must be a number of minutes");
main({ wanted: process.argv.slice(2), minutes }).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
