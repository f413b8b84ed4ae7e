import type { Facts } from "../../host/facts/facts";
import type { Link } from "../../host/facts/links";

/** One link's place is another's from now on: what names the first, or hangs on it, means another thing then. */
export interface Step {
  readonly gone: string;
  readonly successor: string;
  /** It becomes a bridge's port. */
  readonly enslaved: Link | undefined;
  /** It is deleted. */
  readonly deleted: boolean;
}

/** One thing on a host that a change of its bridge concerns. */
export interface Impact {
  /** "masquerade:enp1s0": what a program's `accept` names it by. */
  readonly name: string;
  /** What is there and what becomes of it. */
  readonly says: string;
  /** What to do; empty: nothing, it is seen to. */
  readonly remedy: string;
  /** What kvmnet does about it where the program accepts it; undefined: nothing, it breaks. */
  readonly accepted?: string;
  /** "seen to": it is taken along. "refused": unless the program accepts it. "impossible": the kernel or networkd would not have it. */
  readonly verdict: "seen to" | "refused" | "impossible";
}

export type Look = (facts: Facts, step: Step) => Impact[];
