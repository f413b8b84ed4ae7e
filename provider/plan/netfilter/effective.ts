import { type Facts, linkNamed } from "../../host/facts/facts";
import type { BridgeCalls } from "../../host/netfilter/firewall";
import { type Fate, fates, markOf, placeOf } from "./fate";
import { rulesPath } from "./files";

/** What happens to a frame that is forwarded between two ports of a bridge. */
export interface Effective {
  /** Which IP versions iptables and nft get to see on this bridge. */
  readonly seen: BridgeCalls;
  /** Base chains that it meets and that drop it. */
  readonly dropping: readonly Fate[];
  /** Base chains that kvmnet's rule makes accept it. */
  readonly acceptedByKvmnet: readonly Fate[];
  /** What of the packet filter can't be read, and may decide otherwise. */
  readonly unreadable: readonly string[];
  /** The same in a sentence or more. */
  readonly text: string;
}

const none: BridgeCalls = { ip: false, ip6: false, arp: false };

/** The kernel filters where the host's switch or the bridge's own is on (br_netfilter_hooks.c); chains of nft's bridge family always see it. */
export function effectiveOf(facts: Facts, bridge: string): Effective {
  const { firewall } = facts;
  const loaded = firewall.bridgeCalls !== undefined;
  const seen = seenOf(facts, bridge);
  const met = fates(firewall, bridge).filter(({ chain: { family } }) => {
    if (family === "bridge" || family === "netdev") return true;
    return family === "inet" ? seen.ip || seen.ip6 : seen[family];
  });
  const dropping = met.filter(({ verdict }) => verdict === "drop");
  const acceptedByKvmnet = met.filter((fate) => fate.isKvmnets);
  const unreadable = [
    ...new Set(met.flatMap((fate) => fate.unreadable)),
    // A whole ruleset, or who sees what.
    ...facts.unreadable.flatMap(({ part, about, what }) => (part === "firewall" && !about ? [what] : [])),
  ];
  const text = textOf(loaded, seen, dropping, acceptedByKvmnet);
  const unsure = `; not for sure, as not all that may decide can be read: ${unreadable.join("; ")}`;
  return { seen, dropping, acceptedByKvmnet, unreadable, text: unreadable.length > 0 ? text + unsure : text };
}

/** Which IP versions iptables and nft get to see of what a bridge forwards. */
export function seenOf(facts: Facts, bridge: string): BridgeCalls {
  const host = facts.firewall.bridgeCalls;
  if (host === undefined) return none;
  const own = linkNamed(facts, bridge)?.bridgeCalls ?? none;
  return { ip: host.ip || own.ip, ip6: host.ip6 || own.ip6, arp: host.arp || own.arp };
}

/** The host as it is once kvmnet's rules for a bridge are gone. */
export function withoutKvmnetRules(facts: Facts, bridge: string): Facts {
  const chains = facts.firewall.chains.map((chain) => ({
    ...chain,
    rules: chain.rules.filter(({ comment }) => comment !== markOf(bridge)),
  }));
  return { ...facts, firewall: { ...facts.firewall, chains } };
}

/** iptables' chains on forward that lack kvmnet's rule for a bridge, with those that had it; none while br_netfilter is not loaded, as netfilter.sh adds none then. */
export function findPlacesWithoutRule({ firewall, netfilter }: Facts, bridge: string): string[] {
  if (firewall.bridgeCalls === undefined) return [];
  const there = firewall.chains.filter(({ tool, policy }) => tool !== "nft" && policy !== undefined);
  const ours = there.filter(({ rules }) => rules.some(({ comment }) => comment === markOf(bridge))).map(placeOf);
  const had = (netfilter.get(rulesPath(bridge)) ?? "").split("\n").filter(Boolean);
  return [...new Set([...there.map(placeOf), ...had])].filter((place) => !ours.includes(place));
}

function textOf(loaded: boolean, seen: Effective["seen"], dropping: readonly Fate[], ours: readonly Fate[]): string {
  if (dropping.length > 0) return `dropped: ${dropping.map(({ by }) => by).join("; ")}`;
  if (!loaded) return "let through: br_netfilter is not loaded, so iptables and nft do not see it";
  if (!seen.ip && !seen.ip6) return "let through: net.bridge.bridge-nf-call-iptables and -ip6tables are 0";
  if (ours.length > 0) return `let through: ${ours.map(({ by }) => by).join("; ")}`;
  return "let through: no chain on forward drops it";
}
