import { z } from "zod";
import { parseJson, shaped } from "../facts/json";
import { limits } from "../facts/limits";
import { chain as chainShape, expression, rule as ruleShape } from "../facts/printed";
import type { Miss } from "../facts/unreadable";
import { atOnce, type Steps } from "../turns";
import type { Family, FilterChain, FilterRule, Hook, NameTest, Verdict } from "./firewall";

// biome-ignore lint/suspicious/noExplicitAny: nft's JSON, read field by field (libnftables-json(5)).
type Json = any;

const printedRuleset = z.looseObject({ nftables: z.array(z.unknown()).default([]) });
const families: readonly string[] = ["ip", "ip6", "inet", "bridge", "netdev"] satisfies Family[];
const hooks: readonly string[] = ["ingress", "prerouting", "forward", "postrouting"] satisfies Hook[];

/** What `nft -j list ruleset` printed: base chains that filter what is bridged, and the chains that those can jump to. */
export function parseNft(text: string): FilterChain[] {
  return atOnce(parsingNft(rulesetOf(text), () => {}));
}

/** The objects of a ruleset. @throws Error with what is wrong with it, as it goes on after its name */
export function rulesetOf(text: string): readonly unknown[] {
  const { nftables } = shaped(printedRuleset, parseJson(text));
  if (nftables.length > limits.rules) throw new Error(`has more than ${limits.rules} entries`);
  return nftables;
}

/** The same in steps. A rule that can't be read stands in its place: what it does with a packet, nobody knows. */
export function* parsingNft(objects: readonly unknown[], miss: Miss): Steps<FilterChain[]> {
  const chains = new Map<string, FilterChain & { readonly rules: FilterRule[] }>();
  for (const [at, object] of objects.entries()) {
    if (at % 200 === 199) yield;
    const { chain, rule } = (object ?? {}) as Json;
    try {
      if (chain !== undefined) addChain(chains, shaped(chainShape, chain));
      if (rule !== undefined) addRule(chains, shaped(ruleShape, rule), miss);
    } catch (error) {
      miss(
        "firewall",
        undefined,
        `${chain === undefined ? "a rule" : "a chain"} of nft's can't be read: it ${(error as Error).message}`,
      );
    }
  }
  return [...chains.values()];
}

const keyOf = (family: string, table: string, chain: string) => JSON.stringify([family, table, chain]);

function addChain(chains: Map<string, FilterChain & { rules: FilterRule[] }>, chain: z.infer<typeof chainShape>): void {
  if (!families.includes(chain.family)) return;
  const { hook } = chain;
  if (hook !== undefined && !(hooks.includes(hook) && chain.type === "filter")) return;
  chains.set(keyOf(chain.family, chain.table, chain.name), {
    tool: "nft",
    family: chain.family as Family,
    table: chain.table,
    name: chain.name,
    policy: hook === undefined ? undefined : chain.policy === "drop" ? "drop" : "accept",
    ...(hook !== undefined && hook !== "forward" && { hook: hook as Hook }),
    ...(typeof chain.dev === "string" && { device: chain.dev }),
    rules: [],
  });
}

/** nft prints a table's chains before its rules. */
function addRule(
  chains: ReadonlyMap<string, { readonly rules: FilterRule[] }>,
  rule: z.infer<typeof ruleShape>,
  miss: Miss,
): void {
  const into = chains.get(keyOf(rule.family, rule.table, rule.chain));
  if (into === undefined) return;
  const read = printedRule(rule);
  into.rules.push(read);
  if (read.unreadable === undefined) return;
  const chain = `nft table ${rule.family} ${rule.table}, chain ${rule.chain}`;
  miss("firewall", [chain], `${chain}, rule ${into.rules.length}, can't be read (${read.text}): ${read.unreadable}`);
}

