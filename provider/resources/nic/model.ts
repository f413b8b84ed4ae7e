import { type Facts, type LibvirtDomain, type LibvirtNic, linkNamed } from "../../host/facts/facts";
import { findNetwork } from "../../plan/libvirt/find";
import { Refusal } from "../../plan/refusal";
import { type NicInputs, type NicPlace, type NicState, nic } from "./definition";

/** A NIC as a VM has it: identified by its MAC address, never by its TAP's name or its place in a list. */
export interface NicOfDomain {
  readonly domain: LibvirtDomain;
  readonly live: LibvirtNic | undefined;
  readonly inactive: LibvirtNic | undefined;
}

export function nicOf(domain: LibvirtDomain, macAddress: string): NicOfDomain {
  const is = (nic: LibvirtNic) => nic.mac === macAddress;
  return { domain, live: domain.live.find(is), inactive: domain.inactive.find(is) };
}

/** The VM's NICs, for an error about one that it has not. */
export function hasNone(domain: LibvirtDomain, macAddress: string): string {
  const macs = [...new Set([...domain.inactive, ...domain.live].map((nic) => nic.mac))];
  return `${domain.name} has no NIC ${macAddress}; it has ${macs.length > 0 ? macs.join(", ") : "none"}.`;
}

const models: readonly string[] = nic.inputs.shape.model.unwrap().options;

/** What a program says of a NIC that is there: as its definition has it, or the running VM where that has it alone. */
export function nicInputs(
  { domain, live, inactive }: NicOfDomain,
  known: Pick<NicInputs, "connection" | "domain"> & { macAddress: string },
  host: string,
): NicInputs & { macAddress: string } {
  const found = inactive ?? live;
  if (!found) throw new Error(`${domain.name} has lost the NIC`);
  const { network, bridge, model = "rtl8139", linkState } = found;
  if (network === undefined && (bridge === undefined || found.type !== "bridge"))
    throw new Refusal(
      `${host}: the NIC ${known.macAddress} of ${domain.name} is of the type ${found.type}; a Nic is one on a libvirt network or a bridge.`,
    );
  if (!models.includes(model))
    throw new Refusal(
      `${host}: the NIC ${known.macAddress} of ${domain.name} is a ${model}; a Nic is one of ${models.join(", ")}.`,
    );
  return {
    ...known,
    ...(network === undefined ? { bridge } : { network }),
    model: model as NicInputs["model"],
    linkState,
    waitForAddress: nic.inputs.shape.waitForAddress.parse(undefined),
  };
}

/** What a state has of a NIC that the host does not tell. */
export interface Kept {
  readonly macAddress: string;
  readonly ipAddresses: readonly string[];
  readonly hostKey?: string | undefined;
  readonly previous?: NicPlace | undefined;
}

export function nicState(facts: Facts, inputs: NicInputs, nic: NicOfDomain, kept: Kept): NicState {
  const { connection: _, ...rest } = inputs;
  return {
    ...rest,
    hostId: facts.machineId,
    hostKey: kept.hostKey,
    domainId: nic.domain.uuid,
    macAddress: kept.macAddress,
    tap: nic.live?.tap ?? "",
    ipAddresses: [...kept.ipAddresses].sort(),
    live: nic.live !== undefined,
    persistent: nic.inactive !== undefined,
    previous: kept.previous,
    drift: nicDrift(facts, inputs, nic),
  };
}

/** How a VM's NIC differs from the wanted one, a sentence each: in the running machine, in its definition, in the kernel. */
export function nicDrift(facts: Facts, wanted: NicInputs, nic: NicOfDomain): string[] {
  const { domain, live, inactive } = nic;
  return [
    ...(domain.running
      ? live
        ? differences(`the running ${domain.name}`, asRunning(wanted, live), live)
        : [`the running ${domain.name} does not have the NIC`]
      : []),
    ...(inactive
      ? differences(`the definition of ${domain.name}`, wanted, inactive)
      : [`the definition of ${domain.name} does not have the NIC`]),
    ...(live ? deaf(facts, wanted, live) : []),
  ];
}

/** A running VM keeps the device that it has: another model in its definition is no drift, but for its next start. */
export function asRunning<T extends NicPlace>(wanted: T, live: LibvirtNic): T {
  return { ...wanted, model: live.model ?? wanted.model };
}

/** What a person has to do where the running VM still has another device. */
export function modelPending(wanted: NicPlace, { domain, live, inactive }: NicOfDomain): string | undefined {
  if (!live || !inactive || live.model === wanted.model || inactive.model !== wanted.model) return undefined;
  return `the running ${domain.name} has its NIC ${live.mac} as a ${live.model} until it was shut down and started again; a reboot inside of it is not enough. Then it is a ${wanted.model}.`;
}

/** The bridge that a NIC's TAP is to be in, whether by its network or by itself. */
export function bridgeOf(
  facts: Facts,
  nic: { readonly network?: string | undefined; readonly bridge?: string | undefined },
): string | undefined {
  if (nic.network === undefined || nic.bridge !== undefined) return nic.bridge;
  return facts.libvirt && findNetwork(facts.libvirt, nic.network)?.bridge;
}

/** How one side's NIC differs; `where` is the side, as the sentences name it. */
export function differences(where: string, wanted: NicPlace, nic: LibvirtNic): string[] {
  const on = nic.network !== undefined ? `network ${nic.network}` : `bridge ${nic.bridge ?? "none"}`;
  const target = wanted.network !== undefined ? `network ${wanted.network}` : `bridge ${wanted.bridge}`;
  // libvirt shows the running NIC's bridge beside its network.
  const sameTarget =
    wanted.network !== undefined
      ? nic.network === wanted.network
      : nic.network === undefined && nic.bridge === wanted.bridge;
  const sentences: (string | false)[] = [
    !sameTarget && `in ${where} the NIC is on ${on} instead of ${target}`,
    nic.model !== wanted.model && `in ${where} the NIC is a ${nic.model ?? "default"} instead of ${wanted.model}`,
    nic.linkState !== wanted.linkState && `in ${where} the NIC's link is ${nic.linkState}`,
  ];
  return sentences.filter((sentence) => sentence !== false);
}

export interface StrayTap {
  readonly tap: string;
  readonly bridge: string;
  readonly master: string | undefined;
}

/** libvirt says which bridge a TAP joined when it was made; only the kernel knows which one it is in. */
export function strayTap(facts: Facts, wanted: NicPlace, live: LibvirtNic | undefined): StrayTap | undefined {
  const bridge = bridgeOf(facts, wanted);
  const tap = live?.tap === undefined ? undefined : linkNamed(facts, live.tap);
  if (!bridge || !tap || tap.master === bridge || !linkNamed(facts, bridge)) return undefined;
  return { tap: tap.name, bridge, master: tap.master };
}

function deaf(facts: Facts, wanted: NicInputs, live: LibvirtNic): string[] {
  const stray = strayTap(facts, wanted, live);
  return stray ? [`the TAP ${stray.tap} is in ${stray.master ?? "no bridge"} instead of in ${stray.bridge}`] : [];
}
