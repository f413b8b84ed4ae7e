import type { FilterChain, FilterRule, NameTest, Verdict } from "./firewall";

/** What `iptables-save -t filter` printed (iptables-save(8)), FORWARD and the chains that it may jump to. */
export function parseIptables(tool: string, text: string): FilterChain[] {
  const chains = new Map<string, FilterChain & { rules: FilterRule[] }>();
  const family = tool.startsWith("ip6") ? "ip6" : "ip";
  for (const line of text.split("\n")) {
    const [, name, policy] = /^:(\S+) (\S+)/.exec(line) ?? [];
    if (name && name !== "INPUT" && name !== "OUTPUT") {
      chains.set(name, {
        ...{ tool, family, table: "filter", name, rules: [] },
        policy: name !== "FORWARD" ? undefined : policy === "DROP" ? "drop" : "accept",
      });
    }
    const [, chain, rest] = /^-A (\S+) ?(.*)$/.exec(line) ?? [];
    if (chain) chains.get(chain)?.rules.push(parseRule(line, rest ?? ""));
  }
  return chains.has("FORWARD") ? [...chains.values()] : [];
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
