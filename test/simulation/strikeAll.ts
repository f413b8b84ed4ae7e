import { oneOf, random, seed } from "../lab/seed";
import { Bench, courses, strikes } from "./anomaly";
import { changeKinds } from "./changes";
import { describeFault, type Fault } from "./fault";
import { onlyLooks } from "./readers";
import type { Call } from "./simulation";

/** All of them at each command, also at those that only look; else one at each command that changes or asks something. */
const all = process.env.KVMNET_FAULTS === "all";

/**
 * Anomaly tests (sqlite.org/testing.html, 3): the Nth command of a transaction fails, fails late, hangs, is killed, or the
 * power goes, for N from 1 until nothing strikes any more; then pairs of that. However it ends, the host has the network of
 * before or the planned one, nothing is armed any more, and so has it after a boot of what is on its disk.
 */
export function strikeAll(name: string): void {
  describe(`a transaction's command that is struck: ${name}`, () => {
    const chosen = seed();
    const next = random(chosen, name);
    let bench: Bench;

    beforeAll(async () => {
      const kind = changeKinds.find((one) => one.name === name);
      if (!kind) throw new Error(`no change is called ${name}`);
      bench = await Bench.start(kind);
    });
    afterAll(() => bench?.[Symbol.asyncDispose]());

    test.each(courses)(
      "%s",
      async (course) => {
        const points = fresh(await bench.points(course));
        const wrong: string[] = [];
        const strike = async (faults: readonly Fault[]) => {
          const found = await bench.strike(course, faults);
          if (!bench.struck()) found.push("it was not struck");
          if (found.length > 0) wrong.push([...faults.map(describeFault), ...found].join("\n  "));
        };
        for (const point of points)
          for (const one of all ? strikes : [oneOf(strikes, next)]) await strike([{ point, ...one }]);
        for (let pairs = all ? points.length : 3; pairs > 0; pairs -= 1)
          await strike([1, 2].map(() => ({ point: oneOf(points, next), ...oneOf(strikes, next) })));
        console.log(`${name}, ${course}: ${bench.runs} runs so far, KVMNET_SEED=${chosen}`);
        expect(wrong).toEqual([]);
      },
      (all ? 240 : 30) * 60_000,
    );

    const known = new Set<string>();
    /** Those that no course before had. */
    function fresh(calls: readonly Call[]): Call[] {
      return calls.filter((call) => {
        const key = `${call.unit} ${call.turn} ${call.words}`;
        if (known.has(key) || (!all && onlyLooks(call))) return false;
        known.add(key);
        return true;
      });
    }
  });
}
