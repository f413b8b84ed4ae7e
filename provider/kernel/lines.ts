import type { Address, Link, PermanentNeighbour, Route } from "../host/facts/links";

/** Lines for `ip -batch`, each of which brings about one thing whatever was there, or takes it away. */

/** An address that moves is known to be the host's: nobody has to be asked whether it is another's. */
export function addressLine(address: Address, device: string, { dad = false } = {}): string {
  // A temporary one is good for what it is in use for; the kernel makes the next one of its mngtmpaddr (RFC 8981).
  const preferred = address.flags.has("temporary") ? 0 : address.preferredLifetime;
  return line([
    `address replace ${localOf(address)}`,
    address.broadcast && `broadcast ${address.broadcast}`,
    `dev ${device}`,
    address.label && `label ${device}:${address.label}`,
    address.scope !== "global" && `scope ${address.scope}`,
    address.metric !== undefined && `metric ${address.metric}`,
    Number.isFinite(address.validLifetime) && `valid_lft ${address.validLifetime} preferred_lft ${preferred}`,
    ...["noprefixroute", "mngtmpaddr", "autojoin", "home"].filter((flag) => address.flags.has(flag)),
    address.family === "inet6" && (!dad || address.flags.has("nodad")) && "nodad",
  ]);
}

export function noAddressLine(address: Address, device: string): string {
  return line([`address del ${localOf(address)} dev ${device}`]);
}

function localOf({ local, peer, prefix }: Address): string {
  return peer === undefined ? `${local}/${prefix}` : `${local} peer ${peer}/${prefix}`;
}

export function routeLine(route: Route, device: string, command: "replace" | "prepend" | "append" = "replace"): string {
  return line([
    `route ${command} ${destinationOf(route)}`,
    !route.hops && via(route),
    !route.hops && `dev ${device}`,
    `proto ${route.protocol}`,
    route.scope && route.family === "inet" && `scope ${route.scope}`,
    route.source && `src ${route.source}`,
    route.metric !== undefined && `metric ${route.metric}`,
    route.table && `table ${route.table}`,
    route.onlink && "onlink",
    route.attributes,
    route.expires !== undefined && `expires ${route.expires}`,
    ...(route.hops ?? []).map((hop) =>
      [
        `nexthop ${via({ ...hop, family: route.family }) || ""}`.trim(),
        `dev ${hop.device === route.device ? device : hop.device} weight ${hop.weight}`,
        hop.onlink && "onlink",
      ]
        .filter(Boolean)
        .join(" "),
    ),
  ]);
}

/** By all that makes it another one for the kernel: one of the same destination that others made stays. */
export function noRouteLine(route: Route, device: string): string {
  return line([
    `route del ${destinationOf(route)}`,
    !route.hops && via(route),
    !route.hops && `dev ${device}`,
    `proto ${route.protocol}`,
    route.metric !== undefined && `metric ${route.metric}`,
    route.table && `table ${route.table}`,
  ]);
}

function via({ family, gateway, gatewayFamily }: Pick<Route, "family" | "gateway" | "gatewayFamily">) {
  if (gateway === undefined) return undefined;
  return gatewayFamily === undefined || gatewayFamily === family ? `via ${gateway}` : `via ${gatewayFamily} ${gateway}`;
}

/** A batch's line has no -4 or -6: the family is told by the addresses in it. */
const everywhere = { inet: "0.0.0.0/0", inet6: "::/0" };

function destinationOf({ family, destination }: Route): string {
  return destination === "default" ? everywhere[family] : destination;
}

export function neighbourLine({ address, mac }: PermanentNeighbour, device: string): string {
  return line([`neigh replace ${address} lladdr ${mac} nud permanent dev ${device}`]);
}

/** It is made first: `ip neigh del` of one that is gone ends the whole batch, with -force too. */
export function noNeighbourLines(neighbour: PermanentNeighbour, device: string): string[] {
  return [neighbourLine(neighbour, device), line([`neigh del ${neighbour.address} dev ${device}`])];
}

/** One after the other: with STP on, the kernel takes no forward delay under 2 s, also in the command that switches it off. */
export function timerLines(bridge: string, stp: boolean, forwardDelay: number): string[] {
  const set = `link set dev ${bridge} type bridge`;
  return [line([`${set} stp_state ${stp ? 1 : 0}`]), line([`${set} forward_delay ${forwardDelay * 100}`])];
}

/** Of a bridge that is made anew: what it is to have that the kernel would not give it. */
export function bridgeLines({ name, settings = {} }: Pick<Link, "name" | "settings">): string[] {
  return settingLines(settings, bridgeSettings).map((said) => line([`link set dev ${name} type bridge ${said}`]));
}

