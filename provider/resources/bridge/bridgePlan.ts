import type { Link } from "../../host/facts/links";
import type { Change } from "../../host/transaction/change";
import type { PlannedAddresses } from "../../host/transaction/readdressing";
import type { Addressing } from "../../kernel/addressingOn";
import type { Target } from "../../kernel/target";
import type { Losses } from "../../plan/impact/losses";
import type { WantedBridge } from "../../plan/link/differences";
import type { StrayTap } from "../../plan/link/taps";
import type { Vlan } from "./virtualUplink";

/** All that a change of a bridge is: decided from the host's facts, nothing read or written here. */
export interface BridgePlan {
  readonly change: Change;
  /** What the kernel is to be like. */
  readonly target: Target;
  /** Undefined: the bridge has none. */
  readonly uplink: Link | undefined;
  /** Of an uplink that is made for the bridge, or of none: in words; with the VLAN, where it is one. */
  readonly virtualUplink?: { readonly words: string; readonly vlan: Vlan | undefined };
  readonly wanted: WantedBridge;
  /** What goes over from one link to the other. */
  readonly transferred: Addressing;
  /** The addresses that the host is reached at, before and after. */
  readonly planned: PlannedAddresses;
  /** The files that kvmnet writes as its own. */
  readonly config: Readonly<Record<string, string>>;
  readonly previousConfig: Readonly<Record<string, string>>;
  /** What kvmnet keeps of the bridge on the host. */
  readonly record: string;
  /** How the host differs from the wanted state now; none: there is nothing to do. */
  readonly differences: readonly string[];
  /** Of a NIC that is another one's by now than when the bridge was made: in words. */
  readonly newOwner?: string | undefined;
  /** The user's files that define a bridge which was there before kvmnet; of one that it made, none. */
  readonly adoptedFiles: readonly string[];
  /** What the program itself takes away. */
  readonly losses: Losses;
  /** Why the SSH connection shows nothing of the LAN, if so. */
  readonly inside: string | undefined;
  /** TAPs of running VMs that are not in the bridge: among the differences, a sentence each. */
  readonly strays: readonly StrayTap[];
}
