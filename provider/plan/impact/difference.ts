import { addressingOf, nameServersOf } from "../../backends/entry/addressing";
import { findDefinition } from "../../backends/entry/definition";
import { expectAddressing } from "../../backends/entry/wanted";
import { netplanId } from "../../backends/netplan/netplanId";
import { entriesThen } from "../../backends/networkd/then";
import { type Facts, linkNamed } from "../../host/facts/facts";
import type { Address, Route } from "../../host/facts/links";
import { cidrOf } from "../../host/transaction/readdressing";
import { addressingOn } from "../../kernel/addressingOn";
import type { Target } from "../../kernel/target";

/** One thing that a host's network has on a link: an address, a route or a name server. */
export interface Held {
  readonly link: string;
  /** What makes it the same one on another link. */
  readonly key: string;
  /** As a sentence has it: "192.0.2.10/24 (DHCP)", "the default route via 192.0.2.1". */
  readonly words: string;
  /** What tells it from another one of the same words. */
  readonly detail?: string;
}

/** What a host's network has on some of its links, and which of them ask DHCP. */
export interface Network {
  readonly held: readonly Held[];
  readonly asking: readonly string[];
}

/** What becomes of it. */
export interface Difference {
  readonly moves: readonly {
    readonly from: string;
    readonly to: string;
    readonly key: string;
    readonly words: string;
  }[];
  readonly comes: readonly Held[];
  readonly stays: readonly Held[];
  readonly goes: readonly Held[];
  readonly asks: readonly string[];
  readonly asksNoMore: readonly string[];
}

/** The links' part of the network as it is. */
export function networkNow(facts: Facts, names: readonly string[]): Network {
  const present = facts.links.filter(({ name }) => names.includes(name));
  return {
    held: present.flatMap((link) => [
      ...heldOf(link.name, addressingOn(facts, link)),
      ...serversOf(link.name, [...serversIn(facts.netplan, netplanId(link)), ...(link.lease?.nameservers ?? [])]),
    ]),
    asking: present.filter((link) => asks(facts.netplan, netplanId(link))).map(({ name }) => name),
  };
}

/** The same as a change makes it, once it is confirmed; what a DHCP server gives anew is not known before. */
export function networkThen(
  facts: Facts,
  target: Target,
  {
    files,
    remove,
    dropped,
  }: { files: ReadonlyMap<string, string>; remove: readonly string[]; dropped: readonly string[] },
): Network {
  const netplan = new Map([
    ...[...facts.netplan, ...files].filter(([path]) => path.includes("/netplan/") && !remove.includes(path)),
    ...entriesThen(facts, target, files, remove),
  ]);
  const names = concerned(target);
  const leases = facts.links.filter(({ name }) => names.includes(name)).flatMap(({ lease }) => lease ?? []);
  const links = target.links.flatMap(({ name, addressing }) => {
    const link = linkNamed(facts, name);
    const then = addressing ?? (link && addressingOn(facts, link));
    const id = link ? netplanId(link) : name;
    const asking = asks(netplan, id);
    const addresses = then?.addresses.filter((address) => !dropped.includes(cidrOf(address))) ?? [];
    const lease = asking ? leases.filter(({ address }) => addresses.some(({ local }) => local === address)) : [];
    return [
      {
        ...{ name, asking },
        held: [
          ...heldOf(name, { addresses, routes: then?.routes ?? [] }),
          ...serversOf(name, [...serversIn(netplan, id), ...lease.flatMap(({ nameservers }) => nameservers)]),
        ],
      },
    ];
  });
  return {
    held: links.flatMap(({ held }) => held),
    asking: links.filter(({ asking }) => asking).map(({ name }) => name),
  };
}

/** The links that a change is about. */
export function concerned({ links, gone }: Target): string[] {
  return [...links.map(({ name }) => name), ...gone];
}

export function difference(was: Network, is: Network): Difference {
  const [before, after] = tellTwinsApart(was, is);
  const has = ({ held }: Network, { key, link }: Held) => held.some((one) => one.key === key && one.link === link);
  const all = distinct(after.held);
  const left = distinct(before.held).filter((one) => !has(after, one));
  const fresh = all.filter((one) => !has(before, one));
  const moves = fresh.flatMap(({ key, link, words }) => {
    const from = left.find((one) => one.key === key)?.link;
    return from === undefined ? [] : [{ key, from, to: link, words }];
  });
  const moved = new Set(moves.map(({ key }) => key));
  return {
    moves,
    comes: fresh.filter(({ key }) => !moved.has(key)),
    stays: all.filter((one) => has(before, one)),
    goes: left.filter(({ key }) => !moved.has(key)),
    asks: after.asking.filter(() => before.asking.length === 0),
    asksNoMore: before.asking.filter(() => after.asking.length === 0),
  };
}

/** Two routes that differ in their metric alone are told by it. */
function tellTwinsApart(was: Network, is: Network): [Network, Network] {
  const all = [...was.held, ...is.held];
  const isTwin = (one: Held) => all.some(({ words, key }) => words === one.words && key !== one.key);
  const told = (one: Held) =>
    one.detail !== undefined && isTwin(one) ? { ...one, words: `${one.words} ${one.detail}` } : one;
  return [
    { ...was, held: was.held.map(told) },
    { ...is, held: is.held.map(told) },
  ];
}

function distinct(held: readonly Held[]): Held[] {
  return held.filter((one, index) => held.findIndex(({ key, link }) => key === one.key && link === one.link) === index);
}

function heldOf(
  link: string,
  { addresses, routes }: { addresses: readonly Address[]; routes: readonly Route[] },
): Held[] {
  return [
    ...addresses.map((address) => ({ link, key: cidrOf(address), words: `${cidrOf(address)}${originOf(address)}` })),
    ...routes.map((route) => {
      const words = routeWords(route);
      const detail = `with metric ${route.metric ?? (route.family === "inet" ? 0 : 1024)}`;
      return { link, key: `${words} ${detail}`, words, detail };
    }),
  ];
}

function originOf({ family, dynamic }: Address): string {
  if (!dynamic) return "";
  return family === "inet" ? " (DHCP)" : " (of a router's prefix)";
}

function routeWords({ destination, gateway, table, family }: Route): string {
  return [
    destination !== "default"
      ? `the route to ${destination}`
      : `the ${gateway === undefined && family === "inet6" ? "IPv6 " : ""}default route`,
    gateway !== undefined && `via ${gateway}`,
    table !== undefined && `of table ${table}`,
  ]
    .filter(Boolean)
    .join(" ");
}

function serversOf(link: string, servers: readonly string[]): Held[] {
  return servers.map((server) => ({ link, key: `name server ${server}`, words: `the name server ${server}` }));
}

function serversIn(netplan: ReadonlyMap<string, string>, id: string): string[] {
  const definition = findDefinition(netplan, id);
  return definition ? nameServersOf(addressingOf(definition)) : [];
}

function asks(netplan: ReadonlyMap<string, string>, id: string): boolean {
  const definition = findDefinition(netplan, id);
  return definition !== undefined && expectAddressing(addressingOf(definition)).dhcp4;
}
