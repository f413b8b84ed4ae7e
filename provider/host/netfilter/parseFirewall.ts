import { limits } from "../facts/limits";
import type { Reader } from "../facts/reader";
import type { Steps } from "../turns";
import type { FilterChain, Firewall, NamingRule } from "./firewall";
import { namingInIptables, parsingNaming } from "./naming";
import { parseIptables, parseOtherTables } from "./parseIptables";
import { parsingNft, rulesetOf } from "./parseNft";

const tools = ["iptables-nft", "ip6tables-nft", "iptables-legacy", "ip6tables-legacy"] as const;

export function* parseFirewall(reader: Reader): Steps<Firewall> {
  const calls = reader.text("bridgeCalls", "firewall");
  const saved: [string, string][] = [];
  let iptables: FilterChain[] = [];
  let others: FilterChain[] = [];
  let named: NamingRule[] = [];
  for (const tool of tools) {
    const text = reader.text(`iptables:${tool}`, "firewall");
    yield;
    if (text === undefined) continue;
    saved.push([tool, text]);
    if (text.split("\n", limits.rules + 1).length > limits.rules) {
      const why = `it has more than ${limits.rules} lines`;
      reader.miss("firewall", undefined, `what ${tool}-save printed can't be read: ${why}`);
      continue;
    }
    iptables = [...iptables, ...parseIptables(tool, text)];
    // Of the new one, nft tells.
    if (tool.endsWith("-legacy")) others = [...others, ...parseOtherTables(tool, text)];
    named = [...named, ...namingInIptables(tool, text)];
  }
  const objects = ruleset(reader);
  const nft = yield* parsingNft(objects, reader.miss);
  const sets = reader.texts("nftSet", "firewall");
  const namedInNft = yield* parsingNaming(objects, sets, reader.miss);
  const translated = (family: string) =>
    iptables.some((chain) => chain.tool === (family === "ip" ? "iptables-nft" : "ip6tables-nft"));
  // iptables' own tables are there a second time, with less in them: nft has no words for xtables' matches.
  const ownOfNft = nft.filter(
    ({ family, table }) => !(table === "filter" && (family === "ip" || family === "ip6") && translated(family)),
  );
  const isAround = ({ hook }: FilterChain) => hook !== undefined;
  return {
    bridgeCalls:
      calls === undefined
        ? undefined
        : {
            ip: calls.includes("call-iptables:1"),
            ip6: calls.includes("call-ip6tables:1"),
            arp: calls.includes("call-arptables:1"),
          },
    naming: [...named, ...namedInNft.filter(({ where }) => !isIptables(where, new Set(saved.map(([tool]) => tool))))],
    chains: [...iptables, ...[...ownOfNft, ...others].filter((chain) => !isAround(chain))],
    around: [...ownOfNft, ...others].filter(isAround),
  };
}

function ruleset(reader: Reader): readonly unknown[] {
  const printed = reader.text("nft", "firewall");
  if (!printed) return [];
  try {
    return rulesetOf(printed);
  } catch (error) {
    reader.miss("firewall", undefined, `\`nft -j list ruleset\` can't be read: it ${(error as Error).message}`);
    return [];
  }
}

/** Whether a table is iptables' own, which tells of it itself. */
function isIptables(where: string, tools: ReadonlySet<string>): boolean {
  const [, family, table = ""] = /^nft (ip6?)\/([^/]+)\//.exec(where) ?? [];
  const tool = family === "ip" ? "iptables-nft" : "ip6tables-nft";
  return family !== undefined && tools.has(tool) && ["filter", "nat", "mangle", "raw", "security"].includes(table);
}
