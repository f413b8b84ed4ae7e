import type { Stanza } from "../../backends/entry/addressing";
import { asksDhcp6, expectAddressing } from "../../backends/entry/wanted";
import { bridgeFilePath, bridgeFilesIn, bridgeFileText } from "../../backends/netplan/bridgeFile";
import type { PortEntry } from "../../backends/netplan/pattern";
import type { Facts } from "../../host/facts/facts";
import type { Link } from "../../host/facts/links";
import { type BridgeRecord, noUplink } from "../../host/facts/records";
import { type Completed, completed, type Present } from "../../plan/addressing/kept";
import type { WantedBridge } from "../../plan/link/differences";
import type { BridgeInputs } from "./definition";
import { type BridgeFiles, fileText, recordPath } from "./files";
import type { Vlan } from "./virtualUplink";

/** Where a bridge is to be that takes nothing over from a NIC of the host's. */
export interface VirtualUplinkSite {
  readonly facts: Facts;
  readonly record: BridgeRecord | undefined;
  /** The VLAN to make, or that was made for it; undefined: the bridge has no uplink. */
  readonly vlan: Vlan | undefined;
  readonly there: Link | undefined;
  readonly macAddress: string;
}

/** The files of a bridge that has its uplink to itself: one of netplan's, and kvmnet's record. None of the user's is changed. */
export function renderVirtualUplinkFiles(
  { facts, vlan, macAddress }: VirtualUplinkSite,
  inputs: BridgeInputs,
  owner: string,
  now: Present,
): BridgeFiles {
  const { name, mtu, stp, forwardDelay } = inputs;
  const { stanza, routes } = addressingFor(inputs, vlan, now);
  const { dhcp4, addresses, gateways } = expectAddressing(stanza);
  const wanted: WantedBridge = {
    ...{ name, uplink: vlan?.link.name, macAddress, stp, forwardDelay, mtu },
    ...{ dhcp4, addresses, gateways },
  };
  const port = vlan && entryOf(vlan);
  const path = bridgeFilePath(facts.netplan, { name, port, mtu });
  // Nothing has to be plugged into it for the host to be up; with an address on a VLAN, it is the host's own network.
  const optional = vlan === undefined || (!dhcp4 && !asksDhcp6(stanza) && addresses.length === 0);
  const text = bridgeFileText({ ...{ name, port, macAddress, mtu, stp, forwardDelay, optional }, addressing: stanza });
  const config = { [path]: text };
  const changed = Object.entries(config).filter(([path, text]) => fileText(facts, path) !== text);
  const record = `${JSON.stringify({
    ...{ owner, uplink: vlan?.link.name ?? noUplink, previousConfig: {} },
    ...(vlan && { vlan: { link: vlan.parent.name, vlan: vlan.number } }),
  })}\n`;
  return {
    ...{ wanted, stanza, kept: routes, config, previousConfig: {}, record },
    files: new Map([...changed, [recordPath(name), record]]),
    remove: bridgeFilesIn(facts.netplan, name).filter((path) => config[path] === undefined),
    differences: changed.map(
      ([path]) => `${path} ${fileText(facts, path) === undefined ? "is not there" : "was changed by hand"}`,
    ),
  };
}

/** A boot does not wait for it: it is up where what it is on is. */
function entryOf({ link, on, number }: Vlan): PortEntry {
  return { section: "vlans", id: link.name, settings: { renderer: "networkd", id: number, link: on, optional: true } };
}

/**
 * To inherit is to have nothing: the VMs' own network has no address of the host's, nor one that a router on it would have
 * it make. Where there is no uplink, who advertises there is a VM.
 */
function addressingFor(
  { addressing }: BridgeInputs,
  vlan: Vlan | undefined,
  now: Present,
): Partial<Completed> & { stanza: Stanza } {
  if (addressing === "inherit") return { stanza: { dhcp4: false, "accept-ra": false, "link-local": [] } };
  const acceptRa = addressing.acceptRa ?? (vlan ? undefined : false);
  return completed({ ...addressing, ...(acceptRa !== undefined && { acceptRa }) }, now);
}
