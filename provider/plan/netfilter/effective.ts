import { type Facts, linkNamed } from "../../host/facts/facts";
import type { BridgeCalls } from "../../host/netfilter/firewall";
import { type Fate, fates } from "./fate";

/** What happens to a frame that is forwarded between two ports of a bridge. */
export interface Effective {
  /** Which IP versions iptables and nft get to see on this bridge. */
  readonly seen: { readonly ip: boolean; readonly ip6: boolean; readonly arp: boolean };
  /** Base chains that it meets and that drop it. */
  readonly dropping: readonly Fate[];
  /** Base chains that kvmnet's rule makes accept it. */
  readonly ours: readonly Fate[];
  /** The same in a sentence or more. */
  readonly text: string;
}

const none: BridgeCalls = { ip: false, ip6: false, arp: false };

/** The kernel filters where the host's switch or the bridge's own is on (br_netfilter_hooks.c); chains of nft's bridge family always see it. */
export function effectiveOf(facts: Facts, bridge: string): Effective {
  const { firewall } = facts;
  const loaded = firewall.bridgeCalls !== undefined;
  const host = firewall.bridgeCalls ?? none;
  const own = (loaded && linkNamed(facts, bridge)?.bridgeCalls) || none;
  const seen = { ip: host.ip || own.ip, ip6: host.ip6 || own.ip6, arp: host.arp || own.arp };
  const met = fates(firewall, bridge).filter(({ chain: { family } }) => {
    if (family === "bridge") return true;
    return family === "inet" ? seen.ip || seen.ip6 : seen[family];
  });
  const dropping = met.filter(({ verdict }) => verdict === "drop");
  const ours = met.filter((fate) => fate.ours);
  return { seen, dropping, ours, text: textOf(loaded, seen, dropping, ours) };
}

function textOf(loaded: boolean, seen: Effective["seen"], dropping: readonly Fate[], ours: readonly Fate[]): string {
  if (dropping.length > 0) return `dropped: ${dropping.map(({ by }) => by).join("; ")}`;
  if (!loaded) return "let through: br_netfilter is not loaded, so iptables and nft do not see it";
  if (!seen.ip && !seen.ip6) return "let through: net.bridge.bridge-nf-call-iptables and -ip6tables are 0";
  if (ours.length > 0) return `let through: ${ours.map(({ by }) => by).join("; ")}`;
  return "let through: no chain on forward drops it";
}
