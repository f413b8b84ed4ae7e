import { type Section, sectionsOf } from "../../host/facts/networkUnit";
import { Refusal } from "../../schema/refusal";
import { listOf, nameServersOf, type Stanza } from "../entry/addressing";

/** Sections of systemd.network(5) that are of a link's addressing, and go where that goes. */
const addressing = new Set([
  ...["Network", "Address", "Neighbor", "IPv6AddressLabel", "RoutingPolicyRule", "NextHop", "Route"],
  ...["DHCP", "DHCPv4", "DHCPv6", "DHCPPrefixDelegation", "IPv6AcceptRA", "DHCPServer", "DHCPServerStaticLease"],
  ...["IPv6SendRA", "IPv6Prefix", "IPv6RoutePrefix", "IPv6PREF64Prefix"],
]);

/** Sections that are the interface's own, as a port too: its queues, the functions of an SR-IOV card. */
const ofInterface = new Set([
  ...["SR-IOV", "QDisc", "NetworkEmulator", "TokenBucketFilter", "PIE", "FlowQueuePIE", "StochasticFairBlue"],
  ...["StochasticFairnessQueueing", "BFIFO", "PFIFO", "PFIFOHeadDrop", "PFIFOFast", "CAKE", "ControlledDelay"],
  ...["DeficitRoundRobinScheduler", "DeficitRoundRobinSchedulerClass", "EnhancedTransmissionSelection"],
  ...["GenericRandomEarlyDetection", "FairQueueingControlledDelay", "FairQueueing", "TrivialLinkEqualizer"],
  ...["HierarchyTokenBucket", "HierarchyTokenBucketClass", "ClassfulMultiQueueing", "BandMultiQueueing"],
  ...["HeavyHitterFilter", "QuickFairQueueing", "QuickFairQueueingClass"],
]);

/** Of [Network], what is stacked on the interface or spoken by it. */
const ofInterfaceKeys = /^(VLAN|MACVLAN|MACVTAP|IPVLAN|IPVTAP|VXLAN|MACsec|BatmanAdvanced|LLDP|EmitLLDP|Description)$/;
/** [Link]'s that only wait, or name it: they go with the addressing. */
const ofBridgeKeys = /^(RequiredForOnline|RequiredFamilyForOnline)$/;

const noPort: Readonly<Record<string, string>> = {
  Bridge: "it is the port of another bridge by that",
  Bond: "it is in a bond by that: name the bond as the uplink",
  VRF: "it is in a VRF by that",
  ActiveSlave: "it is in a bond by that: name the bond as the uplink",
  PrimarySlave: "it is in a bond by that: name the bond as the uplink",
  Unmanaged: "networkd leaves it alone by that",
  ActivationPolicy: "a bridge whose port is not brought up reaches nothing",
};

/** A user's file, in what goes over to the bridge and what stays with the NIC. */
export interface Halves {
  readonly bridge: string;
  readonly port: string;
}

/**
 * What becomes of each key of a NIC's own file where the NIC becomes a port.
 * @throws Refusal of what can't be a port's, or is not known here
 */
export function halvesOf(files: readonly (readonly [path: string, text: string])[], uplink: string): Halves {
  const bridge: Section[] = [];
  const port: Section[] = [];
  for (const [path, text] of files)
    for (const section of sectionsOf(text)) {
      const { name, entries } = section;
      refuseKeys(path, section, uplink);
      const isOwn = ([key]: readonly [string, string]) =>
        name === "Link" ? !ofBridgeKeys.test(key) : name === "Network" && ofInterfaceKeys.test(key);
      if (name === "Match") continue;
      if (name === "Network" || name === "Link") {
        bridge.push({ name, entries: entries.filter((one) => !isOwn(one)) });
        port.push({ name, entries: entries.filter(isOwn) });
      } else if (addressing.has(name)) bridge.push(section);
      else if (ofInterface.has(name)) port.push(section);
      else
        throw new Refusal(
          `uplink: ${uplink} has the section [${name}] in ${path}, which kvmnet does not know. Take it out, or take another NIC.`,
        );
    }
  return { bridge: textOf(bridge), port: textOf(port) };
}

function refuseKeys(path: string, { name, entries }: Section, uplink: string): void {
  if (name !== "Network" && name !== "Link") return;
  for (const [key, value] of entries) {
    const why = Object.hasOwn(noPort, key) ? noPort[key] : undefined;
    if (why === undefined || /^(no|false|0|up|always-up)?$/.test(value)) continue;
    throw new Refusal(
      `uplink: ${uplink} has ${key}=${value} in ${path}, with which it can't become a bridge's port: ${why}. Take it out, or take another NIC.`,
    );
  }
}

function textOf(sections: readonly Section[]): string {
  return sections
    .filter(({ entries }) => entries.length > 0)
    .map(({ name, entries }) => `[${name}]\n${entries.map(([key, value]) => `${key}=${value}\n`).join("")}`)
    .join("\n");
}

/** An addressing in networkd's words, where it is not the user's own text. */
export function addressingText(stanza: Stanza): string {
  const { dhcp4, dhcp6, "accept-ra": ra } = stanza;
  const dhcp = dhcp4 ? (dhcp6 ? "yes" : "ipv4") : dhcp6 ? "ipv6" : "no";
  const { search = [] } = (stanza.nameservers ?? {}) as Record<string, readonly string[]>;
  const network: [string, string][] = [
    ["DHCP", dhcp],
    ...(ra === undefined ? [] : [["IPv6AcceptRA", ra ? "yes" : "no"] as [string, string]]),
    ...listOf(stanza.addresses).map((one): [string, string] => ["Address", String(one)]),
    ...nameServersOf(stanza).map((one): [string, string] => ["DNS", one]),
    ...search.map((one): [string, string] => ["Domains", one]),
  ];
  const routes = listOf(stanza.routes).map((one) => ({ name: "Route", entries: routeKeys(one as Stanza) }));
  const rules = listOf(stanza["routing-policy"]).map((one) => ({
    name: "RoutingPolicyRule",
    entries: Object.entries(one as Record<string, string>),
  }));
  return textOf([{ name: "Network", entries: network }, ...routes, ...rules]);
}

const inNetworkdsWords: Readonly<Record<string, string>> = {
  via: "Gateway",
  metric: "Metric",
  "on-link": "GatewayOnLink",
};

function routeKeys({ to, ...rest }: Stanza): [string, string][] {
  const destination: [string, string][] = to === "default" ? [] : [["Destination", String(to)]];
  return [
    ...destination,
    ...Object.entries(rest).map(([key, value]): [string, string] => [
      inNetworkdsWords[key] ?? key,
      value === true ? "yes" : String(value),
    ]),
  ];
}
