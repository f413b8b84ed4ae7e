import type { Facts } from "../../../../provider/host/facts/facts";
import { parseFacts } from "../../../../provider/host/facts/parseFacts";
import type { FilterChain } from "../../../../provider/host/netfilter/firewall";
import { parseIptables } from "../../../../provider/host/netfilter/parseIptables";
import { parseNft } from "../../../../provider/host/netfilter/parseNft";
import { effectiveOf, findPlacesWithoutRule, withoutKvmnetRules } from "../../../../provider/plan/netfilter/effective";
import { netfilterFiles, ownerOf } from "../../../../provider/plan/netfilter/files";
import { daemonOf, emptiedBy, reliesOnBridgeCalls } from "../../../../provider/plan/netfilter/owner";
import { bridgeNetfilter } from "../../../../provider/resources/bridgeNetfilter/definition";
import { netfilterWarnings } from "../../../../provider/resources/bridgeNetfilter/model";
import { recordedHost } from "../../support/recordedHosts";

/** Hosts that have a firewall of every kind. */
const read = (release: string) => parseFacts(recordedHost(`firewalls${release}`));
const withChains = (facts: Facts, chains: readonly FilterChain[]): Facts => ({
  ...facts,
  firewall: { bridgeCalls: { ip: true, ip6: true, arp: true }, chains, naming: [] },
});
const forward = (policy: string, ...rules: string[]) =>
  parseIptables("iptables-nft", [`:FORWARD ${policy} [0:0]`, ":USER - [0:0]", ...rules].join("\n"));

describe.each(["Debian12", "Debian13"])("facts of a host: %s", (release) => {
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
    const { acceptedByKvmnet, dropping } = effectiveOf(facts, "br0");
    expect(acceptedByKvmnet.map(({ by }) => by)).toContain(
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

const facts = read("Debian12");
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
  expect(daemonOf(firewalld)?.wayOf("br0")).toContain(
    "--add-interface=br0, firewall-cmd --permanent --zone=ZONE --add-forward",
  );
  expect(daemonOf({ ...firewalld, family: "ip", table: "mangle" })?.name).toContain("iptables");
  expect(daemonOf({ ...firewalld, family: "inet", table: "mangle" })).toBeUndefined();
  const named = [
    { ...(chain as FilterChain), name: "KUBE-FORWARD" },
    { ...(chain as FilterChain), name: "DOCKER" },
  ];
  expect(reliesOnBridgeCalls({ bridgeCalls: undefined, chains: named, naming: [] })).toEqual(["Docker", "Kubernetes"]);
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

test("a chain of firewalld's iptables backend is known, and what it does once the rule is emptied out of it", () => {
  const rule = '-A FORWARD -i br0 -o br0 -m physdev --physdev-is-bridged -m comment --comment "kvmnet br0" -j ACCEPT';
  // As firewalld 1.3.3 has it, in short.
  const chains = forward("ACCEPT", rule, "-A FORWARD -j FORWARD_direct", "-A FORWARD -j REJECT");
  const firewalld = withChains(facts, chains);
  expect(effectiveOf(firewalld, "br0").dropping).toEqual([]);
  const [later] = effectiveOf(withoutKvmnetRules(firewalld, "br0"), "br0").dropping;
  expect(later?.by).toBe("iptables-nft FORWARD: -A FORWARD -j REJECT");
  expect(later && emptiedBy(later.chain)?.name).toBe("firewalld");
  expect(emptiedBy(forward("DROP", "-A FORWARD -j USER")[0] as FilterChain)).toBeUndefined();
  const inputs = bridgeNetfilter.inputs.parse({ connection: { host: "kvm1" }, bridge: "br0" });
  expect(netfilterWarnings(firewalld, inputs)).toEqual([
    expect.stringMatching(
      /^firewalld empties iptables-nft FORWARD whenever it starts .*--direct --add-rule ipv4 filter FORWARD 0 -i br0 /,
    ),
  ]);
  expect(netfilterWarnings(withChains(facts, forward("DROP", rule)), inputs)).toEqual([]);
});

describe("the units", () => {
  const files = netfilterFiles({ bridge: "br0", mode: "accept", owner: "urn" }, "script");
  const [runs, reloads] = ["kvmnet-netfilter-br0", "kvmnet-filter-reload-br0"].map((unit) =>
    files.get(`/etc/systemd/system/${unit}.service`),
  );

  it("run the script after each start of what writes a firewall, and have the other one stand by", () => {
    expect(runs).toMatch(/^PartOf=nftables\.service .*docker\.service/m);
    expect(runs).toMatch(/^WantedBy=multi-user\.target nftables\.service/m);
    expect(runs).toMatch(/^Wants=kvmnet-filter-reload-br0\.service$/m);
  });

  it("run it after each reload of the same, and nothing but it", () => {
    const [, writers] = /^PartOf=(.*)$/m.exec(runs ?? "") ?? [];
    expect(reloads).toContain(`ReloadPropagatedFrom=${writers}\n`);
    expect(reloads).toContain(`After=${writers}\n`);
    expect(/^ExecReload=(.*)$/m.exec(reloads ?? "")?.[1]).toBe(/^ExecStart=(.*)$/m.exec(runs ?? "")?.[1]);
    // Stopped with one of them, it would not be there for the next reload of another.
    expect(reloads).not.toMatch(/^(PartOf|BindsTo|Requires)=/m);
  });
});

describe("iptables' chains that lack the rule", () => {
  const rule = '-A FORWARD -i br0 -o br0 -m physdev --physdev-is-bridged -m comment --comment "kvmnet br0" -j ACCEPT';
  const had = (facts: Facts, ...lines: string[]): Facts => ({
    ...facts,
    netfilter: new Map([["/var/lib/kvmnet/netfilter/br0/rules", lines.map((line) => `${line}\n`).join("")]]),
  });

  it("are those that are there without it, and those that went with it", () => {
    const without = withChains(facts, forward("ACCEPT"));
    expect(findPlacesWithoutRule(had(without), "br0")).toEqual(["iptables-nft FORWARD"]);
    const having = withChains(facts, forward("ACCEPT", rule));
    expect(findPlacesWithoutRule(had(having, "iptables-nft FORWARD"), "br0")).toEqual([]);
    expect(findPlacesWithoutRule(had(having, "iptables-nft FORWARD"), "br1")).toEqual(["iptables-nft FORWARD"]);
    const gone = had(withChains(facts, []), "iptables-nft FORWARD", "ip6tables-nft FORWARD");
    expect(findPlacesWithoutRule(gone, "br0")).toEqual(["iptables-nft FORWARD", "ip6tables-nft FORWARD"]);
  });

  it("are none without br_netfilter, as none gets it then", () => {
    const firewall = { ...withChains(facts, forward("ACCEPT")).firewall, bridgeCalls: undefined };
    expect(findPlacesWithoutRule({ ...facts, firewall }, "br0")).toEqual([]);
  });
});
