import type { Address, Link, PortVlans } from "../host/facts/links";
import type { Addressing } from "./addressingOn";

/** One link as it is to be. What is left out stays. */
export interface TargetLink {
  readonly name: string;
  /** null: no port of anything. */
  readonly master?: string | null | undefined;
  /** Of a VLAN that may have to be made: see `creation`. */
  readonly vlan?: { readonly link: string; readonly vlan: number; readonly file: string } | undefined;
  readonly macAddress?: string | undefined;
  readonly mtu?: number | undefined;
  readonly up?: boolean | undefined;
  /** Of a bridge; seconds. */
  readonly timers?: { readonly stp: boolean; readonly forwardDelay: number } | undefined;
  /** What else a bridge or a port is to have, if the kernel would give it something else. */
  readonly settings?: Link["settings"];
  readonly portSettings?: Link["portSettings"];
  /** Of a bridge: whether it tells VLANs apart. */
  readonly vlanFiltering?: boolean | undefined;
  /** Of a port: the VLANs that it is in. */
  readonly vlans?: PortVlans | undefined;
  readonly addressing?: Addressing | undefined;
  /** Another program's, which may have taken it away meanwhile: a VM's TAP, a container's veth. */
  readonly mayBeGone?: true | undefined;
  /** Addresses that it has until the change is confirmed, after all others. */
  readonly dropped?: readonly Address[] | undefined;
}

/** What the kernel is to be like: only the links that a change is about. */
export interface Target {
  readonly links: readonly TargetLink[];
  /** Bridges and VLANs that are no more then. */
  readonly gone: readonly string[];
}
