import { isLeased } from "../host/transaction/readdressing";
import type { Joining } from "./backend";

/** Whether a lease comes with the NIC: a bridge that a hand has taken its NIC from has its own still. */
export const bringsLease = ({ there, joins, onUplink }: Joining): boolean =>
  joins && (there === undefined || onUplink.addresses.some(isLeased));

/** What has addresses on the way back: the bridge, where there was one, and the NIC, where they were, or are, on that. */
export function hadBefore({ there, onUplink }: Joining, bridge: string, nic: readonly string[]): string[] {
  return [...(there ? [bridge] : []), ...(!there || onUplink.addresses.length > 0 ? nic : [])];
}
