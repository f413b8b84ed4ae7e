import { random, seed } from "./seed";

/**
 * Of what takes minutes: in `make test-all` all, else some, chosen by the seed. `share` of 3 is a third of them, rounded
 * up; `what` makes the choice another one than that of other tests.
 */
export function chosen<T>(all: readonly T[], share: number, what: string): T[] {
  if (process.env.KVMNET_FAULTS === "all") return [...all];
  const next = random(seed(), what);
  const drawn = all.map((one, index) => ({ one, index, by: next() })).sort((a, b) => a.by - b.by);
  const some = drawn.slice(0, Math.ceil(all.length / share)).sort((a, b) => a.index - b.index);
  return some.map(({ one }) => one);
}
