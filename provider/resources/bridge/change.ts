import type { Host } from "../../host/host";
import { withLease } from "../../host/transaction/lease";
import type { Operation } from "../lifecycle";

/** The one change of a host, among those of this process and of all others. */
export function changeUnderLease<T>(
  operation: Operation,
  host: Host,
  machineId: string,
  change: (id: string) => Promise<T>,
) {
  const { hosts, urn: who, log, signal } = operation;
  return hosts.exclusive(machineId, signal, () => withLease(host, { who, log, signal }, change));
}
