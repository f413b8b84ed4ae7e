import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Host } from "../../../../provider/host/host";
import { lastChange } from "../../../../provider/host/transaction/lastChange";
import { findUndoDifferences } from "../../../../provider/plan/undo/differences";
import { changedSince } from "../../../../provider/plan/undo/obstacles";
import { planUndo } from "../../../../provider/plan/undo/undo";
import { changeKinds } from "../../../simulation/changes";
import { Engine } from "../../../simulation/engine";
import { nics, prepare } from "../../../simulation/host";
import { Machine } from "../../../simulation/machine";
import type { Simulation } from "../../../simulation/simulation";

const run = promisify(execFile);

/** The others are undone by test/lifecycle/undo.test.ts, an address that changes by test/acceptance/undo.test.ts. */
const kinds = changeKinds.filter(({ name }) => ["rename", "another uplink", "adoption"].includes(name));

describe("what was confirmed is taken back", () => {
  let machine: Machine;
  beforeAll(async () => {
    machine = await Machine.start(nics);
  }, 60_000);
  afterAll(() => machine[Symbol.asyncDispose]());

  /** All that a change may touch: what networkd itself adds later to a route is its own. */
  const picture = () =>
    machine.do(`ip -br address | sed 's/@if[0-9]*//; s/  */ /g' | sort; ip route | sed 's/ *$//' | sort
for link in /sys/class/net/*/master; do [ ! -e "$link" ] || echo "$link $(readlink "$link")"; done
find /etc/netplan /etc/systemd/network /var/lib/kvmnet -type f ! -path '*/transactions/*' ! -name lock | sort | xargs -r sha256sum`);

  /** What it is asked, as root on the machine. */
  const host = () =>
    ({
      exec: async (argv: readonly string[]) => {
        const [program = "", ...args] = machine.inside(["env", "PATH=/mnt/sbin:/usr/bin", ...argv]);
        const { stdout } = await run(program, args, { encoding: "buffer", maxBuffer: 1e8 });
        return { stdout: stdout.toString(), stdoutBytes: stdout };
      },
    }) as unknown as Host;

  async function undo(simulation: Simulation, id: string) {
    const engine = new Engine(simulation, id);
    const facts = await engine.facts();
    const last = await lastChange(host());
    if (last === undefined) throw new Error("there is nothing to undo");
    const plan = planUndo(facts, last);
    expect(changedSince(facts, last, plan)).toEqual([]);
    return engine.transact({
      change: plan.change,
      missing: (after) => findUndoDifferences(after, plan),
      leaving: [plan.planned.device, ...plan.change.leaving],
    });
  }

  test.each(kinds)(
    "$name",
    async (kind) => {
      const { simulation, engine, planned } = await prepare(machine, kind);
      const before = await picture();
      expect(await engine.transact(planned)).toBe("confirmed");
      expect(await picture()).not.toBe(before);
      expect(await undo(simulation, "000000000003")).toBe("confirmed");
      expect(await picture()).toBe(before);
    },
    120_000,
  );
});
