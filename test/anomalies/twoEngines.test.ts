import { oneOf, random } from "../lab/seed";
import { strikes } from "../simulation/anomaly";
import { type ChangeKind, changeKinds, secondUp } from "../simulation/changes";
import { describeFault } from "../simulation/fault";
import { onlyLooks } from "../simulation/readers";
import { type Act, describeAct, Rivals } from "../simulation/rivals";
import { all, each, strikeSeed, timeFor } from "../simulation/share";

const minutes = 60_000;
const [firstUp, ...later] = changeKinds.filter(({ name, byHand }) => name !== "adoption" && !byHand);
if (!firstUp) throw new Error("there is no kind of change");
const pairs: (readonly [ChangeKind, ChangeKind])[] = [
  [firstUp, secondUp],
  ...later.flatMap((one, index) => later.slice(index + 1).map((other) => [one, other] as const)),
];
const chosen = strikeSeed();
const next = random(chosen, "two engines");
const tried = each ? pairs : [oneOf(pairs, next)];

/** Half of the time an engine lives, and wants what it planned. */
function actOf(draw: () => number): Act {
  const begins = oneOf([0, 0, 0.5, draw() * 3, draw() * 90], draw);
  return oneOf<() => Act>(
    [
      () => ({ begins }),
      () => ({ begins }),
      () => ({ begins, undoes: true }),
      () => ({ begins, dies: oneOf(["leased", "started", "applied"] as const, draw) }),
    ],
    draw,
  )();
}

/**
 * Two engines change one host at a time, each command of both and of the host in an order that the seed makes; and once more,
 * with a command that is struck. It ends as if those that were confirmed had come one after the other, or not at all.
 */
describe("two engines that change a host at once", () => {
  let runs = 0;
  afterAll(() =>
    console.log(`two engines: ${runs} runs, ${tried.length} of ${pairs.length} pairs, KVMNET_SEED=${chosen}`),
  );

  test.each(tried.map(([one, other]) => ({ name: `${one.name}, and ${other.name}`, one, other })))(
    "$name: as if those that were confirmed had come one after the other",
    async ({ name, one, other }) => {
      await using rivals = await Rivals.start(one, other);
      const draw = random(chosen, name);
      const wrong: string[] = [];
      const time = timeFor(15);
      for (let race = 0; race < (all ? 100 : 5) && !(time.isOver && race > 0); race += 1) {
        const acts = [actOf(draw), actOf(draw)] as const;
        const order = () => random(chosen, name, String(race));
        const say = (words: readonly string[], found: readonly string[]) => {
          runs += 1;
          if (found.length > 0)
            wrong.push([`race ${race}: ${acts.map(describeAct).join(" and ")}`, ...words, ...found].join("\n  "));
        };
        say([], await rivals.race(acts, order()));
        const calls = rivals.simulation.calls.filter((call) => !onlyLooks(call));
        const fault = { point: oneOf(calls, draw), ...oneOf(strikes, draw) };
        say([describeFault(fault)], await rivals.race(acts, order(), [fault]));
      }
      expect(wrong).toEqual([]);
    },
    (all ? 240 : 30) * minutes,
  );
});
