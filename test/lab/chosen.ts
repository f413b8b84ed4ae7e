import { draw, random, seed } from "./seed";

/**
 * Of what takes minutes: in `make test-all` all, else some, chosen by the seed. `share` of 3 is a third of them, rounded
 * up; `what` makes the choice another one than that of other tests.
 */
export function chosen<T>(all: readonly T[], share: number, what: string): T[] {
  if (process.env.KVMNET_FAULTS === "all") return [...all];
  return draw(all, Math.ceil(all.length / share), random(seed(), what));
}
