import ipaddr from "ipaddr.js";
import type { Facts } from "../host/facts/facts";
import type { Address, Link, PermanentNeighbour, Route } from "../host/facts/links";

/** What stands for the host on a link: it moves with it between NIC and bridge. */
export interface Addressing {
  readonly addresses: readonly Address[];
  readonly routes: readonly Route[];
  readonly neighbours: readonly PermanentNeighbour[];
}

export const nothing: Addressing = { addresses: [], routes: [], neighbours: [] };

/** What of a link's addressing moves: not what the kernel makes by itself on each link. */
export function addressingOn(facts: Facts, link: Link): Addressing {
  const own = link.addresses.filter(
    ({ scope, family }) => scope === "global" || scope === "site" || (family === "inet" && scope === "link"),
  );
  return {
    addresses: own.map((address) => withoutEnd(address, link)),
    // A gateway's own route comes before those that go through it.
    routes: facts.routes
      .filter((route) => route.device === link.name && route.type === "unicast" && !isKernels(route, link))
      .sort((a, b) => order(a) - order(b))
      .filter((route, index, all) => all.findIndex((other) => isSameRoute(route, other)) === index),
    neighbours: facts.permanentNeighbours.filter(({ device }) => device === link.name),
  };
}

/**
 * Whether the kernel makes it by itself of a link's addresses: it does not where all in its network were set without. Of those with a
 * gateway, which ifupdown2 says are the kernel's, it makes none.
 */
function isKernels({ protocol, destination, gateway }: Route, { addresses }: Link): boolean {
  const inIt = addresses.filter((one) => one.scope !== "link" && networkOf(one) === destination);
  return (
    protocol === "kernel" &&
    gateway === undefined &&
    !(inIt.length > 0 && inIt.every(({ flags }) => flags.has("noprefixroute")))
  );
}

/** The network that an address is in, as the kernel writes it. */
export function networkOf({ local, prefix, family }: Pick<Address, "local" | "prefix" | "family">): string {
  const cidr = `${local}/${prefix}`;
  const network =
    family === "inet" ? ipaddr.IPv4.networkAddressFromCIDR(cidr) : ipaddr.IPv6.networkAddressFromCIDR(cidr);
  return `${network.toString()}/${prefix}`;
}

/** dhclient and dhcpcd set the end of an address when they renew the lease, and find an address that is there until then. */
function withoutEnd(address: Address, { lease }: Link): Address {
  if (lease?.client === undefined || lease.client === "NetworkManager" || address.local !== lease.address)
    return address;
  return { ...address, validLifetime: Number.POSITIVE_INFINITY, preferredLifetime: Number.POSITIVE_INFINITY };
}

/** The first one's, and what of the other one's is beside it. */
export function together(one: Addressing, other: Addressing): Addressing {
  const at = ({ local, prefix }: Address) => `${local}/${prefix}`;
  return {
    addresses: [...one.addresses, ...other.addresses.filter((address) => !one.addresses.map(at).includes(at(address)))],
    routes: [...one.routes, ...other.routes.filter((route) => !one.routes.some((first) => isSameRoute(first, route)))],
    neighbours: [
      ...one.neighbours,
      ...other.neighbours.filter(({ address }) => !one.neighbours.some((first) => first.address === address)),
    ],
  };
}

function order({ gateway }: Route): number {
  if (gateway === undefined) return 0;
  return gateway.startsWith("fe80:") ? 2 : 1;
}

/** Of routes that are one for the kernel, the first moves: a router that advertises does so again, on the other link. */
export function isSameRoute(one: Route, other: Route): boolean {
  return (
    one.family === other.family &&
    one.destination === other.destination &&
    one.metric === other.metric &&
    one.table === other.table
  );
}

/** What hands, or other programs than the host's own daemon, have put on a link: no program of kvmnet's says it. */
export function pickForeign({ routes, neighbours }: Addressing): Pick<Addressing, "routes" | "neighbours"> {
  return {
    routes: routes.filter(({ protocol }) => !["static", "dhcp", "ra", "kernel"].includes(protocol)),
    neighbours,
  };
}
