import { type Facts, ownerMarkOf } from "../../host/facts/facts";
import type { LibvirtDomain } from "../../host/facts/libvirt";
import { counting, inOrder, isIpv6 } from "../../host/guestAddress/claimable";
import { attachmentIn, attachmentOf, linkOf, placeOf } from "../../plan/attachment/attachment";
import { filterIn, isolatedIn, unrestricted } from "../../plan/attachment/restrictions";
import { vlanIn } from "../../plan/attachment/vlan";
import { claimable, neighboursOf } from "../../plan/guestAddress";
import { stableMac } from "../../plan/libvirt/macAddress";
import { restrictionsIn } from "../../plan/libvirt/xml";
import { Refusal } from "../../schema/refusal";
import { type Holder, heldOr } from "../ownership/mark";
import type { Ownership } from "../ownership/owned";
import { nicMark } from "../ownership/paths";
import type { Marked } from "../ownership/whose";
import { isOfOtherStack, namedBy } from "../ownership/words";
import { models, type NicInputs, type NicPlace, type NicState, type NicWanted, nic } from "./definition";
import { nicDrift } from "./drift";
import type { NicOfDomain } from "./nicOf";

/**
 * A VM's NIC, and whose the host says that it is. 0.1.0 kept nothing of it on the host: its stack's own state tells. What
 * is on record of a NIC that the VM has not is of an earlier one.
 */
export function markedNic(
  facts: Facts,
  { domain, live, inactive }: NicOfDomain,
  macAddress: string,
  { host }: NicInputs["connection"],
  owned?: Ownership,
): Marked {
  const isSame = (state: Partial<NicState>) =>
    state.hostId === facts.machineId && state.domainId === domain.uuid && state.macAddress === macAddress;
  const mark =
    live || inactive
      ? (ownerMarkOf(facts, nicMark(domain.uuid, macAddress)) ?? owned?.unmarked("kvmnet:index:Nic", isSame))
      : undefined;
  return {
    words: `the NIC ${macAddress} of ${domain.name}`,
    mark,
    importAs: `${host}/${domain.name}/${macAddress}`,
  };
}

/**
 * 0.1.0 has no words in the state. The address that today's kvmnet makes of stack and name is no other stack's, whatever
 * this one is called now.
 */
export function heldBy(
  urn: string,
  { mark }: Marked,
  { hostId: machineId, domainId, macAddress, ownerId, ownerUrn }: NicState,
): Holder {
  const made = mark && { machineId, domainId, ...namedBy(mark.owner) };
  const isTheOne = made && isOfOtherStack(mark.owner, urn) && stableMac(made) === macAddress;
  return heldOr({ ownerId, ownerUrn }, isTheOne ? mark.owner : "");
}

/**
 * What the inputs come to. What the program has said until now and says no more is as it was before kvmnet; what it never
 * said stays as somebody made it.
 */
export function wantedOf(inputs: NicInputs, previous: NicPlace | undefined, until?: NicInputs): NicWanted {
  if (inputs.device !== undefined) return { ...inputs, model: modelOf(inputs, previous), restrictions: unrestricted };
  const before = previous?.xml === undefined ? undefined : restrictionsIn(previous.xml);
  const restrictions = {
    isolated: inputs.isolated ?? (until?.isolated === undefined ? undefined : (before?.isolated ?? false)),
    filter: inputs.filter ?? (until?.filter === undefined ? undefined : (before?.filter ?? ("none" as const))),
    vlan: inputs.vlan ?? (until?.vlan === undefined ? undefined : (before?.vlan ?? ("none" as const))),
  };
  return { ...inputs, model: modelOf(inputs, previous), restrictions };
}

/** What a program that says no model comes to: a NIC that the VM had already keeps its own. */
export function modelOf({ model }: Pick<NicInputs, "model">, previous: NicPlace | undefined): NicPlace["model"] {
  return model ?? previous?.model ?? "virtio";
}

