import { linkNamed } from "../../host/facts/facts";
import { need } from "../../host/facts/unreadable";
import { modeOf, ownerOf } from "../../plan/netfilter/files";
import type { Connection } from "../../schema/connection";
import { interfaceName } from "../../schema/names";
import { parseImportId } from "../importId";
import type { Operation, ReadResult } from "../lifecycle";
import { importHolder } from "../ownership/whose";
import { pinHostKey } from "../pinHostKey";
import type { BridgeNetfilterInputs, BridgeNetfilterState } from "./definition";
import { markedFilter, netfilterState } from "./model";

const form = { resource: "BridgeNetfilter", example: "kvm1.example/br0", parts: { bridge: interfaceName } };

/** What kvmnet keeps on the host for a bridge, of this stack's or another's. Nothing is written. */
export async function importBridgeNetfilter(
  operation: Operation,
  id: string,
  defaults: Partial<Connection>,
): Promise<ReadResult<BridgeNetfilterInputs, BridgeNetfilterState>> {
  const { connection, bridge } = parseImportId(id, form, defaults);
  const { host, facts } = await operation.hosts.reachFacts(connection, { signal: operation.signal });
  for (const part of ["links", "files"] as const) need(facts, part, [bridge]);
  const mode = modeOf(facts.netfilter, bridge);
  // What a bridge that is gone has left is imported to be deleted.
  if (mode === undefined && linkNamed(facts, bridge)?.kind !== "bridge")
    return { kind: "gone", why: `${host.label} has no bridge ${bridge}.` };
  if (mode === undefined)
    return {
      kind: "gone",
      why: `${host.label}: kvmnet does nothing for the frames of ${bridge}. Declare a BridgeNetfilter: nobody's rules are taken away by it.`,
    };
  const inputs = { connection, bridge, mode };
  const owner = ownerOf(facts.netfilter, bridge) ?? operation.urn;
  const holder = importHolder(operation, host, markedFilter(facts, bridge, connection));
  const own = { ...holder, owner, hostKey: pinHostKey(host) };
  return {
    kind: "there",
    id: `${facts.machineId}/netfilter/${bridge}`,
    inputs,
    state: netfilterState(facts, inputs, own),
  };
}
