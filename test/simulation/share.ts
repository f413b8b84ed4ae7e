/**
 * How much of what strikes a simulated host is tried. "all": each kind of strike at each command, also at those that only
 * look; "each": one at each that changes or asks something; else as many of these as there is time for in `make test`.
 */
export const all = process.env.KVMNET_FAULTS === "all";
export const each = all || process.env.KVMNET_FAULTS === "each";

/** In seconds, where not all of them are tried. */
export function timeFor(seconds: number): { readonly isOver: boolean } {
  const until = performance.now() + seconds * 1000;
  return {
    get isOver() {
      return !each && performance.now() > until;
    },
  };
}

/**
 * What is struck: the same until somebody says another seed, as another one may find what was there all along, in a commit
 * that has nothing to do with it. `make test-faults` and KVMNET_SEED look for that.
 */
export const strikeSeed = (): string => process.env.KVMNET_SEED || "9387a93";
