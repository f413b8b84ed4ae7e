import type { z } from "zod";
import type { Address, Hop, Lease, Link, PortVlans, Route, Tap } from "./links";
import type { Asking } from "./parseLeases";
import { xdpOf } from "./parsePrograms";
import type { portVlans } from "./printed";

// biome-ignore lint/suspicious/noExplicitAny: JSON of ip(8), its shape known by ./printed, read field by field.
type Json = any;

/** What `bridge vlan show` says of a port: ranges of numbers, each with what it is. */
export function parseVlans({ vlans }: z.infer<typeof portVlans>): PortVlans {
  const each = vlans.flatMap(({ vlan, vlanEnd = vlan, flags = [] }) =>
    Array.from({ length: Math.max(0, vlanEnd - vlan + 1) }, (_, index) => ({ vlan: vlan + index, flags })),
  );
  const isUntagged = ({ flags }: { flags: string[] }) => flags.includes("Egress Untagged");
  return {
    pvid: each.find(({ flags }) => flags.includes("PVID"))?.vlan,
    untagged: each.filter(isUntagged).map(({ vlan }) => vlan),
    tagged: each.filter((one) => !isUntagged(one)).map(({ vlan }) => vlan),
  };
}

/** networkd's own key=value files under /run/systemd/netif. */
function keyValues(text: string | undefined): Map<string, string> {
  return new Map(
    (text ?? "")
      .split("\n")
      .flatMap((line) =>
        /^[A-Z0-9_]+=/.test(line)
          ? [[line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)] as [string, string]]
          : [],
      ),
  );
}

/** What other files than ip's tell of links: networkd's by their index, the kernel's by their name. */
export interface Beside {
  readonly states: Map<string, string>;
  readonly leases: Map<string, string>;
  /** Leases that are in no file, by the same index. */
  readonly asking: ReadonlyMap<string, Asking>;
  /** Those of DHCP clients of their own, by the link's name. */
  readonly clients: ReadonlyMap<string, Lease>;
  /** Those that there were when kvmnet last changed the network, by the link's name. */
  readonly kept: Map<string, string>;
  readonly origins: Map<string, string>;
  /** tc's filters, by the link's name. */
  readonly filters: ReadonlyMap<string, readonly string[]>;
  /** Of bridges and their ports, by the link's name. */
  readonly vlans: ReadonlyMap<string, PortVlans>;
}

/** Of a veth, ip's "link" is its other end. */
const stackedKinds = new Set(["vlan", "macvlan", "macvtap", "ipvlan", "ipvtap"]);

export function parseLink(link: Json, beside: Beside): Link {
  const { states, leases, asking, clients, kept, origins, filters, vlans } = beside;
  const index = String(link.ifindex);
  const state = keyValues(states.get(index));
  const flags = new Set<string>(link.flags ?? []);
  const bridge = link.linkinfo?.info_kind === "bridge" ? link.linkinfo.info_data : undefined;
  const networkds = parseLease(leases.get(index)) ?? asking.get(index)?.lease;
  const lease = networkds ?? heldLease(clients.get(link.ifname), link) ?? parseKeptLease(kept.get(link.ifname), link);
  const asksBy = asking.get(index)?.clientId;
  const dhcp6Iaid = state.get("DHCP6_CLIENT_IAID");
  const programs = [...xdpOf(link.xdp), ...(filters.get(link.ifname) ?? [])];
  return {
    index: link.ifindex,
    name: link.ifname,
    mac: link.address ?? "",
    permanentMac: link.permaddr,
    ...(link.altnames && { altNames: link.altnames }),
    mtu: link.mtu,
    rxPackets: link.stats64?.rx.packets,
    up: flags.has("UP"),
    carrier: flags.has("LOWER_UP"),
    loopback: flags.has("LOOPBACK"),
    kind: link.linkinfo?.info_kind,
    master: link.master,
    vlan: link.linkinfo?.info_kind === "vlan" ? link.linkinfo.info_data?.id : undefined,
    parent: stackedKinds.has(link.linkinfo?.info_kind) ? link.link : undefined,
    macFollowsPorts: bridge !== undefined && (origins.get(link.ifname) ?? "3") !== "3",
    stp: bridge && bridge.stp_state !== 0,
    forwardDelay: bridge && bridge.forward_delay / 100,
    settings: bridge && plain(bridge),
    portSettings: link.linkinfo?.info_slave_kind === "bridge" ? plain(link.linkinfo.info_slave_data ?? {}) : undefined,
    ...(vlans.has(link.ifname) && { vlans: vlans.get(link.ifname) }),
    bridgeCalls: bridge && {
      ip: bridge.nf_call_iptables === 1,
      ip6: bridge.nf_call_ip6tables === 1,
      arp: bridge.nf_call_arptables === 1,
    },
    tap: link.linkinfo?.info_kind === "tun" ? parseTap(link.linkinfo.info_data) : undefined,
    portState: link.linkinfo?.info_slave_kind === "bridge" ? link.linkinfo.info_slave_data?.state : undefined,
    ...(programs.length > 0 && { programs }),
    addresses: (link.addr_info ?? [])
      .filter((address: Json) => address.local)
      .map((address: Json) => parseAddress(address, link.ifname))
      // For ever, and so not dynamic to the kernel, is one that networkd leased while it was told to keep what there is.
      .map((address: Address) => (address.local === lease?.address ? { ...address, dynamic: true } : address)),
    networkFile: state.get("NETWORK_FILE"),
    networkdState: state.get("ADMIN_STATE"),
    lease,
    ...(asksBy !== undefined && { asksBy }),
    dhcp6Iaid: dhcp6Iaid === undefined ? undefined : Number(dhcp6Iaid),
  };
}

