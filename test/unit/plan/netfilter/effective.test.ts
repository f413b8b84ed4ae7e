import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Facts } from "../../../../provider/host/facts/facts";
import { parseFacts } from "../../../../provider/host/facts/parseFacts";
import type { FilterChain } from "../../../../provider/host/netfilter/firewall";
import { parseIptables } from "../../../../provider/host/netfilter/parseIptables";
import { parseNft } from "../../../../provider/host/netfilter/parseNft";
import { effectiveOf } from "../../../../provider/plan/netfilter/effective";
import { netfilterFiles, ownerOf } from "../../../../provider/plan/netfilter/files";
import { daemonOf, reliesOnBridgeCalls } from "../../../../provider/plan/netfilter/owner";

/** facts.txt is what a lab host printed that has a firewall of every kind. */
const read = (release: string) => parseFacts(readFileSync(join(__dirname, `facts/${release}.txt`)));
const withChains = (facts: Facts, chains: readonly FilterChain[]): Facts => ({
  ...facts,
  firewall: { bridgeCalls: { ip: true, ip6: true, arp: true }, chains },
});
const forward = (policy: string, ...rules: string[]) =>
  parseIptables("iptables-nft", [`:FORWARD ${policy} [0:0]`, ":USER - [0:0]", ...rules].join("\n"));

describe.each(["debian12", "debian13"])("facts of a host: %s", (release) => {
  const facts = read(release);

  it("have each chain once, iptables' own by iptables", () => {
    const base = facts.firewall.chains.filter(({ policy }) => policy !== undefined);
    expect(base.map(({ tool, family, table, name }) => [tool, family, table, name])).toEqual([
      ["iptables-nft", "ip", "filter", "FORWARD"],
      ["ip6tables-nft", "ip6", "filter", "FORWARD"],
      ["iptables-legacy", "ip", "filter", "FORWARD"],
      ["nft", "inet", "filter", "forward"],
    ]);
  });

  it("tell kvmnet's rule from what drops", () => {
    const { ours, dropping } = effectiveOf(facts, "br0");
    expect(ours.map(({ by }) => by)).toContain(
      'nft table inet filter, chain forward: iifname "br0" oifname "br0" accept comment "kvmnet br0"',
    );
    expect(dropping.map(({ by }) => by)).toContain("iptables-legacy FORWARD: policy drop");
  });

  it("say of another bridge that it is dropped there", () => {
    expect(effectiveOf(facts, "x1").dropping.map(({ by }) => by)).toContain(
      'nft table inet filter, chain forward: iifname { "x1", "br0" } drop',
    );
  });
});

const facts = read("debian12");
const verdicts: [string, FilterChain[], string][] = [
  ["a policy of accept", forward("ACCEPT"), "let through: no chain on forward drops it"],
  ["a policy of drop", forward("DROP"), "dropped: iptables-nft FORWARD: policy drop"],
  [
    "an accept for some packets only",
    forward("DROP", "-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT"),
    "dropped: iptables-nft FORWARD: policy drop",
  ],
  [
    "a drop for another interface",
    forward("ACCEPT", "-A FORWARD -i virbr0 -j DROP", "-A FORWARD ! -o br+ -j DROP"),
    "let through: no chain on forward drops it",
  ],
  [
    "a drop in a chain that is jumped to",
    forward("ACCEPT", "-A FORWARD -j USER", "-A USER -i br0 -j REJECT --reject-with icmp-port-unreachable"),
    "dropped: iptables-nft USER: -A USER -i br0 -j REJECT --reject-with icmp-port-unreachable",
  ],
  [
    "a chain that returns",
    forward("ACCEPT", "-A FORWARD -j USER", "-A USER -j RETURN", "-A USER -j DROP"),
    "let through: no chain on forward drops it",
  ],
];
test.each(verdicts)("%s", (_, chains, text) => {
  expect(effectiveOf(withChains(facts, chains), "br0").text).toBe(text);
});

test("without br_netfilter nothing sees it", () => {
  const firewall = { ...withChains(facts, forward("DROP")).firewall, bridgeCalls: undefined };
  expect(effectiveOf({ ...facts, firewall }, "br0").text).toMatch(/^let through: br_netfilter is not loaded/);
});

test("a daemon's chain and those who rely on the switches are known by name", () => {
  const [chain] = forward("DROP");
  const firewalld = { ...(chain as FilterChain), tool: "nft", table: "firewalld", name: "filter_FORWARD" };
  expect(daemonOf(firewalld)?.wayOf("br0")).toContain("--add-interface=br0 --add-forward");
  expect(daemonOf({ ...firewalld, family: "ip", table: "mangle" })?.name).toContain("iptables");
  expect(daemonOf({ ...firewalld, family: "inet", table: "mangle" })).toBeUndefined();
  const named = [
    { ...(chain as FilterChain), name: "KUBE-FORWARD" },
    { ...(chain as FilterChain), name: "DOCKER" },
  ];
  expect(reliesOnBridgeCalls({ bridgeCalls: undefined, chains: named })).toEqual(["Docker", "Kubernetes"]);
});

test("the script is the same for every bridge; what differs stands in a file", () => {
  const files = netfilterFiles({ bridge: "br0", mode: "accept", owner: "urn:pulumi:home::x" }, "script");
  expect(files.get("/var/lib/kvmnet/netfilter/br0/parameters")).toBe("br0\naccept\nurn:pulumi:home::x\n");
  expect(files.get("/var/lib/kvmnet/netfilter/br0/netfilter.sh")).toBe("script");
  expect(ownerOf(files, "br0")).toBe("urn:pulumi:home::x");
  expect(ownerOf(files, "br1")).toBeUndefined();
});

test("what a named set of interfaces decides is not told: nft does not print what is in it", () => {
  const chain = { family: "inet", table: "own", name: "forward" };
  const left = { meta: { key: "iifname" } };
  const drop = (right: unknown) =>
    parseNft(
      JSON.stringify({
        nftables: [
          { chain: { ...chain, type: "filter", hook: "forward", policy: "accept" } },
          { rule: { ...chain, chain: "forward", expr: [{ match: { op: "==", left, right } }, { drop: null }] } },
        ],
      }),
    );
  expect(effectiveOf(withChains(facts, drop("br0")), "br0").dropping).toHaveLength(1);
  expect(effectiveOf(withChains(facts, drop({ set: ["br0", "eth1"] })), "br0").dropping).toHaveLength(1);
  expect(effectiveOf(withChains(facts, drop("@lan")), "br0").dropping).toEqual([]);
});
