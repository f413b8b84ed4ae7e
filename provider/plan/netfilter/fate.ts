import type { FilterChain, FilterRule, Firewall, NameTest } from "../../host/netfilter/firewall";

/** What a base chain does with a frame that a bridge forwards between two of its ports. */
export interface Fate {
  readonly chain: FilterChain;
  readonly verdict: "accept" | "drop";
  /** What decides: a rule, or the chain's policy, as evidence that names where it stands. */
  readonly by: string;
  /** kvmnet's own rule decides. */
  readonly ours: boolean;
}

type Step = { readonly verdict: "accept" | "drop"; readonly rule: FilterRule; readonly chain: FilterChain } | undefined;

/** As kvmnet marks its rules. */
export const markOf = (bridge: string): string => `kvmnet ${bridge}`;

/** What each base chain on forward decides about an ordinary frame: one that no rule for some packets only concerns. */
export function fates(firewall: Firewall, bridge: string): Fate[] {
  return firewall.chains
    .filter((chain) => chain.policy !== undefined)
    .map((chain) => {
      const step = walk(firewall, chain, bridge, 0);
      if (step === undefined)
        return {
          chain,
          verdict: chain.policy ?? "accept",
          by: `${placeOf(chain)}: policy ${chain.policy}`,
          ours: false,
        };
      const { rule } = step;
      return {
        chain,
        verdict: step.verdict,
        by: `${placeOf(step.chain)}: ${rule.text}`,
        ours: rule.comment === markOf(bridge),
      };
    });
}

/** Jumps deeper than this are a loop, which the kernel would not have taken. */
const deepest = 16;

function walk(firewall: Firewall, chain: FilterChain, bridge: string, depth: number): Step {
  for (const rule of chain.rules) {
    const { verdict } = rule;
    if (!verdict || rule.conditional || !means(rule.in, bridge) || !means(rule.out, bridge)) continue;
    if (verdict.kind === "return") return undefined;
    if (verdict.kind === "accept" || verdict.kind === "drop") return { verdict: verdict.kind, rule, chain };
    if (verdict.kind !== "jump" && verdict.kind !== "goto") continue;
    const target = firewall.chains.find(
      (one) =>
        one.tool === chain.tool &&
        one.family === chain.family &&
        one.table === chain.table &&
        one.name === verdict.chain,
    );
    const step = target && depth < deepest ? walk(firewall, target, bridge, depth + 1) : undefined;
    if (step || verdict.kind === "goto") return step;
  }
  return undefined;
}

function means(test: NameTest | undefined, bridge: string): boolean {
  if (!test) return true;
  const named = test.names.some((name) =>
    name.endsWith("*") ? bridge.startsWith(name.slice(0, -1)) : name === bridge,
  );
  return named !== test.not;
}

/** "iptables-nft FORWARD", "nft chain forward of table inet filter". */
export function placeOf(chain: FilterChain): string {
  return chain.tool === "nft"
    ? `nft table ${chain.family} ${chain.table}, chain ${chain.name}`
    : `${chain.tool} ${chain.name}`;
}
