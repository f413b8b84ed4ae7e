import { join } from "node:path";
import { changeKinds } from "../../../simulation/changes";
import { nics, type Prepared, prepare } from "../../../simulation/host";
import { Machine } from "../../../simulation/machine";
import type { Call } from "../../../simulation/simulation";
import { expectGolden } from "../../support/golden";

/** What only looks, or makes words: not in the log. */
const readers = new Set(
  "awk cat cmp cut date df diff dirname find flock grep head ls paste readlink sed seq sha256sum sort stat tail tr wc xargs".split(
    " ",
  ),
);

/** By unit, in order; those that go on beside the others come last. */
function log(calls: readonly Call[]): string {
  const units = [...new Set(calls.map(({ unit }) => unit))];
  return units
    .map((unit) => {
      const looks = ({ program, words }: Call) =>
        readers.has(program) || /^(ip|bridge) .*\b(show|get|token)\b|^ip token$/.test(words);
      const own = calls.filter((call) => call.unit === unit && !looks(call));
      const beside = (call: Call) => call.program === "ping" || call.program === "bash";
      return [
        `${unit}:`,
        ...own
          .filter((call) => !beside(call))
          .map(({ words }) => `  ${words.replace(/\b(kernel\.\w+)\.\d+/g, "$1.PID")}`),
        ...own
          .filter(beside)
          .map(({ words }) => `  & ${words.replace(/^(bash -c .*?)\n.* (\S+)$/s, "$1 … $2")}`)
          .sort(),
      ].join("\n");
    })
    .join("\n");
}

const [firstUp] = changeKinds;
if (!firstUp) throw new Error("no first up");

describe("the commands of a transaction", () => {
  let machine: Machine;
  beforeAll(async () => {
    machine = await Machine.start(nics);
  }, 60_000);
  afterAll(() => machine[Symbol.asyncDispose]());

  const cases: [
    string,
    string,
    (prepared: Prepared, run: (...args: string[]) => Promise<string>) => Promise<unknown>,
  ][] = [
    ["that is confirmed", "confirmed", ({ engine, planned }) => engine.transact(planned)],
    [
      "that its engine takes back",
      "rolled back",
      ({ engine, planned }) =>
        engine.transact({ ...planned, change: { ...planned.change, timeout: 8 }, missing: () => ["something"] }),
    ],
    [
      "that is left alone",
      "rolled-back",
      async ({ simulation, engine, planned }) => {
        await engine.transact(planned, { dies: "applied" });
        // And a while for the way back.
        await simulation.pass(planned.change.timeout + 10);
        return engine.state();
      },
    ],
    [
      "that a boot ends",
      "rolled-back",
      async ({ simulation, engine, planned }) => {
        await engine.transact(planned, { dies: "applied" });
        await simulation.boot("synced");
        return engine.state();
      },
    ],
    [
      "that lost its timer, and is cleared by the next one",
      "rolled-back",
      async ({ simulation, engine, planned }, run) => {
        await engine.transact(planned, { dies: "applied" });
        simulation.timers.length = 0;
        await run("leftover");
        return engine.state();
      },
    ],
    [
      "that is taken back at the console",
      "The files are as they were before the change: restart the host.\n",
      async ({ engine, planned }, run) => {
        await engine.transact(planned);
        return run("restore");
      },
    ],
    [
      "that netplan does not take",
      "refused",
      ({ engine, planned }) => {
        const files = new Map([...planned.change.files, ["/etc/netplan/80-kvmnet-br0.yaml", "network: ["]]);
        return engine.transact({ ...planned, change: { ...planned.change, files } });
      },
    ],
    [
      "whose disk is full",
      "refused",
      async ({ simulation, engine, planned }) => {
        // Room for the transaction's own folder, and little more.
        await simulation.machine.do(
          `head -c "$(($(df --output=avail -B1 /mnt/disk | tail -n 1) - 240000))" /dev/zero >/mnt/disk/kvmnet/full`,
        );
        return engine.transact(planned);
      },
    ],
  ];

  test.each(cases)(
    "%s",
    async (name, ends, act) => {
      const prepared = await prepare(machine, firstUp);
      const { simulation, engine } = prepared;
      const run = async (...args: string[]) =>
        (await simulation.run(`ssh-${args[0]}`, [engine.script, ...args]))?.stdout ?? "";
      expect(await act(prepared, run)).toBe(ends);
      // The host still looks at its probes, beside the engine.
      await simulation.until(() => simulation.units.size === 0, simulation.now);
      expectGolden(`${log(simulation.calls)}\n`, join(__dirname, "calls", `${name.replaceAll(/\W+/g, "-")}.txt`));
    },
    60_000,
  );
});
