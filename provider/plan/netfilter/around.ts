import { type Facts, ports } from "../../host/facts/facts";
import type { FilterChain } from "../../host/netfilter/firewall";
import { effectiveOf, seenOf } from "./effective";
import { dropIn, type Frame } from "./fate";

/** A drop on a bridged frame's way that is not on forward, where BridgeNetfilter's rule would stand. */
export interface DropAround {
  readonly chain: FilterChain;
  /** The rule or the policy, and where it stands. */
  readonly by: string;
  /** It drops what has no route back, of this IP version. */
  readonly noRouteBack: "ip" | "ip6" | undefined;
}

/** What is dropped of a bridge's frames before and after forward, or on it by the name of a port; each rule once. */
export function dropsAround(facts: Facts, bridge: string): DropAround[] {
  const { firewall } = facts;
  const known = new Set(effectiveOf(facts, bridge).dropping.map(({ by }) => by));
  const byPorts = firewall.chains.filter(({ family, policy }) => family === "bridge" && policy !== undefined);
  const found = [...(firewall.around ?? []), ...byPorts].flatMap((chain) =>
    framesAt(facts, bridge, chain).flatMap((frame) => {
      const by = dropIn(firewall, chain, frame);
      return by === undefined || known.has(by) ? [] : [{ chain, by, noRouteBack: frame.noRouteBack }];
    }),
  );
  return [...new Map([...found].reverse().map((one) => [one.by, one])).values()].reverse();
}

/**
 * Frames between the bridge's ports, as a chain sees them. For iptables and nft's IP families br_netfilter puts the bridge in a
 * port's place (br_netfilter_hooks.c); before the routing there is no way out, after it no way in.
 */
function framesAt(facts: Facts, bridge: string, chain: FilterChain): Frame[] {
  const { family, hook = "forward", device } = chain;
  if (family === "bridge") return betweenPorts(facts, bridge, chain);
  if (family === "netdev")
    return ports(facts, bridge).flatMap(({ name }) => (hook === "ingress" && name === device ? [{ in: name }] : []));
  const seen = seenOf(facts, bridge);
  return (["ip", "ip6"] as const)
    .filter((version) => seen[version] && (family === "inet" || family === version))
    .flatMap((version): Frame[] => {
      if (hook === "postrouting") return [{ out: bridge }];
      if (hook === "forward") return [{ in: bridge, out: bridge }];
      return hasRouteBack(facts, bridge, version) ? [{ in: bridge }] : [{ in: bridge, noRouteBack: version }];
    });
}

/** From the wire to each VM and back. */
function betweenPorts(facts: Facts, bridge: string, { hook = "forward", table, rules }: FilterChain): Frame[] {
  // nwfilter's are a VM's own, as its owner asked libvirt for them.
  if (table === "nat" && rules.some(({ text }) => text.includes("libvirt-"))) return [];
  const all = ports(facts, bridge);
  const names = (taps: boolean) => all.filter(({ kind }) => (kind === "tun") === taps).map(({ name }) => name);
  const ways = names(false).flatMap((wire) => names(true).map((tap) => [wire, tap] as const));
  const frames = [...ways, ...ways.map(([wire, tap]) => [tap, wire] as const)];
  return frames.map(([from, to]) => {
    if (hook === "postrouting") return { out: to };
    return hook === "forward" ? { in: from, out: to } : { in: from };
  });
}

/** To wherever a frame may come from: a default route over the bridge, be it the best one or not. */
function hasRouteBack({ routes }: Facts, bridge: string, version: "ip" | "ip6"): boolean {
  const wanted = version === "ip" ? "inet" : "inet6";
  return routes.some(
    ({ family, destination, device }) => family === wanted && destination === "default" && device === bridge,
  );
}
