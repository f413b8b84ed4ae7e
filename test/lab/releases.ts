import { basename } from "node:path";
import { chosen } from "./chosen";
import type { Release } from "./hostImage";
import { ubuntus } from "./ubuntu";

const both: readonly Release[] = ["bookworm", "trixie"];
/** Debian's next one, which a file of its own is for: it moves. */
const next: Release = "forky";

/**
 * What a file that takes minutes is tried on: in `make test-all` both of Debian's releases, else one of them, chosen by the
 * seed. KVMNET_RELEASE names another one.
 */
export function releasesFor(file: string): readonly Release[] {
  return process.env.KVMNET_RELEASE ? everyRelease() : chosen(both, both.length, basename(file));
}

/** Debian's releases, or the one that KVMNET_RELEASE names. */
export function everyRelease(): readonly Release[] {
  return process.env.KVMNET_RELEASE ? [releaseNamed(process.env.KVMNET_RELEASE)] : both;
}

/** What RELEASE says on a command line; nothing is Debian 12. */
export function releaseNamed(name: string | undefined): Release {
  const all = [...both, next, ...ubuntus];
  const release = all.find((one) => one === (name || "bookworm"));
  if (release === undefined) throw new Error(`RELEASE=${name}: must be one of ${all.join(", ")}.`);
  return release;
}
