import type { FilterChain, FilterRule, Firewall, NameTest } from "../../host/netfilter/firewall";

/** What a base chain does with a frame that a bridge forwards between two of its ports. */
export interface Fate {
  readonly chain: FilterChain;
  readonly verdict: "accept" | "drop";
  /** What decides: a rule, or the chain's policy, as evidence that names where it stands. */
  readonly by: string;
  /** kvmnet's own rule decides. */
  readonly isKvmnets: boolean;
  /** Rules on the way that can't be read, with their places: one of them may have decided before. */
  readonly unreadable: readonly string[];
}

/** Undefined: it goes on to what comes after. */
type Step = { readonly verdict: "accept" | "drop"; readonly rule: FilterRule; readonly chain: FilterChain } | undefined;

/** As kvmnet marks its rules. */
export const markOf = (bridge: string): string => `kvmnet ${bridge}`;

/** What each base chain on forward decides about an ordinary frame: one that no rule for some packets only concerns. */
export function fates(firewall: Firewall, bridge: string): Fate[] {
  const chains = new Map(firewall.chains.map((chain) => [keyOf(chain, chain.name), chain]));
  return firewall.chains
    .filter((chain) => chain.policy !== undefined)
    .map((chain) => {
      const way: Way = { chains, frame: { in: bridge, out: bridge }, steps: new Map(), unreadable: new Set() };
      const step = walk(way, chain, 0);
      const unreadable = [...way.unreadable];
      if (step === undefined)
        return {
          chain,
          verdict: chain.policy ?? "accept",
          by: `${placeOf(chain)}: policy ${chain.policy}`,
          isKvmnets: false,
          unreadable,
        };
      const { rule } = step;
      return {
        chain,
        verdict: step.verdict,
        by: `${placeOf(step.chain)}: ${rule.text}`,
        isKvmnets: rule.comment === markOf(bridge),
        unreadable,
      };
    });
}

const keyOf = ({ tool, family, table }: FilterChain, name: string) => JSON.stringify([tool, family, table, name]);

/** What a base chain, on whatever hook, decides of a frame, as evidence; undefined: it goes on. */
export function dropIn(firewall: Firewall, chain: FilterChain, frame: Frame): string | undefined {
  const chains = new Map(firewall.chains.map((one) => [keyOf(one, one.name), one]));
  const step = walk({ chains, frame, steps: new Map(), unreadable: new Set() }, chain, 0);
  if (step === undefined) return chain.policy === "drop" ? `${placeOf(chain)}: policy drop` : undefined;
  return step.verdict === "drop" ? `${placeOf(step.chain)}: ${step.rule.text}` : undefined;
}

/** An ordinary frame as a chain sees it: which interfaces it has, at the hook that the chain is on. */
export interface Frame {
  readonly in?: string | undefined;
  readonly out?: string | undefined;
  /** The IP version of it, where the host has no route back to where it comes from. */
  readonly noRouteBack?: "ip" | "ip6" | undefined;
}

/** Of a frame through the chains of one packet filter. */
interface Way {
  readonly chains: ReadonlyMap<string, FilterChain>;
  readonly frame: Frame;
  /** What a chain decides, by how deep it was jumped to: many jumps lead to one chain, each is walked once. */
  readonly steps: Map<string, Step>;
  readonly unreadable: Set<string>;
}

/** Jumps deeper than this are a loop, which the kernel would not have taken. */
const deepest = 16;

function walk(way: Way, chain: FilterChain, depth: number): Step {
  const key = `${depth} ${keyOf(chain, chain.name)}`;
  if (way.steps.has(key)) return way.steps.get(key);
  const step = decide(way, chain, depth);
  way.steps.set(key, step);
  return step;
}

function decide(way: Way, chain: FilterChain, depth: number): Step {
  const { chains, frame, unreadable } = way;
  for (const rule of chain.rules) {
    const { verdict } = rule;
    if (!concerns(rule, chain, frame) || !matchesLink(rule.in, frame.in) || !matchesLink(rule.out, frame.out)) continue;
    if (rule.unreadable !== undefined) unreadable.add(`${placeOf(chain)}: ${rule.text}`);
    if (!verdict) continue;
    if (verdict.kind === "return") return undefined;
    if (verdict.kind === "accept" || verdict.kind === "drop") return { verdict: verdict.kind, rule, chain };
    if (verdict.kind !== "jump" && verdict.kind !== "goto") continue;
    const target = chains.get(keyOf(chain, verdict.chain));
    const step = target && depth < deepest ? walk(way, target, depth + 1) : undefined;
    if (step || verdict.kind === "goto") return step;
  }
  return undefined;
}

/** Whether a rule is for such a frame as a whole, or for some only. */
function concerns({ conditional, noRouteBack, physdev }: FilterRule, chain: FilterChain, frame: Frame): boolean {
  if (noRouteBack && frame.noRouteBack) return noRouteBack.includes(frame.noRouteBack);
  // On forward it is --physdev-is-bridged, elsewhere one port's.
  return !conditional && !(physdev && chain.hook !== undefined);
}

function matchesLink(test: NameTest | undefined, link: string | undefined): boolean {
  if (!test) return true;
  if (link === undefined) return false;
  const named = test.names.some((name) => (name.endsWith("*") ? link.startsWith(name.slice(0, -1)) : name === link));
  return named !== test.not;
}

/** "iptables-nft FORWARD", "nft chain forward of table inet filter". */
export function placeOf(chain: FilterChain): string {
  return chain.tool === "nft"
    ? `nft table ${chain.family} ${chain.table}, chain ${chain.name}`
    : `${chain.tool} ${chain.name}`;
}
