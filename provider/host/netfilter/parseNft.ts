import { readJson, ruleset } from "../facts/printed";
import type { Family, FilterChain, FilterRule, NameTest, Verdict } from "./firewall";

// biome-ignore lint/suspicious/noExplicitAny: nft's JSON, read field by field (libnftables-json(5)).
type Json = any;

const families: readonly string[] = ["ip", "ip6", "inet", "bridge"] satisfies Family[];

/** What `nft -j list ruleset` printed: base chains that filter on forward, and the chains that those can jump to. */
export function parseNft(text: string): FilterChain[] {
  const objects: Json[] = readJson("nft", ruleset, text).nftables;
  const rules = objects.flatMap(({ rule }) => (rule ? [rule] : []));
  return objects
    .flatMap(({ chain }) => (chain && families.includes(chain.family) ? [chain] : []))
    .filter((chain) => chain.hook === undefined || (chain.hook === "forward" && chain.type === "filter"))
    .map((chain) => ({
      tool: "nft",
      family: chain.family,
      table: chain.table,
      name: chain.name,
      policy: chain.hook === undefined ? undefined : chain.policy === "drop" ? "drop" : "accept",
      rules: rules
        .filter((rule) => rule.family === chain.family && rule.table === chain.table && rule.chain === chain.name)
        .map(parseRule),
    }));
}

function parseRule(rule: Json): FilterRule {
  let input: NameTest | undefined;
  let output: NameTest | undefined;
  let conditional = false;
  let verdict: Verdict | undefined;
  const words: string[] = [];
  for (const statement of rule.expr ?? []) {
    const [kind, value] = Object.entries(statement)[0] as [string, Json];
    const key = kind === "match" ? value.left?.meta?.key : undefined;
    const names = key && namesOf(value.right);
    if (names && (key === "iif" || key === "iifname")) input = { names, not: value.op === "!=" };
    else if (names && (key === "oif" || key === "oifname")) output = { names, not: value.op === "!=" };
    else if (["match", "vmap", "limit", "quota", "ct count"].includes(kind)) conditional = true;
    else if (kind === "xt" && value?.type === "match" && !["physdev", "comment"].includes(value.name))
      conditional = true;
    else verdict = verdictOf(kind, value) ?? verdict;
    words.push(wordsOf(kind, value));
  }
  const comment: string | undefined = rule.comment;
  const text = [...words, ...(comment ? [`comment ${JSON.stringify(comment)}`] : [])].filter(Boolean).join(" ");
  return { text, in: input, out: output, conditional, verdict, comment };
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
  if (value.ct) return `ct ${value.ct.key}`;
  if (value.set) return Array.isArray(value.set) ? `{ ${value.set.map(side).join(", ")} }` : `@${value.set}`;
  return JSON.stringify(value);
}
