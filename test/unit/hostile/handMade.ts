import fc from "fast-check";
import { type Facts, linkNamed } from "../../../provider/host/facts/facts";
import type { Address, Link, Route } from "../../../provider/host/facts/links";
import { addressOf } from "../support/facts";

const metric = fc.option(fc.integer({ min: 1, max: 4000 }), { nil: undefined });

const address: fc.Arbitrary<Address> = fc
  .record({
    last: fc.integer({ min: 1, max: 200 }),
    six: fc.boolean(),
    metric,
    label: fc.option(fc.constantFrom("1", "vip"), { nil: undefined }),
    peer: fc.boolean(),
    scope: fc.constantFrom("global", "link", "site"),
    flags: fc.subarray(["noprefixroute", "nodad", "autojoin", "home"]),
    lifetime: fc.option(fc.integer({ min: 10, max: 9000 }), { nil: undefined }),
  })
  .map(({ last, six, label, peer, lifetime, flags, ...rest }) => {
    const life = lifetime ?? Number.POSITIVE_INFINITY;
    const all = { ...rest, validLifetime: life, preferredLifetime: life, flags: new Set(six ? flags : []) };
    if (six) return { ...addressOf(`2001:db8:77::${last}/64`), ...all, scope: "global" };
    const one = { ...addressOf(`203.0.113.${last}/${peer ? 32 : 24}`), ...all };
    return { ...one, ...(label !== undefined && { label }), ...(peer && { peer: `198.51.100.${last}` }) };
  });

const route: fc.Arbitrary<Route> = fc
  .record({
    six: fc.boolean(),
    network: fc.constantFrom(0, 1, 2, 3, 4, 5, 6),
    gateway: fc.constantFrom("none", "own", "other"),
    protocol: fc.constantFrom("boot", "static", "dhcp", "ra", "bird", "17"),
    metric,
    table: fc.option(fc.constantFrom("100", "51820"), { nil: undefined }),
    onlink: fc.boolean(),
    attributes: fc.constantFrom(undefined, "mtu 1400", "mtu 1300 initcwnd 20", "pref high"),
    expires: fc.option(fc.integer({ min: 10, max: 9000 }), { nil: undefined }),
    several: fc.boolean(),
  })
  .map(({ six, network, gateway, several, expires, attributes, ...rest }): Route => {
    const inside = six ? `2001:db8:${network}::/48` : `198.51.100.${network * 8}/29`;
    const own = six ? "2001:db8:77::1" : "203.0.113.1";
    return {
      ...rest,
      family: six ? "inet6" : "inet",
      type: "unicast",
      destination: network === 0 ? "default" : inside,
      gateway: gateway === "none" ? undefined : gateway === "own" ? own : "fe80::9",
      ...(gateway === "other" && !six && { gatewayFamily: "inet6" as const }),
      device: undefined,
      scope: undefined,
      source: undefined,
      expires: six ? expires : undefined,
      attributes,
      ...(several && gateway !== "none" && { hops: [] }),
    };
  });

const port = fc.record({
  isolated: fc.boolean(),
  learning: fc.boolean(),
  hairpin: fc.boolean(),
  cost: fc.constantFrom(2, 77),
  priority: fc.constantFrom(32, 9),
});

/** What hands make of a host: on the link that has its addresses, on its bridge and on that one's ports. */
export const handMade = fc.record({
  addresses: fc.uniqueArray(address, { maxLength: 4, selector: ({ local }) => local }),
  routes: fc.array(route, { maxLength: 6 }),
  neighbours: fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { maxLength: 2 }),
  /** Another NIC in the same LAN: with routes that are the host's own for the kernel, but for their ways; before or after those. */
  rival: fc.option(fc.record({ first: fc.boolean(), alike: fc.boolean() }), { nil: undefined }),
  mtu: fc.constantFrom(1500, 1400),
  port,
  bridge: fc.record({
    ageing_time: fc.constantFrom(30000, 1000),
    priority: fc.constantFrom(32768, 4096),
    mcast_snooping: fc.constantFrom(0, 1),
    group_fwd_mask: fc.constantFrom("0", "0x8"),
  }),
  container: fc.option(port, { nil: undefined }),
});

