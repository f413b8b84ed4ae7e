import { random } from "../../test/lab/seed";

/** In seconds: a file that takes longer is drawn for `make test`, a shorter one is in each run. */
const long = 60;
/** The matrix of faults chooses its own rows. */
const always = ["test/acceptance/neverLockedOut.test.ts"];
/**
 * One builds an earlier version out of the repository's history, which a clone may not have, with packages of then. The other
 * runs on Debian's next release, which is another one from day to day.
 */
const never = ["test/lifecycle/turnsWith010.test.ts", "test/acceptance/forkyHost.test.ts"];

/**
 * Which of the files that take long `make test` leaves out, for `make test-all` alone: drawn anew for each seed, so many
 * stay that they take no longer than `budget` seconds together, one after the other.
 */
export function leftOut(
  files: readonly string[],
  { seed, budget, duration }: { seed: string; budget: number; duration: (file: string) => number },
): string[] {
  const next = random(seed, "long files");
  const drawn = files
    .filter((file) => duration(file) > long && ![...always, ...never].includes(file))
    .map((file) => ({ file, by: next() }))
    .sort((a, b) => a.by - b.by);
  let left = budget;
  const out = drawn
    .filter(({ file }) => {
      const fits = duration(file) <= left;
      if (fits) left -= duration(file);
      return !fits;
    })
    .map(({ file }) => file);
  return [...never.filter((file) => files.includes(file)), ...out];
}
