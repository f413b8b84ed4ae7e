import type { Address, Facts, Link, Route } from "../../host/facts/facts";

/** What a bridge is to be, as the kernel knows it. */
export interface BridgeLink {
  readonly name: string;
  readonly uplink: string;
  readonly macAddress: string;
  readonly stp: boolean;
  readonly forwardDelay: number;
  readonly mtu: number | undefined;
}

/** The addresses and routes of a link that stand for the host: they move with it between NIC and bridge. */
export interface Addressing {
  readonly addresses: readonly Address[];
  readonly routes: readonly Route[];
}

/** What of a link's addressing moves: not what the kernel makes by itself on each link. */
export function addressingOn(facts: Facts, link: Link): Addressing {
  return {
    addresses: link.addresses.filter((address) => address.scope === "global"),
    // A gateway's own route comes before those that go through it.
    routes: facts.routes
      .filter((route) => route.device === link.name && route.protocol !== "kernel" && route.type === "unicast")
      .sort((a, b) => order(a) - order(b))
      .filter((route, index, all) => all.findIndex((other) => isSame(route, other)) === index),
  };
}

function order({ gateway }: Route): number {
  if (gateway === undefined) return 0;
  return gateway.startsWith("fe80:") ? 2 : 1;
}

/** Of routes that are one for the kernel, the first moves: a router that advertises does so again, on the other link. */
function isSame(one: Route, other: Route): boolean {
  return (
    one.family === other.family &&
    one.destination === other.destination &&
    one.metric === other.metric &&
    one.table === other.table
  );
}

/**
 * From the NIC to a bridge that is there, as one `ip -batch`: no time passes in which the host has no address. The bridge has its
 * address before it gets the port, and a route is replaced, not added, as the same one is still there on the NIC.
 * Addresses that are to leave come after those that stay, also where they were first: for the kernel the later ones of a
 * network are secondary, and networkd (systemd 252) loops over one of its own that ceases to be that.
 */
export function toBridge(
  bridge: BridgeLink,
  addressing: Addressing,
  leaving: readonly Address[] = [],
  present: readonly Address[] = [],
): string[] {
  const { name, uplink } = bridge;
  const first = leaving.filter((address) => present.includes(address));
  return [
    `link set dev ${name} address ${bridge.macAddress}`,
    ...parameters(name, bridge.stp, bridge.forwardDelay),
    ...(bridge.mtu === undefined ? [] : [`link set dev ${uplink} mtu ${bridge.mtu}`]),
    ...putOn(name, addressing.addresses),
    ...takeOff(name, first),
    ...putOn(name, leaving),
    `link set dev ${uplink} up master ${name}`,
    ...(bridge.mtu === undefined ? [] : [`link set dev ${name} mtu ${bridge.mtu}`]),
    `link set dev ${name} up`,
    ...addressing.routes.map((route) => routeLine(route, name)),
  ];
}

/** The way back. The bridge itself is deleted after networkd has let go of it. */
export function toUplink(uplink: Link, addressing: Addressing): string[] {
  return [
    `link set dev ${uplink.name} nomaster`,
    `link set dev ${uplink.name} up mtu ${uplink.mtu}`,
    ...putOn(uplink.name, addressing.addresses),
    ...addressing.routes.map((route) => routeLine(route, uplink.name)),
  ];
}

export function putOn(device: string, addresses: readonly Address[]): string[] {
  return addresses.map((address) => addressLine(address, device));
}

/** Addresses that a link has had for long enough: the other one has them now. */
export function takeOff(device: string, addresses: readonly Address[]): string[] {
  return addresses.map((address) => `address del ${address.local}/${address.prefix} dev ${device}`);
}

/** A bridge that is there already gets back what it is now. `added` are addresses that a change would bring. */
export function bridgeAsItIs(bridge: Link, uplink: Link, addressing: Addressing, added: readonly Address[]): string[] {
  const { name } = bridge;
  const gone = added.filter((address) => !addressing.addresses.some((one) => one.local === address.local));
  return [
    `link set dev ${uplink.name} mtu ${uplink.mtu}`,
    `link set dev ${name} address ${bridge.mac} mtu ${bridge.mtu}`,
    ...parameters(name, bridge.stp ?? false, bridge.forwardDelay ?? 0),
    ...putOn(name, addressing.addresses),
    ...addressing.routes.map((route) => routeLine(route, name)),
    ...takeOff(name, gone),
  ];
}

/** One after the other: with STP on, the kernel takes no forward delay under 2 s, also in the command that switches it off. */
function parameters(bridge: string, stp: boolean, forwardDelay: number): string[] {
  const set = `link set dev ${bridge} type bridge`;
  return [`${set} stp_state ${stp ? 1 : 0}`, `${set} forward_delay ${forwardDelay * 100}`];
}

function addressLine(address: Address, device: string): string {
  // A temporary one is good for what it is in use for; the kernel makes the next one of its mngtmpaddr (RFC 8981).
  const preferred = address.flags.has("temporary") ? 0 : address.preferredLifetime;
  const lifetimes = Number.isFinite(address.validLifetime)
    ? ` valid_lft ${address.validLifetime} preferred_lft ${preferred}`
    : "";
  const flags = [
    address.flags.has("noprefixroute") && " noprefixroute",
    address.flags.has("mngtmpaddr") && " mngtmpaddr",
    address.family === "inet6" && " nodad",
  ]
    .filter(Boolean)
    .join("");
  const broadcast = address.broadcast ? ` broadcast ${address.broadcast}` : "";
  const metric = address.metric === undefined ? "" : ` metric ${address.metric}`;
  return word(
    `address replace ${address.local}/${address.prefix}${broadcast} dev ${device}${metric}${lifetimes}${flags}`,
  );
}

function routeLine(route: Route, device: string): string {
  return word(
    [
      `route replace ${route.destination === "default" ? everywhere[route.family] : route.destination}`,
      route.gateway && `via ${route.gateway}`,
      `dev ${device} proto ${route.protocol}`,
      route.scope && route.family === "inet" && `scope ${route.scope}`,
      route.source && `src ${route.source}`,
      route.metric !== undefined && `metric ${route.metric}`,
      route.table && `table ${route.table}`,
      route.onlink && "onlink",
      route.expires !== undefined && `expires ${route.expires}`,
    ]
      .filter(Boolean)
      .join(" "),
  );
}

/** A batch's line has no -4 or -6: the family is told by the addresses in it. */
const everywhere = { inet: "0.0.0.0/0", inet6: "::/0" };

/** Everything above comes from the kernel or from checked inputs; this is the proof. */
function word(line: string): string {
  if (!/^[A-Za-z0-9 ./:_-]+$/.test(line)) throw new Error(`Not a line for ip -batch: ${JSON.stringify(line)}`);
  return line;
}
