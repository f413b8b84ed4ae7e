import ipaddr from "ipaddr.js";
import { defaultRoute, type Facts, linkNamed } from "../host/facts/facts";
import { type Claimable, inOrder, isIpv6 } from "../host/guestAddress/claimable";
import { networkOf } from "../kernel/addressingOn";

/** Of a NIC on a bridge. A guest may be the LAN's router: an address is taken where another machine answers for it. */
export function claimable(facts: Facts, bridge: string | undefined, macAddress: string): Claimable {
  const onBridge = (bridge === undefined ? undefined : linkNamed(facts, bridge))?.addresses ?? [];
  const networks = onBridge.filter(({ family, prefix }) => family === "inet" && prefix < 32).map(networkOf);
  const networks6 = onBridge
    .filter(({ family, scope, prefix }) => family === "inet6" && scope === "global" && prefix < 128)
    .map(networkOf);
  // On lo too: a service's address stands there, and the host answers for it on every interface.
  const own = facts.links.flatMap(({ addresses }) => addresses);
  const vms = new Set(
    (facts.libvirt?.domains ?? []).flatMap(({ live, inactive }) => [...live, ...inactive].map(({ mac }) => mac)),
  );
  const gateway = defaultRoute(facts)?.gateway;
  const others = facts.neighbours.filter(
    ({ mac, address }) => mac !== macAddress && (vms.has(mac) || address === gateway),
  );
  const taken = [...own.map(({ local }) => local), ...others.map(({ address }) => address)];
  return {
    networks: [...new Set(networks)],
    networks6: [...new Set(networks6)],
    taken: [...new Set(taken)].filter(ipaddr.IPv4.isValidFourPartDecimal),
    taken6: [...new Set(taken)].filter((one) => ipaddr.IPv6.isValid(one)),
  };
}

/** Addresses by which the host knows a NIC on a bridge, in its neighbour table. */
export interface Neighbours {
  /** Those that answered a moment ago. */
  readonly answering: readonly string[];
  /** Those that nobody has asked for since; of before, perhaps. */
  readonly unasked: readonly string[];
}

export function neighboursOf(facts: Facts, bridge: string | undefined, macAddress: string): Neighbours {
  const all = facts.neighbours.filter(({ mac, device }) => mac === macAddress && device === bridge);
  const of = (wanted: boolean) => [
    ...new Set(all.flatMap(({ reachable, address }) => (reachable === wanted ? [address] : []))),
  ];
  return { answering: of(true), unasked: of(false) };
}

/** What is known of a running NIC's addresses, that may count. */
export interface Seen {
  /** What its state has. */
  readonly had: readonly string[];
  /** What its guest answers for, or tells by its agent. */
  readonly has: readonly string[];
  /** What another machine answers for, and the guest does not. */
  readonly anothers: readonly string[];
  /** The guest has told all that it has. */
  readonly isComplete: boolean;
}

/**
 * The addresses of a NIC, of which those that are no more its own go: another machine has one, the guest itself has another
 * one in its place, or says that it has it no more. That nobody answers is no reason: a guest that restarts is silent too, and
 * what goes by its address would be done again. What stays keeps its place.
 */
export function withoutStale({ had, has, anothers, isComplete }: Seen): string[] {
  const isReplaced = (one: string) => has.some((other) => isIpv6(other) === isIpv6(one));
  const left = had.filter((one) => has.includes(one) || !(anothers.includes(one) || isComplete || isReplaced(one)));
  const added = has.filter((one) => !left.some((there) => isIpv6(there) === isIpv6(one)));
  return [...left, ...inOrder(added)];
}