/** A user or group without a name on the host is shown as its number. */
function parseTap(data: Json): Tap | undefined {
  if (data?.type !== "tap") return undefined;
  return {
    owner: data.user === undefined ? undefined : String(data.user),
    group: data.group === undefined ? undefined : String(data.group),
    multiQueue: data.multi_queue === true,
    vnetHdr: data.vnet_hdr === true,
  };
}

function plain(data: Json): Link["settings"] {
  return Object.fromEntries(Object.entries(data).filter(([, value]) => typeof value !== "object")) as Link["settings"];
}

function parseAddress(address: Json, device: string): Address {
  const known = new Set([
    "family",
    "local",
    "prefixlen",
    "scope",
    "broadcast",
    "label",
    "peer",
    "address",
    "valid_life_time",
    "preferred_life_time",
    "metric",
    "protocol",
  ]);
  return {
    family: address.family,
    local: address.local,
    prefix: address.prefixlen,
    scope: address.scope,
    flags: new Set(Object.keys(address).filter((key) => !known.has(key) && address[key] === true)),
    // A router that advertises for ever gives an address without an end: it is the router's all the same.
    dynamic: address.dynamic === true || (address.family === "inet6" && address.mngtmpaddr === true),
    validLifetime: lifetime(address.valid_life_time),
    preferredLifetime: lifetime(address.preferred_life_time),
    broadcast: address.broadcast,
    metric: address.metric,
    ...(address.address !== undefined && { peer: address.address }),
    ...(address.label?.startsWith(`${device}:`) && { label: address.label.slice(device.length + 1) }),
  };
}

/** 2^32-1 is the kernel's "forever". */
function lifetime(seconds: number | undefined): number {
  return seconds === undefined || seconds >= 4294967295 ? Number.POSITIVE_INFINITY : seconds;
}

function parseLease(text: string | undefined): Lease | undefined {
  const values = keyValues(text);
  const address = values.get("ADDRESS");
  if (!address) return undefined;
  const mtu = values.get("MTU");
  return {
    ...{ address, clientId: values.get("CLIENTID"), nameservers: values.get("DNS")?.split(" ") ?? [] },
    ...(mtu !== undefined && /^\d{1,5}$/.test(mtu) && { mtu: Number(mtu) }),
  };
}

/** A client of its own tells of a lease of before too, until it has that anew: by then the address has the lease's end. */
function heldLease(lease: Lease | undefined, { addr_info = [] }: Json): Lease | undefined {
  const isHeld = addr_info.some(
    ({ local, dynamic }: Json) => local === lease?.address && (dynamic === true || lease?.endless),
  );
  return isHeld ? lease : undefined;
}

/** A change that was undone gives the address back, while networkd asks for the lease anew. */
function parseKeptLease(text: string | undefined, link: Json): Lease | undefined {
  const lease = parseLease(text);
  const isThere = (link.addr_info ?? []).some(
    ({ local, dynamic }: Json) => local === lease?.address && dynamic === true,
  );
  return isThere ? lease : undefined;
}

/**
 * The kernel makes one of several routes of IPv6 with one metric, as of a gateway's by hand and of one that advertises:
 * those are several.
 */
export function parseRoutes(route: Json, family: "inet" | "inet6"): Route[] {
  if (route.nexthops === undefined) return [parseRoute(route, family)];
  const hops: Hop[] = route.nexthops.map((hop: Json) => ({ ...parseHop(hop), weight: hop.weight ?? 1 }));
  const advertised = hops.filter(({ gateway }) => gateway?.startsWith("fe80:"));
  const isOne = family === "inet" || advertised.length === 0 || advertised.length === hops.length;
  return hops.map((hop) => {
    const { weight, ...one } = hop;
    return { ...parseRoute(route, family), ...one, ...(isOne && { hops }) };
  });
}

function parseRoute(route: Json, family: "inet" | "inet6"): Route {
  const attributes = routeAttributes(route);
  return {
    family,
    type: route.type ?? "unicast",
    destination: route.dst,
    ...parseHop(route),
    protocol: route.protocol ?? "boot",
    scope: route.scope,
    source: route.prefsrc,
    metric: route.metric,
    table: route.table === "main" ? undefined : route.table,
    expires: route.expires,
    ...(attributes && { attributes }),
  };
}

function parseHop({ gateway, via, dev, flags = [] }: Json): Omit<Hop, "weight"> {
  return {
    gateway: via?.host ?? gateway,
    device: dev,
    onlink: flags.includes("onlink"),
    ...(via?.family && { gatewayFamily: via.family }),
  };
}

/** What is medium is so by itself. */
function routeAttributes({ metrics = [], pref, tos }: Json): string {
  const words = metrics.flatMap((metric: Json) =>
    Object.entries(metric).map(([name, value]) => `${name} ${Array.isArray(value) ? value.join(" ") : value}`),
  );
  return [...words, pref && pref !== "medium" && `pref ${pref}`, tos && `tos ${tos}`].filter(Boolean).join(" ");
}
