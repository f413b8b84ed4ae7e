import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { run, start as spawn } from "../test/lab/command";
import { pluginOf } from "../test/lab/plugin";
import { goal, line, measured, median, ratio } from "./figures";
import { Program } from "./program";
import { type Nic, Recorded } from "./recorded";
import { Simulated } from "./simulated";

/** Of this machine itself: what is dialled is on its loopback. */
const here = { run, spawn };
/** Two thousand times a whole state on disk would be all that is measured. */
const quick = { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" };

/** Two hundred NICs on one host. */
export async function manyNics(runs: number): Promise<string[]> {
  const nics: Nic[] = Array.from({ length: 200 }, (_, index) => ({
    domain: `vm${index % 40}`,
    macAddress: `52:54:00:00:01:${index.toString(16).padStart(2, "0")}`,
  }));
  await using host = await Simulated.start(await Recorded.start(), 0, nics);
  await using empty = await Program.start("empty", here);
  await using program = await Program.start("fleet", here, { hosts: [host.given] }, quick);
  const up = await program.up();
  const [created = 0] = host.reads;
  const took = { nothing: [] as number[], preview: [] as number[] };
  for (let run = 0; run < runs; run++) {
    took.nothing.push(await empty.preview());
    took.preview.push(await program.preview(["--expect-no-changes"]));
  }
  const [nothing, preview] = [
    measured("`pulumi preview` of an empty program", "s", took.nothing),
    measured("`pulumi preview`, all read", "s", took.preview),
  ];
  const reads = measured("reads of the host in its phase", "", host.reads.slice(1));
  const each = took.preview.map((time) => ((time - median(took.nothing)) / nics.length) * 1000);
  return [
    "200 NICs of 40 VMs on one host (simulated: it answers at once)",
    line(measured("`pulumi up` that finds all of it there", "s", [up])),
    line(measured("reads of the host in it", "", [created])),
    ...[nothing, preview].map(line),
    line(measured("for each NIC, less the empty program", "ms", each)),
    line(reads),
    ratio(preview, [nothing], "that of an empty program"),
    goal("reads of the host in one phase", median(reads.values), 1, ""),
  ];
}

/** Five hundred hosts with four resources each. */
export async function fleet(runs: number): Promise<string[]> {
  const count = 500;
  const recorded = await Recorded.start();
  const hosts = await Promise.all(Array.from({ length: count }, (_, index) => Simulated.start(recorded, index)));
  await using program = await Program.start("fleet", here, { hosts: hosts.map(({ given }) => given) }, quick);
  const logins = () => hosts.reduce((sum, host) => sum + host.logins, 0);
  const took: number[] = [];
  const handshakes: number[] = [];
  const memory: number[] = [];
  const up = await watched(program, "up");
  const first = logins() / count;
  for (let run = 0; run < runs; run++) {
    const before = logins();
    const { took: time, megabytes } = await watched(program, "preview");
    took.push(time);
    memory.push(megabytes);
    handshakes.push((logins() - before) / count);
  }
  for (const host of hosts) await host[Symbol.asyncDispose]();
  return [
    "500 hosts of 4 resources (simulated: they answer at once)",
    line(measured("`pulumi up` that finds all of it there", "s", [up.took])),
    line(measured("handshakes for each host in it", "", [first])),
    line(measured("most memory of the plugin in it", "MB", [up.megabytes])),
    line(measured("`pulumi preview`, all read", "s", took)),
    line(measured("handshakes for each host in it", "", handshakes)),
    line(measured("most memory of the plugin in it", "MB", memory)),
    goal("handshakes for each host", Math.max(first, ...handshakes), 1, ""),
    goal("memory of the plugin", Math.max(up.megabytes, ...memory), 300, "MB"),
  ];
}

/** How long it took, and the most memory that the plugin had. */
async function watched(program: Program, command: "up" | "preview"): Promise<{ took: number; megabytes: number }> {
  const started = performance.now();
  const { child, ended } = program.start(command);
  let over = false;
  let most = 0;
  const looking = (async () => {
    for (; !over; await sleep(200)) {
      const pid = await pluginOf(child).catch(() => undefined);
      const status = pid === undefined ? "" : await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
      most = Math.max(most, Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1000);
    }
  })();
  const { code, stdout } = await ended;
  over = true;
  await looking;
  if (code !== 0) throw new Error(stdout.slice(-4000));
  return { took: (performance.now() - started) / 1000, megabytes: most };
}
