/** What of a host's packet filter a bridged frame can meet, iptables and nft alike. */
export interface Firewall {
  /** net.bridge.bridge-nf-call-*: whether iptables and nft see what is bridged. Undefined: br_netfilter is not loaded. */
  readonly bridgeCalls: BridgeCalls | undefined;
  readonly chains: readonly FilterChain[];
}

export interface BridgeCalls {
  readonly ip: boolean;
  readonly ip6: boolean;
  readonly arp: boolean;
}

export type Family = "ip" | "ip6" | "inet" | "bridge";

export interface FilterChain {
  /** What prints it: "iptables", "ip6tables", "iptables-legacy", "ip6tables-legacy" or "nft". */
  readonly tool: string;
  readonly family: Family;
  readonly table: string;
  readonly name: string;
  /** Of a base chain on forward; a chain that is only jumped to has none. */
  readonly policy: "accept" | "drop" | undefined;
  readonly rules: readonly FilterRule[];
}

export interface FilterRule {
  /** As the host printed it. */
  readonly text: string;
  readonly in: NameTest | undefined;
  readonly out: NameTest | undefined;
  /** It asks for more than interfaces and a bridged frame: it concerns some packets only. */
  readonly conditional: boolean;
  readonly verdict: Verdict | undefined;
  readonly comment: string | undefined;
}

/** Which interfaces are meant; a name may end in "*". */
export interface NameTest {
  readonly names: readonly string[];
  readonly not: boolean;
}

export type Verdict =
  | { readonly kind: "accept" | "drop" | "return" }
  | { readonly kind: "jump" | "goto"; readonly chain: string };

export const noFirewall: Firewall = { bridgeCalls: undefined, chains: [] };
