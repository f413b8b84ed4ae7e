import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Facts } from "../../../../provider/host/facts/facts";
import { parseFacts } from "../../../../provider/host/facts/parseFacts";
import { parseSections } from "../../../../provider/host/facts/sections";
import { diagnose } from "../../../../provider/plan/diagnose/diagnose";
import { dropsAround } from "../../../../provider/plan/netfilter/around";
import { effectiveOf } from "../../../../provider/plan/netfilter/effective";
import { bridgeNetfilter } from "../../../../provider/resources/bridgeNetfilter/definition";
import { netfilterDrift, netfilterWarnings } from "../../../../provider/resources/bridgeNetfilter/model";
import { link } from "../../support/facts";
import { factsOf, recordedHost } from "../../support/recordedHosts";

const recorded = parseSections(recordedHost("bridged"));
const calls = "bridge-nf-call-iptables:1\nbridge-nf-call-ip6tables:1\n";
const expr = {
  from: (name: string) => ({ match: { op: "==", left: { meta: { key: "iifname" } }, right: name } }),
  to: (name: string) => ({ match: { op: "==", left: { meta: { key: "oifname" } }, right: name } }),
  ofPort: { xt: { type: "match", name: "physdev" } },
  port: (number: number) => ({
    match: { op: "==", left: { payload: { protocol: "tcp", field: "dport" } }, right: number },
  }),
  ipv6: { match: { op: "==", left: { meta: { key: "nfproto" } }, right: "ipv6" } },
  // As nft 1.0.6 prints `fib saddr . mark . iif oif missing`.
  noRouteBack: { match: { op: "==", left: { fib: { result: "oif", flags: ["saddr", "mark", "iif"] } }, right: false } },
  routeBackByAny: { match: { op: "==", left: { fib: { result: "oif", flags: ["saddr", "mark"] } }, right: false } },
  drop: { drop: null },
  accept: { accept: null },
};

/** A chain of nft's on a hook, with its rules. */
function chain(
  family: string,
  hook: string,
  { policy = "accept", table = "own", dev }: { policy?: string; table?: string; dev?: string },
  ...rules: object[][]
) {
  const base = { family, table, name: "c", type: "filter", hook, prio: 0, policy, ...(dev && { dev }) };
  return [{ chain: base }, ...rules.map((expr) => ({ rule: { family, table, chain: "c", expr } }))];
}

function host(objects: object[], { legacy = "", bridgeCalls = calls, without = [] as string[] } = {}): Facts {
  const facts = factsOf(recorded, {
    nft: JSON.stringify({ nftables: objects }),
    bridgeCalls,
    ...(legacy && { "iptables:iptables-legacy": legacy }),
  });
  const links = [...facts.links, link("vnet7", { kind: "tun", master: "br0" })];
  return { ...facts, links, routes: facts.routes.filter(({ family }) => !without.includes(family)) };
}

const uplink = parseFacts(recordedHost("bridged")).records.get("br0")?.uplink ?? "";
const both = ["inet", "inet6"];