/** @throws Refusal where another VM of the host has the address: on one LAN, neither would be reached */
export function refuseTwice(facts: Facts, domain: LibvirtDomain, macAddress: string, host: string): void {
  const other = facts.libvirt?.domains.find(
    (one) => one.uuid !== domain.uuid && [...one.live, ...one.inactive].some((nic) => nic.mac === macAddress),
  );
  if (other)
    throw new Refusal(
      `${host}: macAddress: the VM ${other.name} has a NIC ${macAddress} already: two of one address on a LAN are reached by turns. Take another one for ${domain.name}.`,
    );
}

/** What a program says of a NIC that is there: as its definition has it, or the running VM where that has it alone. */
export function nicInputs(
  { domain, live, inactive }: NicOfDomain,
  known: Pick<NicInputs, "connection" | "domain"> & { macAddress: string },
  host: string,
): NicWanted & { macAddress: string } {
  const found = inactive ?? live;
  if (!found) throw new Error(`${domain.name} has lost the NIC`);
  const { model = "rtl8139", linkState } = found;
  const place = placeOf(attachmentOf(found));
  if (place === undefined)
    throw new Refusal(
      `${host}: the NIC ${known.macAddress} of ${domain.name} is of the type ${found.type}; a Nic is one on a libvirt network, a bridge or a NIC of the host's.`,
    );
  // One that a program has no words for stays as it is.
  const filter = nic.inputs.shape.filter.safeParse(filterIn(found.element));
  const vlan = nic.inputs.shape.vlan.safeParse(vlanIn(found.element));
  if (!isModel(model))
    throw new Refusal(
      `${host}: the NIC ${known.macAddress} of ${domain.name} is a ${model}; a Nic is one of ${models.join(", ")}.`,
    );
  return {
    ...known,
    ...place,
    model,
    linkState,
    ...(isolatedIn(found.element) && { isolated: true }),
    ...(filter.data && { filter: filter.data }),
    ...(vlan.data && { vlan: vlan.data }),
    waitForAddress: nic.inputs.shape.waitForAddress.parse(undefined),
  };
}

const isModel = (model: string): model is NicPlace["model"] => (models as readonly string[]).includes(model);

/** What a state has of a NIC that the host does not tell. */
export interface Kept extends Holder {
  readonly macAddress: string;
  readonly ipAddresses: readonly string[];
  readonly hostKey?: string | undefined;
  readonly previous?: NicPlace | undefined;
}

export function nicState(facts: Facts, inputs: NicWanted, nic: NicOfDomain, kept: Kept): NicState {
  const { connection: _, restrictions: __, ...rest } = inputs;
  // A state of before may have what a guest only claimed.
  const bridge = linkOf(facts, attachmentIn(inputs));
  const claims = claimable(facts, bridge, kept.macAddress);
  const had = counting(kept.ipAddresses, kept.macAddress, claims);
  // Imported, made anew, or silent while it was waited for: who has answered the host a moment ago.
  const { answering } = neighboursOf(facts, bridge, kept.macAddress);
  const seen = nic.live ? counting(answering, kept.macAddress, claims) : [];
  // What there was stays, in its place: what goes by the first one would be done again.
  const added = seen.filter((one) => !had.some((there) => isIpv6(there) === isIpv6(one)));
  const ipAddresses = [...had, ...inOrder(added)];
  return {
    ...rest,
    hostId: facts.machineId,
    ...{ hostKey: kept.hostKey, ownerId: kept.ownerId, ownerUrn: kept.ownerUrn },
    domainId: nic.domain.uuid,
    macAddress: kept.macAddress,
    tap: nic.live?.tap ?? "",
    ipAddresses,
    live: nic.live !== undefined,
    persistent: nic.inactive !== undefined,
    previous: kept.previous,
    drift: nicDrift(facts, inputs, nic),
  };
}
