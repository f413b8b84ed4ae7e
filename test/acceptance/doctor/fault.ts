import type { Guest } from "../../lab/guest";
import type { Host } from "../../lab/host";
import type { Lan } from "../../lab/lan";

/** A shell script on the host, or something done to the LAN or the guest. */
export type Deed = string | ((scene: { lan: Lan; host: Host; guest: Guest }) => Promise<unknown>);

export interface Fault {
  readonly fault: string;
  readonly make: Deed;
  readonly unmake: Deed;
  /** The findings, also those that follow from the same fault. */
  readonly finds: readonly string[];
  /** `doctor --fix` mends it. Else it is undone by `unmake`. */
  readonly mends?: true;
  /** It is found by what is heard, not by what the host says. */
  readonly heard?: true;
  /** Where the host is reached meanwhile, if not at its address. */
  readonly at?: string;
}

/** Of the kernel's switches for bridged frames. */
export const calls = (on: 0 | 1, ...kinds: string[]) =>
  kinds.map((kind) => `echo ${on} >/proc/sys/net/bridge/bridge-nf-call-${kind}`).join("; ");
