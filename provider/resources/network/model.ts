import { type Facts, ownerMarkOf } from "../../host/facts/facts";
import type { LibvirtNetwork } from "../../host/facts/libvirt";
import { leftBehind } from "../../plan/libvirt/find";
import type { Holder } from "../ownership/mark";
import type { Ownership } from "../ownership/owned";
import { networkMark } from "../ownership/paths";
import type { Marked } from "../ownership/whose";
import type { NetworkBefore, NetworkInputs, NetworkState } from "./definition";
import { bridgeIn, placeDrift, wantedPlace } from "./place";

/** What a state has of a network that libvirt does not tell. */
export type StateOnly = Holder & Pick<NetworkState, "hostKey" | "previous">;

/** A network, and whose the host says that it is. 0.1.0 kept nothing of it on the host: its stack's own state tells. */
export function markedNetwork(
  facts: Facts,
  present: Pick<LibvirtNetwork, "name" | "uuid">,
  { host }: NetworkInputs["connection"],
  owned?: Ownership,
): Marked {
  const { name, uuid } = present;
  const mark =
    ownerMarkOf(facts, networkMark(uuid)) ??
    owned?.unmarked("kvmnet:index:Network", (state) => state.hostId === facts.machineId && state.uuid === uuid);
  return { words: `the network ${name}`, mark, importAs: `${host}/${name}` };
}

export function beforeOf({ definition, autostart, active }: LibvirtNetwork): NetworkBefore {
  return { definition, autostart, active };
}

export function networkState(
  facts: Facts,
  inputs: NetworkInputs,
  present: LibvirtNetwork,
  { hostKey, ownerId, ownerUrn, previous }: StateOnly,
): NetworkState {
  const { connection: _, ...rest } = inputs;
  return {
    ...rest,
    hostId: facts.machineId,
    ...{ hostKey, ownerId, ownerUrn },
    uuid: present.uuid,
    previous,
    drift: networkDrift(facts, inputs, present),
  };
}

/** How libvirt's network differs from the wanted one, a sentence each. */
export function networkDrift(facts: Facts, wanted: NetworkInputs, present: LibvirtNetwork): string[] {
  const { name } = present;
  const place = wantedPlace(wanted);
  const bridge = bridgeIn(place);
  const left = bridge !== undefined && facts.libvirt && present.active ? leftBehind(facts.libvirt, name, bridge) : [];
  const sentences: (string | false)[] = [
    ...left.map(
      ({ domain, nic }) => `${domain.name}'s ${nic.tap} on the network ${name} belongs to ${nic.bridge} still`,
    ),
    ...placeDrift(present, place),
    present.active !== wanted.active && `the network ${name} is ${present.active ? "active" : "not active"}`,
    !present.persistent && `the network ${name} has no persistent definition`,
    present.autostart !== wanted.autostart &&
      `the network ${name} is ${present.autostart ? "" : "not "}started with the host`,
  ];
  return sentences.filter((sentence) => sentence !== false);
}
