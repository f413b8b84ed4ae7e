import { oneOf, random, shuffled } from "../lab/seed";
import { Bench, courses, strikes } from "./anomaly";
import { kindNamed } from "./changes";
import { describeFault, type Fault } from "./fault";
import { onlyLooks } from "./readers";
import { all, each, strikeSeed, timeFor } from "./share";
import type { Call } from "./simulation";

/**
 * Anomaly tests (sqlite.org/testing.html, 3): the Nth command of a transaction fails, fails late, hangs, is killed, or the
 * power goes, for N from 1 until nothing strikes any more; then pairs of that. However it ends, the host has the network of
 * before or the planned one, nothing is armed any more, and so has it after a boot of what is on its disk. The seconds are a course's share of `make test`.
 */
export function strikeAll(name: string, seconds = 8): void {
  describe(`a transaction's command that is struck: ${name}`, () => {
    const chosen = strikeSeed();
    const next = random(chosen, name);
    const counts: string[] = [];
    let bench: Bench;

    beforeAll(async () => {
      bench = await Bench.start(kindNamed(name));
    }, 120_000);
    afterAll(async () => {
      console.log(`${name}: ${bench?.runs} runs (${counts.join("; ")}), KVMNET_SEED=${chosen}`);
      await bench?.[Symbol.asyncDispose]();
    });

    test.each(courses)(
      "%s, whichever of its commands is struck: as before or as planned, and nothing armed",
      async (course) => {
        const calls = fresh(await bench.points(course));
        const drawn = strikesAt(calls);
        const wrong: string[] = [];
        const time = timeFor(seconds);
        let struck = 0;
        let missed = 0;
        for (const faults of drawn) {
          if (time.isOver && struck > 0) break;
          const found = await bench.strike(course, faults);
          // How often something is asked again, and which unit comes to it first, depends on how fast the machine is.
          if (!bench.struck() && faults[0]?.point.turn === 1) missed += 1;
          if (found.length > 0) wrong.push([...faults.map(describeFault), ...found].join("\n  "));
          struck += 1;
        }
        counts.push(`${course}: ${struck} of ${drawn.length}${missed > 0 ? `, ${missed} not struck` : ""}`);
        expect(wrong).toEqual([]);
        expect(missed).toBeLessThanOrEqual(Math.ceil(struck / 10));
      },
      (all ? 240 : each ? 60 : 10) * 60_000,
    );

    /** One strike at each command, or each; and pairs. The same ones for a seed, however many there is time for. */
    function strikesAt(calls: readonly Call[]): (readonly Fault[])[] {
      const singles = calls.flatMap((point) =>
        (all ? strikes : [oneOf(strikes, next)]).map((strike) => [{ point, ...strike }]),
      );
      const pairs = calls
        .slice(0, all ? calls.length : calls.length / 10)
        .map(() => [1, 2].map(() => ({ point: oneOf(calls, next), ...oneOf(strikes, next) })));
      return shuffled([...singles, ...pairs], next);
    }

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
