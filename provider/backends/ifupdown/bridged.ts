import { ifaceOf, type Stanza } from "../../host/facts/interfacesFile";
import type { BridgeLink } from "../../kernel/bridgeLink";
import { Refusal } from "../../schema/refusal";
import { type Stanza as Addressing, listOf, nameServersOf } from "../entry/addressing";
import { acceptsAdvertisements, expectAddressing } from "../entry/wanted";
import type { NicStanzas } from "./carried";
import { marksOf } from "./marks";

/** A bridge as ifupdown's file is to have it. */
export interface BridgedNic extends BridgeLink {
  readonly uplink: string;
  /** Undefined: the NIC's, as its stanzas have it. */
  readonly addressing: Addressing | undefined;
}

/**
 * The file in which a NIC's stanzas are a bridge's: all that is in them stays where it is, comments too. The bridge is made
 * by lines that need no package, and is there still when ifupdown takes it down: the VMs in it stay.
 */
export function bridgedFile({ text, ifaces, selections }: NicStanzas, bridge: BridgedNic): string {
  const { was, begin, end } = marksOf(bridge.name);
  const lines = text.split("\n");
  const instead = new Map<number, string[]>();
  const taken = new Set<number>();
  const take = ({ first, last }: { first: number; last: number }) => {
    for (let at = first; at <= last; at += 1) taken.add(at);
  };
  for (const one of selections) {
    // One that names others stays, whose bridges may need it as it is: by it the NIC comes up, which has nothing.
    if (one.value.split(/\s+/).every((name) => name === bridge.uplink)) take(one);
  }
  for (const [index, stanza] of ifaces.entries()) {
    take(stanza);
    const { options, header, added } = stanzaOf(stanza, ifaces, bridge);
    for (const one of options) take(one);
    const bare = [`auto ${bridge.name}`, `iface ${bridge.uplink} inet manual`];
    instead.set(stanza.last, [
      ...(index === 0 ? bare : []),
      header,
      ...(index === 0 ? linkLines(bridge, mtuOf(ifaces)) : []),
      ...added,
    ]);
  }
  const last = ifaces.at(-1);
  const after = last ? Math.max(last.last, ...last.options.map((one) => one.last)) : 0;
  instead.set(after, [...(instead.get(after) ?? []), ...findMissingFamilies(ifaces, bridge)]);
  return lines
    .flatMap((line, at) => {
      const ours = instead.get(at) ?? [];
      return [taken.has(at) ? `${was}${line}` : line, ...(ours.length > 0 ? [begin, ...ours, end] : [])];
    })
    .join("\n");
}

/** What makes the bridge, and puts the NIC into it; each line is true of one that is there. */
function linkLines(
  { name, uplink, macAddress, stp, forwardDelay, mtu }: BridgedNic,
  own: string | undefined,
): string[] {
  return [
    `pre-up [ -e /sys/class/net/${name} ] || ip link add ${name} type bridge`,
    `pre-up ip link set ${name} address ${macAddress}`,
    `pre-up ip link set ${name} type bridge stp_state ${stp ? 1 : 0}`,
    `pre-up ip link set ${name} type bridge forward_delay ${forwardDelay * 100}`,
    ...(mtu === undefined && own === undefined ? [] : [`pre-up ip link set ${uplink} mtu ${mtu ?? own}`]),
    `pre-up ip link set ${uplink} master ${name} up`,
    ...(mtu === undefined ? [] : [`mtu ${mtu}`]),
  ].map(indented);
}

function mtuOf(ifaces: readonly Stanza[]): string | undefined {
  return ifaces.flatMap(({ options }) => options.filter(({ key }) => key === "mtu")).at(-1)?.value;
}

const indented = (line: string) => `\t${line}`;

/** What says an address, and goes where the program says another one. */
const addressing = /^(address|netmask|broadcast|network|gateway|metric|accept_ra|autoconf|dns-nameservers?)$/;

/** A stanza of the NIC's as the bridge's: which of its options are not in force, its line, and what is added to it. */
function stanzaOf(stanza: Stanza, all: readonly Stanza[], bridge: BridgedNic) {
  const { family = "", method = "" } = ifaceOf(stanza) ?? {};
  const mtus = bridge.mtu === undefined ? [] : stanza.options.filter(({ key }) => key === "mtu");
  if (bridge.addressing === undefined)
    return { options: mtus, header: `iface ${bridge.name} ${family} ${method}`, added: [] };
  if (all.filter((one) => ifaceOf(one)?.family === family).length > 1)
    throw new Refusal(
      `addressing: ${bridge.uplink} has several stanzas of ${family} in ifupdown's file. Write them into one, or leave addressing out.`,
    );
  const options = [...mtus, ...stanza.options.filter(({ key }) => addressing.test(key))];
  const said = familyLines(family, bridge.addressing, stanza === all[0]);
  return { options, header: `iface ${bridge.name} ${family} ${said.method}`, added: said.lines.map(indented) };
}

/** Families of the program's that the NIC has no stanza of. */
function findMissingFamilies(ifaces: readonly Stanza[], { name, addressing: said }: BridgedNic): string[] {
  if (said === undefined) return [];
  return ["inet", "inet6"]
    .filter((family) => !ifaces.some((one) => ifaceOf(one)?.family === family))
    .map((family) => ({ family, ...familyLines(family, said, false) }))
    .filter(({ method }) => method === "static")
    .flatMap(({ family, method, lines }) => [`iface ${name} ${family} ${method}`, ...lines.map(indented)]);
}

/** @throws Refusal of what ifupdown has no word for */
export function familyLines(family: string, stanza: Addressing, first: boolean): { method: string; lines: string[] } {
  const is6 = (text: string) => text.includes(":");
  const isOf = (text: string) => is6(text) === (family === "inet6");
  const { addresses, gateways } = expectAddressing(stanza);
  const [address, ...more] = addresses.filter(isOf);
  const [gateway] = gateways.filter(isOf);
  const routes = listOf(stanza.routes) as { to: string; via: string; metric?: number; "on-link"?: boolean }[];
  const metric = routes.find(({ via }) => via === gateway)?.metric;
  const servers = nameServersOf(stanza);
  const others = routes.filter(({ to, via }) => isOf(via) && !(via === gateway && to === "default"));
  const hooks = [
    ...more.map((one) => `up ip address replace ${one}${is6(one) ? "" : " broadcast +"} dev $IFACE`),
    ...others.map(
      ({ to, via, metric: at }) =>
        `up ip route replace ${to} via ${via} dev $IFACE${at === undefined ? "" : ` metric ${at}`}`,
    ),
  ];
  const names = first && servers.length > 0 ? [`dns-nameservers ${servers.join(" ")}`] : [];
  const deaf = first && !acceptsAdvertisements(stanza) && !addresses.some(is6);
  const quiet = deaf ? ["pre-up echo 0 >/proc/sys/net/ipv6/conf/$IFACE/accept_ra"] : [];
  if (address === undefined) {
    const method = family === "inet6" && acceptsAdvertisements(stanza) ? "auto" : "manual";
    return { method, lines: [...quiet, ...names, ...hooks] };
  }
  const listens = family === "inet6" && acceptsAdvertisements(stanza) ? ["accept_ra 1", "autoconf 1"] : [];
  const way =
    gateway === undefined ? [] : [`gateway ${gateway}`, ...(metric === undefined ? [] : [`metric ${metric}`])];
  return { method: "static", lines: [...quiet, `address ${address}`, ...listens, ...way, ...names, ...hooks] };
}
