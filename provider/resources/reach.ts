import { withState } from "../host/facts/asReader";
import type { Facts } from "../host/facts/facts";
import type { Host } from "../host/host";
import type { Connection } from "../schema/connection";
import { isKnown, type Previewed, type Unknown } from "../schema/unknown";
import type { Operation } from "./lifecycle";

/** What a resource had before: how its host was reached then, and which machine it was. */
interface Before {
  readonly inputs?: { readonly connection: Connection };
  readonly state: {
    readonly hostId: string;
    readonly hostKey?: string | undefined;
    /** Of a bridge: the host's own, with prefix length. */
    readonly addresses?: readonly string[];
  };
}

/** The host of a resource that is created, updated or deleted. Only where that is no preview, it is worth waiting for. */
export function reachHost(
  { hosts, preview, signal, log }: Operation,
  connection: Connection,
  before?: Before,
): Promise<{ host: Host; facts: Facts }> {
  const { hostId, hostKey, addresses } = before?.state ?? {};
  return hosts.reachFacts(connection, {
    hostId,
    hostKey,
    addresses,
    formerly: before?.inputs?.connection,
    retries: !preview,
    asReader: preview,
    signal,
    waits: (words) => log.progress(words),
  });
}

/** The host of a resource that is read: by its state, also where only root could say whose it is. */
export async function lookAtHost(
  { hosts }: Operation,
  connection: Connection,
  state: Before["state"],
): Promise<{ host: Host; facts: Facts }> {
  const { hostId, hostKey, addresses } = state;
  const { host, facts } = await hosts.reachFacts(connection, { hostId, hostKey, addresses, asReader: true });
  return { host, facts: withState(facts) };
}

/** Of a resource that can't be previewed yet, its host where that is known: what comes after it need not wait to be told. */
export async function reachKnownHost(
  operation: Operation,
  connection: Previewed<Connection> | Unknown,
): Promise<{ hostId?: string }> {
  if (!isKnown<Connection>(connection)) return {};
  return { hostId: (await reachHost(operation, connection)).facts.machineId };
}
