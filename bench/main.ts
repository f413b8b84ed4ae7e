import { cpus, loadavg } from "node:os";
import { boots } from "./boots";
import { header } from "./figures";
import { fleet, manyNics } from "./fleet";
import { job } from "./job";
import { start } from "./start";

const parts: Record<string, (runs: number) => Promise<string[]>> = { job, start, nics: manyNics, fleet, boots };

/** `make bench`: figures of one run on one machine, and what they are beside each other. Nothing of it is a test. */
async function main(wanted: readonly string[]): Promise<void> {
  const unknown = wanted.filter((name) => !(name in parts));
  if (unknown.length > 0) throw new Error(`${unknown.join(", ")}: there are ${Object.keys(parts).join(", ")}`);
  const runs = Number(process.env.KVMNET_BENCH_RUNS ?? 5);
  if (!(Number.isInteger(runs) && runs > 0)) throw new Error("KVMNET_BENCH_RUNS must be a whole number from 1 on");
  console.log(
    `${cpus().length} cores, node ${process.version}, load ${loadavg()[0]?.toFixed(1)} at the start\n\n${header}`,
  );
  for (const [name, part] of Object.entries(parts))
    if (wanted.length === 0 || wanted.includes(name)) console.log((await part(runs)).join("\n"));
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
