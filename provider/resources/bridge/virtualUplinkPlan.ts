import { createHash } from "node:crypto";
import { addressingOf } from "../../backends/entry/addressing";
import { findDefinition } from "../../backends/entry/definition";
import { bridgeFilesIn, networkFileName } from "../../backends/netplan/bridgeFile";
import { type Facts, fixedPorts, linkNamed } from "../../host/facts/facts";
import type { Link } from "../../host/facts/links";
import { type BridgeRecord, noUplink } from "../../host/facts/records";
import type { Change } from "../../host/transaction/change";
import { cidrOf } from "../../host/transaction/readdressing";
import { addressingOn, nothing } from "../../kernel/addressingOn";
import { kernelChange } from "../../kernel/kernelChange";
import type { Target } from "../../kernel/target";
import { findBridgeDifferences, findMtuDifferences } from "../../plan/link/differences";
import { strayTaps } from "../../plan/link/taps";
import { probesFor } from "../../plan/probes";
import { Refusal } from "../../schema/refusal";
import { definedOutside, findAdopted } from "./adopted";
import type { BridgePlan } from "./bridgePlan";
import type { BridgeInputs } from "./definition";
import { networkFor, undoneBy } from "./network";
import { needNetwork, refuseMtu, requireOwnRecord, type Taking } from "./site";
import { describeVirtualUplink, refuseOtherKind, resolveVlan, type VirtualUplink, type Vlan } from "./virtualUplink";
import { renderVirtualUplinkFiles, type VirtualUplinkSite } from "./virtualUplinkFiles";

/** To a bridge on a VLAN that is made for it, or on nothing. No NIC of the host's loses or gets an address by it. */
export function planOnVirtualUplink(
  facts: Facts,
  inputs: BridgeInputs,
  uplink: VirtualUplink,
  owner: string,
  { takesOver = false }: Taking,
): BridgePlan {
  const { name } = inputs;
  const site = virtualUplinkSite(facts, inputs, uplink, owner, takesOver);
  const { vlan, there, record } = site;
  const onBridge = there ? addressingOn(facts, there) : nothing;
  const definition = findDefinition(facts.netplan, name);
  const entry = definition ? addressingOf(definition) : {};
  const now = { stanza: entry, addressing: { addresses: [], routes: onBridge.routes }, lease: there?.lease };
  const written = renderVirtualUplinkFiles(site, inputs, owner, now);
  const { wanted } = written;
  const port = vlan && { id: vlan.link.name, section: "vlans" as const, places: [], renderer: "networkd" };
  const places = { facts, there, uplink: vlan?.link, port, onUplink: nothing, onBridge, entry };
  const network = networkFor(places, inputs, written);
  const target = withVlan(facts, network.target, vlan, record);
  const makes = vlan !== undefined && linkNamed(facts, vlan.link.name) === undefined;
  if (makes && there && network.dropped.length > 0)
    throw new Refusal(
      `uplink: ${name} gets another uplink and loses an address by one change. Change one after the other: first the uplink.`,
    );
  // networkd takes the link over anew that the VLAN is on: its routes must be what they were.
  const gateways = makes ? gatewaysOn(facts, vlan.parent) : [];
  const losses = { ...network.losses, gateways: [...network.losses.gateways, ...gateways] };
  const parents = makes ? [vlan.file] : [];
  const { probes, required } = probesFor(facts, losses, wanted.gateways, inputs.confirm.probes);
  const change: Change = {
    files: written.files,
    remove: written.remove,
    ...kernelChange(facts, target),
    leaving: network.dropped.map(cidrOf),
    keepOnApply: [networkFileName(name), ...parents],
    keepOnRollback: [...(there ? [networkFileName(name)] : []), ...parents],
    release: "none",
    ...{ probes, required, proofs: [] },
    ...undoneBy(inputs.confirm),
  };
  return {
    ...{ change, target, wanted, inside: undefined, uplink: vlan?.link },
    virtualUplink: { words: describeVirtualUplink(uplink), vlan },
    ...{ transferred: network.transferred, planned: network.planned, losses },
    ...{ config: written.config, previousConfig: {}, record: written.record, adoptedFiles: [] },
    differences: [
      ...findBridgeDifferences(facts, wanted),
      ...findMtuDifferences(facts, wanted),
      ...leftPorts(target).map((left) => `${left} is a port of ${name}`),
      ...written.differences,
    ],
    strays: there ? strayTaps(facts, name) : [],
  };
}

