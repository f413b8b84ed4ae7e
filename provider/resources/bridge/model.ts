import { type Facts, fixedPorts, linkNamed } from "../../host/facts/facts";
import { noUplink } from "../../host/facts/records";
import type { Holder } from "../ownership/mark";
import type { BridgePlan } from "./bridgePlan";
import type { BridgeInputs, BridgeState } from "./definition";

/** What a link has unless somebody says another one, in bytes (RFC 894). */
const ethernetMtu = 1500;

/** What a state has of a bridge that its plan does not tell. */
export type StateOnly = Holder & Pick<BridgeState, "hostKey">;

/** The state of a bridge, from what the host is; during a preview, from what it will be. */
export function bridgeState(
  facts: Facts,
  inputs: BridgeInputs,
  plan: BridgePlan,
  drift: readonly string[],
  { hostKey, ownerId, ownerUrn }: StateOnly,
): BridgeState {
  const { connection: _, ...rest } = inputs;
  const link = linkNamed(facts, inputs.name);
  const addresses = (
    link ? link.addresses.filter((address) => address.scope === "global") : plan.transferred.addresses
  ).map((address) => `${address.local}/${address.prefix}`);
  return {
    ...rest,
    hostId: facts.machineId,
    ...{ hostKey, ownerId, ownerUrn },
    uplink: plan.wanted.uplink ?? noUplink,
    macAddress: link?.mac ?? plan.wanted.macAddress,
    mtu: link?.mtu ?? inputs.mtu ?? plan.uplink?.mtu ?? ethernetMtu,
    addresses: addresses.sort(),
    ports: link
      ? fixedPorts(facts, inputs.name)
          .map((port) => port.name)
          .sort()
      : [plan.wanted.uplink ?? []].flat(),
    config: plan.config,
    drift: [...drift],
    previousConfig: plan.previousConfig,
  };
}
