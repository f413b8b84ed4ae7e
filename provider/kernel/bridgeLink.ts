import type { PortVlans } from "../host/facts/links";

/** What a bridge is to be, as the kernel knows it. */
export interface BridgeLink {
  readonly name: string;
  /** Undefined: it has none. */
  readonly uplink: string | undefined;
  readonly macAddress: string;
  readonly stp: boolean;
  readonly forwardDelay: number;
  readonly mtu: number | undefined;
  /** Whether it tells VLANs apart, and which its uplink is in; undefined: as somebody made it. */
  readonly vlans?: { readonly filtering: boolean; readonly uplink: PortVlans } | undefined;
}
