import { type Facts, fixedPorts, linkNamed } from "../../host/facts/facts";
import type { BridgeInputs, BridgeState } from "./definition";
import type { BridgePlan } from "./plan";

/** The state of a bridge, from what the host is; during a preview, from what it will be. */
export function bridgeState(
  facts: Facts,
  inputs: BridgeInputs,
  plan: BridgePlan,
  drift: readonly string[],
  hostKey: string | undefined,
): BridgeState {
  const { connection: _, ...rest } = inputs;
  const link = linkNamed(facts, inputs.name);
  const addresses = (link ? link.addresses.filter((address) => address.scope === "global") : plan.moving.addresses).map(
    (address) => `${address.local}/${address.prefix}`,
  );
  return {
    ...rest,
    hostId: facts.machineId,
    hostKey,
    uplink: plan.uplink.name,
    macAddress: link?.mac ?? plan.wanted.macAddress,
    mtu: link?.mtu ?? inputs.mtu ?? plan.uplink.mtu,
    addresses: addresses.sort(),
    ports: link
      ? fixedPorts(facts, inputs.name)
          .map((port) => port.name)
          .sort()
      : [plan.uplink.name],
    config: plan.config,
    drift: [...drift],
    previousConfig: plan.previousConfig,
  };
}
