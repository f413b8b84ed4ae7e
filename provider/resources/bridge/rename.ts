import { bridgeFilesOf, bridgeUnit } from "../../backends/bridgeFiles";
import { definedIds, findDefinition } from "../../backends/entry/definition";
import { clientOn } from "../../backends/ifupdown/handOver";
import { withoutBridge } from "../../backends/ifupdown/owner";
import { isBridgeFile } from "../../backends/netplan/bridgeFile";
import { identityPath } from "../../backends/netplan/identity";
import { profilesNow } from "../../backends/networkManager/profiles";
import { type Facts, linkNamed, ports } from "../../host/facts/facts";
import type { Link } from "../../host/facts/links";
import type { Change } from "../../host/transaction/change";
import { kernelChange } from "../../kernel/kernelChange";
import { filtersVlans } from "../../kernel/vlans";
import { sysctlPath } from "../../plan/impact/sysctls";
import { Refusal } from "../../schema/refusal";
import type { BridgePlan } from "./bridgePlan";
import type { BridgeInputs } from "./definition";
import { fileText, recordPath } from "./files";
import { planBridge } from "./plan";
import { needNetwork, requireOwnRecord } from "./site";
import { describeVirtualUplink, virtualUplinkOf } from "./virtualUplink";
import { vlanDropInsIn } from "./vlans";

export interface RenamePlan extends BridgePlan {
  /** The bridge under its name until now. */
  readonly from: Link;
}

/**
 * A bridge under another name: for the kernel and netplan another bridge, which gets the ports, the addresses and the
 * DHCP identity of the one that goes. A device that is up can't be renamed (ip-link(8)).
 */
export function planRename(facts: Facts, inputs: BridgeInputs, owner: string, was: string): RenamePlan {
  const { name } = inputs;
  needNetwork(facts, [was, name]);
  const record = requireOwnRecord(facts, was, owner, false);
  const from = linkNamed(facts, was);
  if (!record || !from)
    throw new Refusal(
      `name: the host has no bridge ${was} to be renamed to ${name}. Run pulumi up with the name ${was} first, which makes it again.`,
    );
  const made = virtualUplinkOf(record);
  if (made)
    throw new Refusal(
      `name: ${was} is on ${describeVirtualUplink(made)}, and can't become ${name} in place. Destroy it first, or have ${name} beside it.`,
    );
  if (record.found)
    throw new Refusal(
      `name: ${was} can't become ${name}: it is defined in ${record.found.files.join(", ")}, by hand. Rename it there, then import it.`,
    );
  if (linkNamed(facts, name) || definedIds(facts.netplan).some(({ id }) => id === name))
    throw new Refusal(`name: ${was} can't become ${name}: the host has that already. Take another name.`);
  const plan = planBridge(asIfUnbridged(facts, from, record.uplink, name), inputs, owner, {
    was: findDefinition(facts.netplan, was),
    renamed: from,
  });
  const unit = bridgeUnit(facts, was);
  const others = ports(facts, was).filter((port) => port.name !== plan.wanted.uplink);
  const own = [
    ...bridgeFilesOf(facts, was),
    ...vlanDropInsIn(facts, was, []),
    ...[sysctlPath(was)].filter((path) => fileText(facts, path) !== undefined),
  ];
  const { vlans: wantedVlans } = plan.wanted;
  const filteringThen = wantedVlans && { vlan_filtering: wantedVlans.filtering ? 1 : 0 };
  const target = {
    links: [
      ...plan.target.links.map((link) => ({
        ...link,
        ...(link.name === name && { settings: { ...from.settings, ...filteringThen } }),
        ...(link.name === plan.wanted.uplink && { portSettings: linkNamed(facts, link.name)?.portSettings }),
      })),
      ...others.map(({ name: port, portSettings, vlans }) => ({
        ...{ name: port, master: name, portSettings, ...(filtersVlans(from) && { vlans }) },
        mayBeGone: true as const,
      })),
    ],
    gone: [was],
  };
  const config = Object.entries(plan.config).filter(([path]) => !plan.change.files.has(path));
  const change: Change = {
    ...plan.change,
    files: new Map([...plan.change.files, ...config]),
    remove: [...new Set([...plan.change.remove, ...own, recordPath(was)])],
    ...kernelChange(facts, target),
    ...(plan.change.handOver && { handOver: { ...plan.change.handOver, from: was } }),
    keepOnRollback:
      plan.change.owner === "NetworkManager" ? profilesNow(facts, [was, plan.wanted.uplink ?? ""]) : [unit],
    release: "both",
  };
  return { ...plan, change, target, from };
}

/** The host with the bridge's addresses on its uplink, and with its record and DHCP identity under the new name. */
function asIfUnbridged(facts: Facts, bridge: Link, uplink: string, name: string): Facts {
  const { addresses, lease, dhcp6Iaid } = bridge;
  const over = <T extends { readonly device: string | undefined }>(one: T): T =>
    one.device === bridge.name ? { ...one, device: uplink } : one;
  const record = facts.records.get(bridge.name);
  const unit = bridgeUnit(facts, bridge.name);
  const identity = facts.networkd.get(identityPath(unit));
  const renamed = identityPath(`${unit.slice(0, -`${bridge.name}.network`.length)}${name}.network`);
  const plain = withoutBridge(facts, bridge.name, record);
  return {
    ...plain,
    links: facts.links
      .filter((link) => link.name !== bridge.name)
      .map((link) => (link.name === uplink ? { ...link, master: undefined, addresses, lease, dhcp6Iaid } : link)),
    routes: facts.routes.map((route) => ({ ...over(route), ...(route.hops && { hops: route.hops.map(over) }) })),
    permanentNeighbours: facts.permanentNeighbours.map(over),
    profiles: withProfileOf(facts, bridge.name, uplink),
    ...(facts.dhcpClients && { dhcpClients: facts.dhcpClients.map((one) => clientOn(one, bridge.name, uplink)) }),
    netplan: new Map([...plain.netplan].filter(([path]) => !isBridgeFile(path, bridge.name))),
    networkd: new Map([...facts.networkd, ...(identity === undefined ? [] : [[renamed, identity] as const])]),
    client: facts.client?.device === bridge.name ? { ...facts.client, device: uplink } : facts.client,
    neighbours: facts.neighbours.map((one) => (one.device === bridge.name ? { ...one, device: uplink } : one)),
    sysctls: facts.sysctls
      .filter(({ link }) => link !== uplink)
      .map((one) => (one.link === bridge.name ? { ...one, link: uplink } : one)),
    records: new Map(record && [[name, record]]),
  };
}

/** What NetworkManager tells of the bridge's DHCP is the NIC's then. */
function withProfileOf({ profiles }: Facts, bridge: string, uplink: string): Facts["profiles"] {
  const own = profiles.get(bridge);
  return own === undefined ? profiles : new Map([...profiles, [uplink, own]]);
}
