import { basename } from "node:path";
import { chosen } from "./chosen";
import type { Release } from "./hostImage";

const both: readonly Release[] = ["bookworm", "trixie"];

/** What a file that takes minutes is tried on: in `make test-all` both releases, else one of them, chosen by the seed. */
export function releasesFor(file: string): readonly Release[] {
  return chosen(both, both.length, basename(file));
}

/** What RELEASE says on a command line; nothing is Debian 12. */
export function releaseNamed(name: string | undefined): Release {
  const release = both.find((one) => one === (name || "bookworm"));
  if (release === undefined) throw new Error(`RELEASE=${name}: must be one of ${both.join(", ")}.`);
  return release;
}