/** The same of a link that becomes a port. */
export function portLines({ name, portSettings = {} }: Pick<Link, "name" | "portSettings">): string[] {
  return settingLines(portSettings, portOptions).map((said) =>
    line([`link set dev ${name} type bridge_slave ${said}`]),
  );
}

type Settings = Readonly<Record<string, string | number | boolean>>;
/** ip(8)'s word for what it prints, and what the kernel gives. */
type Options = Readonly<Record<string, readonly [word: string, given: readonly (string | number | boolean)[]]>>;

function settingLines(settings: Settings, options: Options): string[] {
  return Object.entries(options).flatMap(([key, [word, given]]) => {
    const value = settings[key];
    if (value === undefined || given.includes(value)) return [];
    return [`${word} ${typeof value === "boolean" ? (value ? "on" : "off") : value}`];
  });
}

/** net/bridge/br_device.c, br_multicast.c; STP and its forward delay are set for themselves. */
export const bridgeSettings: Options = {
  hello_time: ["hello_time", [200]],
  max_age: ["max_age", [2000]],
  ageing_time: ["ageing_time", [30000]],
  priority: ["priority", [32768]],
  vlan_filtering: ["vlan_filtering", [0]],
  vlan_protocol: ["vlan_protocol", ["802.1Q"]],
  vlan_default_pvid: ["vlan_default_pvid", [1]],
  vlan_stats_enabled: ["vlan_stats_enabled", [0]],
  group_fwd_mask: ["group_fwd_mask", ["0"]],
  group_addr: ["group_address", ["01:80:c2:00:00:00"]],
  no_linklocal_learn: ["no_linklocal_learn", [0]],
  mcast_vlan_snooping: ["mcast_vlan_snooping", [0]],
  mcast_snooping: ["mcast_snooping", [1]],
  mcast_router: ["mcast_router", [1]],
  mcast_query_use_ifaddr: ["mcast_query_use_ifaddr", [0]],
  mcast_querier: ["mcast_querier", [0]],
  mcast_hash_max: ["mcast_hash_max", [4096]],
  mcast_last_member_cnt: ["mcast_last_member_count", [2]],
  mcast_startup_query_cnt: ["mcast_startup_query_count", [2]],
  mcast_last_member_intvl: ["mcast_last_member_interval", [100]],
  mcast_membership_intvl: ["mcast_membership_interval", [26000]],
  mcast_querier_intvl: ["mcast_querier_interval", [25500]],
  mcast_query_intvl: ["mcast_query_interval", [12500]],
  mcast_query_response_intvl: ["mcast_query_response_interval", [1000]],
  mcast_startup_query_intvl: ["mcast_startup_query_interval", [3124, 3125]],
  mcast_stats_enabled: ["mcast_stats_enabled", [0]],
  mcast_igmp_version: ["mcast_igmp_version", [2]],
  mcast_mld_version: ["mcast_mld_version", [1]],
  nf_call_iptables: ["nf_call_iptables", [0]],
  nf_call_ip6tables: ["nf_call_ip6tables", [0]],
  nf_call_arptables: ["nf_call_arptables", [0]],
};

/** net/bridge/br_if.c; a port costs what its speed says. */
export const portOptions: Options = {
  priority: ["priority", [32]],
  cost: ["cost", [2, 1, 4, 19, 100]],
  hairpin: ["hairpin", [false]],
  guard: ["guard", [false]],
  root_block: ["root_block", [false]],
  fastleave: ["fastleave", [false]],
  learning: ["learning", [true]],
  flood: ["flood", [true]],
  proxy_arp: ["proxy_arp", [false]],
  proxy_arp_wifi: ["proxy_arp_wifi", [false]],
  multicast_router: ["mcast_router", [1]],
  mcast_flood: ["mcast_flood", [true]],
  bcast_flood: ["bcast_flood", [true]],
  mcast_to_unicast: ["mcast_to_unicast", [false]],
  neigh_suppress: ["neigh_suppress", [false]],
  group_fwd_mask: ["group_fwd_mask", ["0"]],
  vlan_tunnel: ["vlan_tunnel", [false]],
  isolated: ["isolated", [false]],
  locked: ["locked", [false]],
};

/** Everything in it comes from the kernel or from checked inputs, and nothing in it is missing; this is the proof. */
export function line(words: readonly (string | false | undefined)[]): string {
  const text = words.filter(Boolean).join(" ");
  if (!/^[A-Za-z0-9 ./:_-]+$/.test(text) || /\b(undefined|null|NaN|Infinity)\b/.test(text))
    throw new Error(`Not a line for ip -batch: ${JSON.stringify(text)}`);
  return text;
}
