import { draw, oneOf, random, seed } from "../lab/seed";
import { Bench, courses, strikes } from "./anomaly";
import { changeKinds } from "./changes";
import { describeFault, type Fault } from "./fault";
import { onlyLooks } from "./readers";
import type { Call } from "./simulation";

/**
 * How many strikes: "all" at each command, also at those that only look; "each": one at each that changes or asks something;
 * else some of those, as many as `make test` has time for.
 */
const all = process.env.KVMNET_FAULTS === "all";
const each = all || process.env.KVMNET_FAULTS === "each";
const some = { points: 10, pairs: 2 };

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
        const calls = fresh(await bench.points(course));
        const points = each ? calls : draw(calls, some.points, next);
        const wrong: string[] = [];
        const strike = async (faults: readonly Fault[]) => {
          const found = await bench.strike(course, faults);
          if (!bench.struck()) found.push("it was not struck");
          if (found.length > 0) wrong.push([...faults.map(describeFault), ...found].join("\n  "));
        };
        for (const point of points)
          for (const one of all ? strikes : [oneOf(strikes, next)]) await strike([{ point, ...one }]);
        for (let pairs = all ? points.length : some.pairs; pairs > 0; pairs -= 1)
          await strike([1, 2].map(() => ({ point: oneOf(points, next), ...oneOf(strikes, next) })));
        console.log(
          `${name}, ${course}: ${bench.runs} runs so far, ${points.length} of ${calls.length} commands, KVMNET_SEED=${chosen}`,
        );
        expect(wrong).toEqual([]);
      },
      (all ? 240 : each ? 60 : 10) * 60_000,
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