/** What a host has, and the rule that is told of it; undefined: nothing drops. */
const cases: [string, Facts, string | undefined][] = [
  [
    "a drop before the routing",
    host(chain("inet", "prerouting", {}, [expr.from("br0"), expr.drop])),
    'inet own, chain c: iifname "br0" drop',
  ],
  ["a policy of drop there", host(chain("ip", "prerouting", { policy: "drop" })), "ip own, chain c: policy drop"],
  [
    "a drop after the routing",
    host(chain("inet", "postrouting", {}, [expr.to("br0"), expr.drop])),
    'oifname "br0" drop',
  ],
  ["a drop for another bridge", host(chain("inet", "prerouting", {}, [expr.from("br9"), expr.drop])), undefined],
  [
    "a drop by the way out, before there is one",
    host(chain("inet", "prerouting", {}, [expr.to("br0"), expr.drop])),
    undefined,
  ],
  ["a drop of some packets", host(chain("inet", "prerouting", {}, [expr.port(22), expr.drop])), undefined],
  [
    "a drop of one port's, which nft does not name",
    host(chain("ip", "prerouting", { table: "raw" }, [expr.ofPort, expr.drop])),
    undefined,
  ],
  [
    "a drop that comes after an accept",
    host(chain("inet", "prerouting", {}, [expr.from("br0"), expr.accept], [expr.drop])),
    undefined,
  ],
  [
    "a drop that iptables and nft are not shown",
    host(chain("inet", "prerouting", { policy: "drop" }), { bridgeCalls: "bridge-nf-call-iptables:0\n" }),
    undefined,
  ],
  [
    "the raw table of the old iptables",
    host([], { legacy: "*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -i br0 -j DROP\nCOMMIT\n" }),
    "iptables-legacy PREROUTING: -A PREROUTING -i br0 -j DROP",
  ],
  [
    "its mangle table, in a chain that is jumped to",
    host([], {
      legacy: "*mangle\n:FORWARD ACCEPT [0:0]\n:USER - [0:0]\n-A FORWARD -j USER\n-A USER -o br0 -j DROP\nCOMMIT\n",
    }),
    "-A USER -o br0 -j DROP",
  ],
  [
    "the bridge family, by a VM's port",
    host(chain("bridge", "prerouting", {}, [expr.from("vnet7"), expr.drop])),
    'bridge own, chain c: iifname "vnet7" drop',
  ],
  [
    "the bridge family on forward, by the uplink",
    host(chain("bridge", "forward", {}, [expr.from(uplink), expr.drop])),
    `iifname "${uplink}" drop`,
  ],
  [
    "the bridge family, by a port of another bridge",
    host(chain("bridge", "prerouting", {}, [expr.from("vnet9"), expr.drop])),
    undefined,
  ],
  [
    "libvirt's nwfilter",
    host(
      chain(
        "bridge",
        "prerouting",
        { table: "nat", policy: "accept" },
        [expr.from("vnet7"), { jump: { target: "libvirt-I-vnet7" } }],
        [expr.drop],
      ),
    ),
    undefined,
  ],
  [
    "the wire itself",
    host(chain("netdev", "ingress", { dev: uplink, policy: "drop" })),
    "netdev own, chain c: policy drop",
  ],
  ["another wire", host(chain("netdev", "ingress", { dev: "eth9", policy: "drop" })), undefined],
  [
    "what has no route back, on a host that has none",
    host(chain("inet", "prerouting", {}, [expr.noRouteBack, expr.drop]), { without: both }),
    "fib saddr,mark,iif oif false drop",
  ],
  [
    "the same of IPv6, on a host that has IPv4 alone",
    host(chain("inet", "prerouting", {}, [expr.ipv6, expr.noRouteBack, expr.drop]), { without: ["inet6"] }),
    "fib saddr,mark,iif oif false drop",
  ],
  [
    "the same of IPv6, which nft is not shown",
    host(chain("inet", "prerouting", {}, [expr.ipv6, expr.noRouteBack, expr.drop]), {
      without: ["inet6"],
      bridgeCalls: "bridge-nf-call-iptables:1\n",
    }),
    undefined,
  ],
  [
    "what has a route back by whatever link",
    host(chain("inet", "prerouting", {}, [expr.routeBackByAny, expr.drop]), { without: both }),
    undefined,
  ],
];

test.each(cases)("%s", (_, facts, by) => {
  const drops = dropsAround(facts, "br0");
  expect(drops.map((one) => one.by)).toEqual(by === undefined ? [] : [expect.stringContaining(by)]);
  expect(effectiveOf(facts, "br0").dropping).toEqual([]);
  expect(diagnose(facts, []).filter(({ check }) => check === "hook-drops")).toHaveLength(drops.length);
});

test("a host with a default route over the bridge loses nothing by a look for a route back; one of IPv6 that lacks it is warned", () => {
  const facts = (table: string, without: string[]) =>
    host(chain("inet", "prerouting", { table }, [expr.noRouteBack, expr.drop]), { without });
  expect(dropsAround(facts("own", ["inet6"]), "br0").map(({ noRouteBack }) => noRouteBack)).toEqual(["ip6"]);
  const [found] = diagnose(facts("firewalld", ["inet6"]), []).filter(({ check }) => check === "hook-drops");
  expect(found).toMatchObject({ severity: "warning", fix: expect.stringContaining("IPv6_rpfilter=no") });
  expect(diagnose(facts("own", both), []).find(({ check }) => check === "hook-drops")?.severity).toBe("error");
});

/** As firewalld 1.3.3 of Debian 12 made them, less the chains that are empty: as it is installed, and once it was told of br0. */
describe.each([
  ["firewalld", ["forward-drops", "hook-drops"]],
  ["firewalldWithBridge", ["hook-drops"]],
] as const)("of firewalld's nftables backend, %s.json", (file, checks) => {
  const { nftables } = JSON.parse(readFileSync(join(__dirname, `${file}.json`), "utf8"));
  const facts = host(nftables, { without: ["inet6"] });
  const found = diagnose(facts, []).filter(({ check }) => check.endsWith("-drops"));

  it("is told what it drops, with its own way", () => {
    expect(found.map(({ check }) => check)).toEqual(checks);
    for (const { check, evidence, fix, fixable } of found) {
      expect(evidence).toMatch(/^nft table inet firewalld, chain filter_(FWD_public: reject|PREROUTING: .*fib)/);
      expect(fix).toContain(check === "hook-drops" ? "IPv6_rpfilter=no" : "--zone=ZONE --add-forward");
      expect(fixable).toBe(false);
    }
  });

  it("is no drift, as no rule of BridgeNetfilter's would stay in it", () => {
    const inputs = bridgeNetfilter.inputs.parse({ connection: { host: "kvm1" }, bridge: "br0" });
    const said = checks.some((check) => check === "forward-drops")
      ? [expect.stringContaining("it belongs to firewalld")]
      : [];
    expect(netfilterWarnings(facts, inputs)).toEqual(said);
    expect(netfilterDrift(facts, { bridge: "br0", mode: "accept", owner: "" }).join()).not.toContain("dropped");
  });
});