/** A rule, in words near to how nft itself writes it. */
export function printedRule(rule: z.infer<typeof ruleShape>): FilterRule {
  const statements = expression.safeParse(rule.expr ?? []);
  if (!statements.success) {
    const text = shortened(JSON.stringify(rule.expr));
    const [{ path, message }] = statements.error.issues as [z.core.$ZodIssue];
    const unreadable = `it is not as expected at expr.${path.join(".")}: ${message}`;
    return {
      text,
      in: undefined,
      out: undefined,
      conditional: false,
      verdict: undefined,
      comment: rule.comment,
      unreadable,
    };
  }
  let unreadable: string | undefined;
  let input: NameTest | undefined;
  let output: NameTest | undefined;
  let conditional = false;
  let physdev = false;
  let noRouteBack = false;
  let version: "ip" | "ip6" | undefined;
  let verdict: Verdict | undefined;
  const words: string[] = [];
  for (const statement of statements.data) {
    if (typeof statement === "string") {
      // nft 1.0.6 and older ones print a chain without a name so.
      if (mayDecide.test(statement)) unreadable = "this nft has no JSON for it";
      words.push(shortened(statement));
      continue;
    }
    const [kind, value] = Object.entries(statement)[0] as [string, Json];
    const key = kind === "match" ? value.left?.meta?.key : undefined;
    const names = key && namesOf(value.right);
    if (names && (key === "iif" || key === "iifname")) input = { names, not: value.op === "!=" };
    else if (names && (key === "oif" || key === "oifname")) output = { names, not: value.op === "!=" };
    else if (kind === "match" && asksForRouteBack(value)) noRouteBack = true;
    else if (kind === "match" && versionAsked(value)) version = versionAsked(value);
    else if (["match", "vmap", "limit", "quota", "ct count"].includes(kind)) conditional = true;
    else if (kind === "xt" && value?.type === "match" && !["physdev", "comment"].includes(value.name))
      conditional = true;
    else if (kind === "xt" && value?.name === "physdev") physdev = true;
    else verdict = verdictOf(kind, value) ?? verdict;
    words.push(wordsOf(kind, value));
  }
  const comment: string | undefined = rule.comment;
  const text = [...words, ...(comment ? [`comment ${JSON.stringify(comment)}`] : [])].filter(Boolean).join(" ");
  return {
    ...{ text, in: input, out: output, verdict, comment },
    conditional: conditional || noRouteBack || version !== undefined,
    ...(noRouteBack && !conditional && { noRouteBack: version ? [version] : (["ip", "ip6"] as const) }),
    ...(physdev && { physdev }),
    ...(unreadable !== undefined && { unreadable }),
  };
}

/** `fib saddr . iif oif missing`: what rp_filter is for what is routed, for whatever comes in. */
function asksForRouteBack({ op, left, right }: Json): boolean {
  const { result, flags } = left?.fib ?? {};
  const asks = result === "oif" && [flags].flat().includes("saddr") && [flags].flat().includes("iif");
  return asks && op !== "!=" && (right === false || right === "0" || right === 0);
}

function versionAsked({ op, left, right }: Json): "ip" | "ip6" | undefined {
  if (left?.meta?.key !== "nfproto" || op === "!=") return undefined;
  return right === "ipv4" ? "ip" : right === "ipv6" ? "ip6" : undefined;
}

/** Of a statement that is text: whether a packet's way may end in it. */
const mayDecide = /\b(accept|drop|reject|queue|jump|goto|return|vmap)\b/;

/** In one line, as evidence. */
function shortened(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}

function namesOf(right: Json): string[] | undefined {
  // "@name" is a set: which interfaces are in it is not printed.
  if (typeof right === "string") return right.startsWith("@") ? undefined : [right];
  const set = right?.set;
  return Array.isArray(set) && set.every((one) => typeof one === "string") ? set : undefined;
}

function verdictOf(kind: string, value: Json): Verdict | undefined {
  switch (kind) {
    case "accept":
    case "return":
    case "drop":
      return { kind };
    case "reject":
    case "queue":
      return { kind: "drop" };
    case "jump":
    case "goto":
      return { kind, chain: value.target };
    default:
      return undefined;
  }
}

/** Near to how nft itself writes it: JSON would be no evidence that a person can read. */
function wordsOf(kind: string, value: Json): string {
  if (kind === "counter") return "";
  if (kind === "match") return `${side(value.left)}${value.op === "!=" ? " !=" : ""} ${side(value.right)}`;
  if (kind === "jump" || kind === "goto") return `${kind} ${value.target}`;
  if (kind === "xt") return `xt ${value?.name ?? ""}`.trim();
  return kind;
}

function side(value: Json): string {
  if (typeof value !== "object" || value === null)
    return typeof value === "string" ? JSON.stringify(value) : `${value}`;
  if (Array.isArray(value)) return value.map((one) => (typeof one === "string" ? one : side(one))).join(",");
  if (value.meta) return value.meta.key;
  if (value.payload) return `${value.payload.protocol ?? ""} ${value.payload.field ?? ""}`.trim();
  if (value.fib) return `fib ${side(value.fib.flags)} ${value.fib.result}`;
  if (value.ct) return `ct ${value.ct.key}`;
  if (value.set) return Array.isArray(value.set) ? `{ ${value.set.map(side).join(", ")} }` : `@${value.set}`;
  return JSON.stringify(value);
}
