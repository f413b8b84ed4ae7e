import type { Facts, LibvirtNetwork } from "../../host/facts/facts";
import { leftBehind } from "../../plan/libvirt/find";
import type { NetworkInputs, NetworkState } from "./definition";

export function networkState(
  facts: Facts,
  inputs: NetworkInputs,
  present: LibvirtNetwork,
  hostKey: string | undefined,
): NetworkState {
  const { connection: _, ...rest } = inputs;
  return { ...rest, hostId: facts.machineId, hostKey, uuid: present.uuid, drift: networkDrift(facts, inputs, present) };
}

/** How libvirt's network differs from the wanted one, a sentence each. */
export function networkDrift(facts: Facts, wanted: NetworkInputs, present: LibvirtNetwork): string[] {
  const { name } = present;
  const left = facts.libvirt && present.active ? leftBehind(facts.libvirt, name, wanted.bridge) : [];
  const sentences: (string | false)[] = [
    ...left.map(
      ({ domain, nic }) => `${domain.name}'s ${nic.tap} on the network ${name} belongs to ${nic.bridge} still`,
    ),
    present.forward !== "bridge" &&
      `the network ${name} has the forward mode ${present.forward ?? "none"} instead of bridge`,
    present.bridge !== wanted.bridge &&
      `the network ${name} is on the bridge ${present.bridge ?? "none"} instead of ${wanted.bridge}`,
    present.bridge === wanted.bridge &&
      present.definedBridge !== wanted.bridge &&
      `the definition of the network ${name}, for its next start, is on the bridge ${present.definedBridge ?? "none"} instead of ${wanted.bridge}`,
    present.active !== wanted.active && `the network ${name} is ${present.active ? "active" : "not active"}`,
    !present.persistent && `the network ${name} has no persistent definition`,
    present.autostart !== wanted.autostart &&
      `the network ${name} is ${present.autostart ? "" : "not "}started with the host`,
  ];
  return sentences.filter((sentence) => sentence !== false);
}