export type HandMade = typeof handMade extends fc.Arbitrary<infer T> ? T : never;

const keyOf = ({ family, destination, metric, table }: Route) => [family, destination, metric ?? 0, table].join(" ");

export function handsOn(facts: Facts, made: HandMade): Facts {
  const bridge = facts.links.find(({ kind }) => kind === "bridge");
  const device = bridge && bridge.addresses.length > 0 ? bridge.name : "enp1s0";
  const present = new Set(facts.routes.map(keyOf));
  const routes = made.routes
    .filter((one, at, all) => !present.has(keyOf(one)) && all.findIndex((other) => keyOf(other) === keyOf(one)) === at)
    .flatMap((one) => onDevice(one, device));
  const links = facts.links.map((link) => ({
    ...link,
    ...(link.name === device && { addresses: [...link.addresses, ...made.addresses], mtu: made.mtu }),
    ...(link.kind === "bridge" && { settings: { ...link.settings, ...made.bridge } }),
    ...(link.portSettings && { portSettings: { ...link.portSettings, ...made.port } }),
  }));
  const own = [...facts.routes, ...routes];
  const rivals = made.rival ? rivalsOf(own, device, made.rival) : [];
  return {
    ...facts,
    links: [...links, ...container(facts, bridge, made), ...(made.rival ? [rivalNic(facts)] : [])],
    routes: made.rival?.first ? [...rivals, ...own] : [...own, ...rivals],
    permanentNeighbours: made.neighbours.map((last) => ({
      ...{ address: `203.0.113.${last}`, mac: "02:00:00:00:00:77", device },
    })),
  };
}

function rivalNic(facts: Facts): Link {
  const base = linkNamed(facts, "enp1s0");
  if (!base) throw new Error("the host has no enp1s0");
  const addresses = [addressOf("203.0.113.250/24")];
  return {
    ...base,
    index: 78,
    name: "enp9s0",
    mac: "02:00:00:00:00:78",
    addresses,
    master: undefined,
    portSettings: undefined,
  };
}

/** IPv6 makes one route of several that have gateways. The first default route's NIC is the uplink. */
function rivalsOf(routes: readonly Route[], device: string, { first, alike }: NonNullable<HandMade["rival"]>): Route[] {
  return routes
    .filter((one) => one.device === device && one.protocol !== "kernel" && !one.hops && one.type === "unicast")
    .filter(({ family, gateway }) => family === "inet" || gateway === undefined)
    .filter(({ destination }) => !first || destination !== "default")
    .map((one) => ({
      ...one,
      device: "enp9s0",
      source: one.source && "203.0.113.250",
      ...(!alike && { protocol: "boot", attributes: "mtu 1280" }),
    }));
}

function onDevice(route: Route, device: string): Route[] {
  if (!route.hops) return [{ ...route, device }];
  const { gateway, gatewayFamily, onlink } = route;
  const hop = { gateway, device, onlink, ...(gatewayFamily && { gatewayFamily }) };
  const hops = [1, 3].map((weight) => ({ ...hop, weight }));
  return hops.map(() => ({ ...route, device, hops }));
}

/** A container's end of a veth in the bridge. */
function container(facts: Facts, bridge: Link | undefined, { container: flags }: HandMade): Link[] {
  const like = facts.links.find(({ portSettings }) => portSettings !== undefined);
  const base = linkNamed(facts, "enp1s0");
  // In one that is not kvmnet's, other ports are refused.
  if (!like || !base || !bridge || !flags || !facts.records.has(bridge.name)) return [];
  const portSettings = { ...like.portSettings, ...flags };
  return [{ ...base, index: 77, name: "veth7", kind: "veth", addresses: [], master: bridge.name, portSettings }];
}
