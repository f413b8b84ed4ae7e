import type { FilterChain, FilterRule, Hook, NameTest, Verdict } from "./firewall";

/** What `iptables-save` printed (iptables-save(8)) of its table filter: FORWARD and the chains that it may jump to. */
export function parseIptables(tool: string, text: string): FilterChain[] {
  const chains = chainsOf(tool, text, "filter", ({ name, policy }) => name === "FORWARD" && { policy });
  return chains.some(({ name }) => name === "FORWARD") ? chains : [];
}

/** The same of the tables that filter for other ends: what is dropped there is dropped. */
export function parseOtherTables(tool: string, text: string): FilterChain[] {
  return ["raw", "mangle", "security"].flatMap((table) =>
    chainsOf(tool, text, table, ({ name, policy }) => {
      const hook = name.toLowerCase();
      return isHook(hook) && { policy, hook };
    }),
  );
}

const isHook = (name: string): name is Hook => ["prerouting", "forward", "postrouting"].includes(name);

/** A table's chains but those that only the host's own packets meet. `base`: what a built-in one is. */
function chainsOf(
  tool: string,
  text: string,
  wanted: string,
  base: (chain: { name: string; policy: "accept" | "drop" }) => Pick<FilterChain, "policy" | "hook"> | false,
): FilterChain[] {
  const chains = new Map<string, FilterChain & { rules: FilterRule[] }>();
  const family = tool.startsWith("ip6") ? "ip6" : "ip";
  let table = "filter";
  for (const line of text.split("\n")) {
    if (line.startsWith("*")) table = line.slice(1).trim();
    if (table !== wanted) continue;
    const [, name, policy] = /^:(\S+) (\S+)/.exec(line) ?? [];
    if (name && name !== "INPUT" && name !== "OUTPUT") {
      const of = base({ name, policy: policy === "DROP" ? "drop" : "accept" }) || { policy: undefined };
      chains.set(name, { ...{ tool, family, table, name, rules: [] }, ...of });
    }
    const [, chain, rest] = /^-A (\S+) ?(.*)$/.exec(line) ?? [];
    if (chain) chains.get(chain)?.rules.push(parseRule(line, rest ?? ""));
  }
  return [...chains.values()];
}

function parseRule(text: string, rest: string): FilterRule {
  const words = [...rest.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
  let input: NameTest | undefined;
  let output: NameTest | undefined;
  let comment: string | undefined;
  let verdict: Verdict | undefined;
  let conditional = false;
  let not = false;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    const next = () => words[++at] ?? "";
    if (word === "!") {
      not = true;
      continue;
    }
    if (word === "-i") input = { names: [next().replace(/\+$/, "*")], not };
    else if (word === "-o") output = { names: [next().replace(/\+$/, "*")], not };
    else if (word === "--comment") comment = next();
    else if (word === "-m") {
      if (!["comment", "physdev"].includes(next())) conditional = true;
    } else if (word === "--physdev-is-bridged") conditional ||= not;
    else if (word === "-j" || word === "-g") {
      verdict = verdictOf(next(), word === "-g");
      break;
    } else conditional = true;
    not = false;
  }
  return { text, in: input, out: output, conditional, verdict, comment };
}

/** Targets that end a packet's way; LOG, MARK and the like let it go on. */
function verdictOf(target: string, goto: boolean): Verdict | undefined {
  switch (target) {
    case "ACCEPT":
      return { kind: "accept" };
    case "DROP":
    case "REJECT":
    case "QUEUE":
      return { kind: "drop" };
    case "RETURN":
      return { kind: "return" };
    default:
      return { kind: goto ? "goto" : "jump", chain: target };
  }
}