/** @throws Refusal of a host that no such bridge can be made on */
function virtualUplinkSite(
  facts: Facts,
  inputs: BridgeInputs,
  uplink: VirtualUplink,
  owner: string,
  takes: boolean,
): VirtualUplinkSite {
  const { name } = inputs;
  needNetwork(facts, [name]);
  const record = requireOwnRecord(facts, name, owner, takes);
  refuseOtherKind(name, record, uplink);
  if (!facts.tools.has("netplan"))
    throw new Refusal(
      `uplink: a bridge on ${describeVirtualUplink(uplink)} is written into netplan's files, and the host has no netplan. Make it by hand, or install netplan.io.`,
    );
  const isOurs =
    record !== undefined || (bridgeFilesIn(facts.netplan, name).length > 0 && !definedOutside(facts, name));
  // What is there already is told as with any bridge.
  if (!isOurs && findAdopted(facts, name, undefined))
    throw new Refusal(
      `name: the host has a bridge ${name} already, made by hand, with the ports ${
        fixedPorts(facts, name)
          .map((one) => one.name)
          .join(", ") || "none"
      }, and the program wants one on ${describeVirtualUplink(uplink)}. Choose another name, or remove that bridge from netplan's files first.`,
    );
  const there = linkNamed(facts, name);
  const vlan = uplink === noUplink ? undefined : resolveVlan(facts, uplink, name);
  if (vlan) needNetwork(facts, [name, vlan.parent.name, vlan.link.name]);
  if (vlan && inputs.mtu !== undefined && inputs.mtu > vlan.parent.mtu)
    throw new Refusal(
      `mtu: ${inputs.mtu} is more than ${vlan.parent.name} has (${vlan.parent.mtu}), over which the VLAN's frames go. Write ${vlan.parent.mtu} or less, or give ${vlan.parent.name} more first.`,
    );
  refuseMtu(inputs.mtu, there);
  const macAddress = inputs.macAddress ?? (vlan ? vlan.parent.mac : deriveMac(facts.machineId, name));
  return { facts, record, vlan, there, macAddress };
}

/** The same each time the bridge is made; of those that nobody else gives out (IEEE 802, locally administered). */
function deriveMac(machineId: string, name: string): string {
  const hash = createHash("sha256").update(`${machineId}\0bridge\0${name}`).digest("hex");
  return ["02", ...[0, 2, 4, 6, 8].map((at) => hash.slice(at, at + 2))].join(":");
}

/** With the VLAN to be made, and without the one that the bridge was on. */
function withVlan(facts: Facts, target: Target, vlan: Vlan | undefined, record: BridgeRecord | undefined): Target {
  const was = record?.vlan && record.uplink !== vlan?.link.name ? linkNamed(facts, record.uplink) : undefined;
  const links = target.links.map((link) =>
    vlan && link.name === vlan.link.name
      ? { ...link, vlan: { link: vlan.parent.name, vlan: vlan.number, file: vlan.file } }
      : link,
  );
  // Out of the bridge before the other one is in: two VLANs would be one for a moment.
  return was ? { links: [{ name: was.name, master: null }, ...links], gone: [was.name] } : { ...target, links };
}

const leftPorts = ({ links }: Target) => links.filter(({ master }) => master === null).map(({ name }) => name);

/** Of the default routes over a link, or over the bridge that it is a port of. */
function gatewaysOn(facts: Facts, { name, master }: Link): string[] {
  return facts.routes
    .filter(({ destination, device }) => destination === "default" && (device === name || device === master))
    .flatMap(({ gateway }) => gateway ?? []);
}
