import { backendOf, owningDefinition } from "../../backends/backends";
import { findDefinition } from "../../backends/entry/definition";
import { isBridgeFile, networkFileName } from "../../backends/netplan/bridgeFile";
import { netplanId } from "../../backends/netplan/netplanId";
import { refusePattern } from "../../backends/netplan/refuse";
import { type Facts, fixedPorts, linkNamed } from "../../host/facts/facts";
import type { Link } from "../../host/facts/links";
import { type BridgeRecord, noUplink } from "../../host/facts/records";
import { findLink } from "../../plan/link/uplink";
import { Refusal } from "../../schema/refusal";
import type { BridgeInputs, VlanUplink } from "./definition";

/** An uplink that is no NIC of the host's: a VLAN that is made for the bridge, or none at all. */
export type VirtualUplink = VlanUplink | typeof noUplink;

/** That of a program; where it says none, or what the state has of it, the one that the bridge has already. */
export function resolveVirtualUplink(
  uplink: BridgeInputs["uplink"],
  record: Pick<BridgeRecord, "uplink" | "vlan"> | undefined,
): VirtualUplink | undefined {
  if (typeof uplink === "object" || uplink === noUplink) return uplink;
  return uplink === undefined || uplink === record?.uplink ? virtualUplinkOf(record) : undefined;
}

/** The one that a bridge has, by its record. */
export function virtualUplinkOf(record: Pick<BridgeRecord, "uplink" | "vlan"> | undefined): VirtualUplink | undefined {
  return record?.uplink === noUplink ? noUplink : record?.vlan;
}

/** "VLAN 20 of enp1s0". */
export function describeVirtualUplink(uplink: VirtualUplink): string {
  return uplink === noUplink ? "no uplink" : `VLAN ${uplink.vlan} of ${uplink.link}`;
}

/** @throws Refusal where a bridge on a NIC is to be one on none, or the other way round: an address would have to be given back by the way */
export function refuseOtherKind(
  name: string,
  record: BridgeRecord | undefined,
  uplink: VirtualUplink | undefined,
): void {
  if (record === undefined) return;
  const was = virtualUplinkOf(record);
  if ((was === undefined) === (uplink === undefined)) return;
  const [from, to] = [
    was ? describeVirtualUplink(was) : record.uplink,
    uplink ? describeVirtualUplink(uplink) : "a NIC of the host's",
  ];
  throw new Refusal(
    `uplink: ${name} is on ${from}, and can't be put on ${to} in place. Take another name for that one, or destroy ${name} first.`,
  );
}

/** The NIC that a program names as the uplink, if it does. */
export function nicNamed(uplink: BridgeInputs["uplink"]): string | undefined {
  return typeof uplink === "string" ? uplink : undefined;
}

/** A VLAN as it is to be: the kernel's link, and what it is on. */
export interface Vlan {
  readonly link: Link;
  readonly parent: Link;
  readonly number: number;
  /** netplan's id of the parent. */
  readonly on: string;
  /** networkd's file of the parent. */
  readonly file: string;
}

/** @throws Refusal of a link that no VLAN can be made on, or whose VLAN is somebody's already */
export function resolveVlan(facts: Facts, { link, vlan }: VlanUplink, bridge: string): Vlan {
  const parent = parentOf(facts, link);
  const definition = owningDefinition(facts, parent);
  if (backendOf(definition).name !== "netplan")
    throw new Refusal(
      `uplink.link: ${parent.name} is ${backendOf(definition).name}'s by ${definition.places[0]?.path}, and a VLAN is made on a NIC of netplan's alone. Make the VLAN there by hand, and write its name as the uplink.`,
    );
  refusePattern(definition, parent);
  const name = vlanName(parent.name, vlan);
  const there = linkNamed(facts, name);
  const same = facts.links.find((one) => one.kind === "vlan" && one.parent === parent.name && one.vlan === vlan);
  if (there && there !== same)
    throw new Refusal(
      `uplink: the host has an interface ${name} already, which is not VLAN ${vlan} of ${parent.name}. Take it away first.`,
    );
  if (same && !(same === there && isMadeFor(facts, bridge, name)))
    throw new Refusal(
      `uplink: the host has VLAN ${vlan} of ${parent.name} already, as ${same.name}: write uplink: ${same.name}, or take it out of netplan's files first.`,
    );
  return {
    link: there ?? fresh(parent, name, vlan),
    ...{ parent, number: vlan, on: definition.id, file: networkFileName(definition.id) },
  };
}

/** Whether an uplink was made for a bridge: netplan's files have it in kvmnet's own of that bridge, and nowhere else. */
export function isMadeFor(facts: Facts, bridge: string, uplink: string): boolean {
  const definition = findDefinition(facts.netplan, uplink);
  return (
    definition?.section === "vlans" &&
    definition.places.length > 0 &&
    definition.places.every(({ path }) => isBridgeFile(path, bridge))
  );
}

/** As most name it; where that is too long for the kernel, after its number alone. */
function vlanName(parent: string, vlan: number): string {
  const usual = `${parent}.${vlan}`;
  return usual.length <= 15 ? usual : `vlan${vlan}`;
}

/** networkd's file of what a VLAN is on. */
export function parentFile(facts: Facts, { parent = "" }: Link): string {
  const link = linkNamed(facts, parent);
  return networkFileName(link ? netplanId(link) : parent);
}

function parentOf(facts: Facts, wanted: string): Link {
  const link = findLink(facts, wanted);
  if (!link) throw new Refusal(`uplink.link: the host has no interface ${wanted}.`);
  const { name, kind, master } = link;
  if (kind === "bridge") {
    const [port] = fixedPorts(facts, name);
    throw new Refusal(
      `uplink.link: ${name} is a bridge. A VLAN is made on its uplink, whose tagged frames the kernel gives to the VLAN before the bridge sees them: write ${port ? `link: ${port.name}` : "that"}.`,
    );
  }
  if (kind === "vlan") throw new Refusal(`uplink.link: ${name} is a VLAN itself; write what it is on.`);
  const device = master === undefined ? undefined : linkNamed(facts, master);
  if (device?.kind === "bond")
    throw new Refusal(`uplink.link: ${name} is in the bond ${device.name}: write link: ${device.name}.`);
  return link;
}

/** As the kernel makes it: with the MAC address and the MTU of what it is on. */
function fresh(parent: Link, name: string, vlan: number): Link {
  return {
    ...parent,
    ...{ index: 0, name, kind: "vlan", vlan, parent: parent.name, master: undefined, altNames: [] },
    ...{ addresses: [], networkFile: undefined, networkdState: undefined, lease: undefined, dhcp6Iaid: undefined },
  };
}
