import { isLeased } from "../host/transaction/readdressing";
import type { Joining } from "./backend";

/** Whether a lease comes with the NIC: a bridge that a hand has taken its NIC from has its own still. */
export const bringsLease = ({ there, joins, onUplink }: Joining): boolean =>
  joins && (there === undefined || onUplink.addresses.some(isLeased));
