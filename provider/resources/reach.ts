import type { Facts } from "../host/facts/facts";
import type { Host } from "../host/host";
import type { Connection } from "./connection";
import type { Operation } from "./lifecycle";

/** What a resource had before: how its host was reached then, and which machine it was. */
interface Before {
  readonly inputs?: { readonly connection: Connection };
  readonly state: { readonly hostId: string; readonly hostKey?: string | undefined };
}

/** The host of a resource that is created, updated or deleted. Only where that is no preview, it is worth waiting for. */
export function reachHost(
  { hosts, preview, signal }: Operation,
  connection: Connection,
  before?: Before,
): Promise<{ host: Host; facts: Facts }> {
  const { hostId, hostKey } = before?.state ?? {};
  return hosts.reachFacts(connection, {
    hostId,
    hostKey,
    formerly: before?.inputs?.connection,
    patient: !preview,
    signal,
  });
}
