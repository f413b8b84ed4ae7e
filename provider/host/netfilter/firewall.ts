/** What of a host's packet filter a bridged frame can meet, iptables and nft alike. */
export interface Firewall {
  /** net.bridge.bridge-nf-call-*: whether iptables and nft see what is bridged. Undefined: br_netfilter is not loaded. */
  readonly bridgeCalls: BridgeCalls | undefined;
  readonly chains: readonly FilterChain[];
  /** Base chains of other hooks that it passes, and iptables' on forward that filter for other ends; what they jump to is among the chains. */
  readonly around?: readonly FilterChain[];
  /** All of its rules, of whatever table, that name interfaces. */
  readonly naming: readonly NamingRule[];
}

export interface BridgeCalls {
  readonly ip: boolean;
  readonly ip6: boolean;
  readonly arp: boolean;
}

export type Family = "ip" | "ip6" | "inet" | "bridge" | "netdev";

/** Where a base chain is on a bridged frame's way (nft(8), address families). */
export type Hook = "ingress" | "prerouting" | "forward" | "postrouting";

export interface FilterChain {
  /** What prints it: "iptables", "ip6tables", "iptables-legacy", "ip6tables-legacy" or "nft". */
  readonly tool: string;
  readonly family: Family;
  readonly table: string;
  readonly name: string;
  /** Of a base chain; a chain that is only jumped to has none. */
  readonly policy: "accept" | "drop" | undefined;
  /** Of a base chain that is not for filtering on forward. */
  readonly hook?: Hook;
  /** The link that a chain of the family netdev is for, where nft says it. */
  readonly device?: string;
  readonly rules: readonly FilterRule[];
}

export interface FilterRule {
  /** As the host printed it. */
  readonly text: string;
  readonly in: NameTest | undefined;
  readonly out: NameTest | undefined;
  /** It asks for more than interfaces and a bridged frame: it concerns some packets only. */
  readonly conditional: boolean;
  /** What it asks for is that the host has no route back over the interface that a packet came in by (fib), of these IP versions. */
  readonly noRouteBack?: readonly ("ip" | "ip6")[];
  /** It asks for a port of the bridge, and nft does not say for which. */
  readonly physdev?: true;
  readonly verdict: Verdict | undefined;
  readonly comment: string | undefined;
  /** Why not all of it can be read: it may decide about a packet in a way that nobody knows. */
  readonly unreadable?: string;
}

/** Which interfaces are meant; a name may end in "*". */
export interface NameTest {
  readonly names: readonly string[];
  readonly not: boolean;
}

export type Verdict =
  | { readonly kind: "accept" | "drop" | "return" }
  | { readonly kind: "jump" | "goto"; readonly chain: string };

/** A rule, set or hook of the packet filter that names interfaces: it means others once their traffic goes over another link. */
export interface NamingRule {
  /** "nft inet/filter/input", "iptables nat/POSTROUTING". */
  readonly where: string;
  /** As a person reads it. */
  readonly text: string;
  /** May end in "*". */
  readonly names: readonly string[];
  /** It gives what goes out over the interface another sender address. */
  readonly masquerades: boolean;
}

export const noFirewall: Firewall = { bridgeCalls: undefined, chains: [], around: [], naming: [] };
