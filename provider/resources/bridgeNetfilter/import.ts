import { linkNamed } from "../../host/facts/facts";
import { modeOf, ownerOf } from "../../plan/netfilter/files";
import { parseImportId } from "../importId";
import type { Found, Operation } from "../lifecycle";
import { interfaceName } from "../names";
import { pinned } from "../pinned";
import type { BridgeNetfilterInputs, BridgeNetfilterState } from "./definition";
import { netfilterState } from "./model";

const form = { resource: "BridgeNetfilter", example: "kvm1.example/br0", parts: { bridge: interfaceName } };

/** What kvmnet keeps on the host for a bridge, of this stack's or another's. Nothing is written. */
export async function importBridgeNetfilter(
  operation: Operation,
  id: string,
): Promise<Found<BridgeNetfilterInputs, BridgeNetfilterState>> {
  const { connection, bridge } = parseImportId(id, form);
  const { host, facts } = await operation.hosts.reachFacts(connection, { signal: operation.signal });
  if (linkNamed(facts, bridge)?.kind !== "bridge")
    return { kind: "gone", why: `${host.label} has no bridge ${bridge}.` };
  const mode = modeOf(facts.netfilter, bridge);
  if (mode === undefined)
    return {
      kind: "gone",
      why: `${host.label}: kvmnet does nothing for the frames of ${bridge}. Declare a BridgeNetfilter: nobody's rules are taken away by it.`,
    };
  const inputs = { connection, bridge, mode };
  const own = { owner: ownerOf(facts.netfilter, bridge) ?? operation.urn, hostKey: pinned(connection, host) };
  return {
    kind: "there",
    id: `${facts.machineId}/netfilter/${bridge}`,
    inputs,
    state: netfilterState(facts, inputs, own),
  };
}
