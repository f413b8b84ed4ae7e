import type { Facts } from "../../../provider/host/facts/facts";
import { parseJson } from "../../../provider/host/facts/json";
import { secretsIn } from "../../../provider/host/facts/secrets";
import { parseSections } from "../../../provider/host/facts/sections";
import { diagnose } from "../../../provider/plan/diagnose/diagnose";
import { effectiveOf } from "../../../provider/plan/netfilter/effective";
import { bridge } from "../../../provider/resources/bridge/definition";
import { planBridge } from "../../../provider/resources/bridge/plan";
import { cpuMs, growth } from "../support/computing";
import { type Changes, factsOf, recordedHost } from "../support/recordedHosts";

/** A host with kvmnet's br0 on it, as it said it. */
const recorded = parseSections(recordedHost("bridged"));
const hostWith = (changes: Changes): Facts => factsOf(recorded, changes);

const inputs = bridge.inputs.parse({ connection: { host: "kvm1" } });
const planned = (facts: Facts) => planBridge(facts, inputs, facts.records.get("br0")?.owner ?? "");

test.each([
  ["is longer than 8 MB", `[${'"x",'.repeat(2_100_000)}1]`],
  ["nests deeper than 64 levels", `${"[".repeat(65)}${"]".repeat(65)}`],
  ["has more than 1000000 lists and objects", `[${"[],".repeat(1_000_000)}1]`],
])("what a tool printed is refused before it is parsed where it %s", (words, text) => {
  expect(() => parseJson(text)).toThrow(words);
});

describe("what a rule of nft's decides", () => {
  const chain = { family: "inet", table: "own", name: "forward", type: "filter", hook: "forward", policy: "accept" };
  const rule = (...expr: unknown[]) => ({ rule: { family: "inet", table: "own", chain: "forward", expr } });
  const host = (...rules: unknown[]) =>
    hostWith({
      nft: JSON.stringify({ nftables: [{ chain }, ...rules] }),
      bridgeCalls: "bridge-nf-call-iptables:1\n",
    });

  it("does not depend on how many jumps lead to one chain", () => {
    // Ways to the end: 3 to the power of 14.
    const names = [...Array(14).keys()].map((at) => `c${at}`);
    const jumps = names.flatMap((name, at) => {
      const target = { jump: { target: names[at + 1] ?? "end" } };
      const of = { family: "inet", table: "own", chain: name };
      return [
        { chain: { family: "inet", table: "own", name } },
        ...Array.from({ length: 3 }, () => ({ rule: { ...of, expr: [target] } })),
      ];
    });
    const facts = host(...jumps, rule({ jump: { target: "c0" } }));
    const began = process.cpuUsage();
    expect(effectiveOf(facts, "br0").text).toBe("let through: no chain on forward drops it");
    expect(cpuMs(began)).toBeLessThan(500);
  });

  it("is looked for in 25,000 chains, each of which is jumped to, within a moment", () => {
    const many = [...Array(25_000).keys()].map((at) => `c${at}`);
    const facts = () =>
      host(
        ...many.map((name) => ({ chain: { family: "inet", table: "own", name } })),
        ...many.map((name) => ({ rule: { family: "inet", table: "own", chain: name, expr: [{ counter: null }] } })),
        ...many.map((target) => rule({ jump: { target } })),
      );
    const began = process.cpuUsage();
    expect(effectiveOf(facts(), "br0").text).toBe("let through: no chain on forward drops it");
    expect(cpuMs(began)).toBeLessThan(5000);
  });
});

test("more chains of iptables' than any host has are told to be too many, and all else is there", () => {
  const many = [...Array(200_000).keys()].map((at) => `:C${at} - [0:0]`).join("\n");
  const facts = hostWith({ "iptables:iptables-nft": `*filter\n:FORWARD DROP [0:0]\n${many}\nCOMMIT\n` });
  expect(facts.unreadable.map(({ what }) => what)).toEqual([
    "what iptables-nft-save printed can't be read: it has more than 100000 lines",
  ]);
  expect(effectiveOf(facts, "br0").text).toContain("not for sure");
  expect(facts.links.map(({ name }) => name)).toContain("br0");
});

const entries = (count: number) => [...Array(count).keys()].map((at) => `   e${at}: {}\n`).join("");

test("netplan's files with more in them than any host has are refused within a moment", () => {
  const path = "/etc/netplan/99-many.yaml";
  for (const yaml of [
    `network:\n  ethernets:\n${entries(200_000)}`,
    `network:\n  ethernets:\n${entries(12_000)}`,
    `network:\n${"  - ".repeat(30_000)}`,
    "[".repeat(120_000),
    "a:\n\t".repeat(24_000),
    `a: &a [${"x,".repeat(1000)}]\n${[..."bcdefgh"].map((name, at) => `${name}: &${name} [${`*${"abcdefgh"[at]},`.repeat(20)}]\n`).join("")}network: {ethernets: {enp1s0: {addresses: *h}}}\n`,
  ]) {
    const began = process.cpuUsage();
    const facts = hostWith({ [`netplan:${path}`]: yaml });
    expect(() => planned(facts)).toThrow(/netplan/);
    diagnose(facts);
    expect(cpuMs(began)).toBeLessThan(6000);
  }
}, 60_000);

test("as many entries as netplan's files may have are looked through within a moment", () => {
  const facts = hostWith({ "netplan:/etc/netplan/99-many.yaml": `network:\n  ethernets:\n${entries(8_000)}` });
  expect(facts.unreadable).toEqual([]);
  const began = process.cpuUsage();
  expect(planned(facts).differences).toEqual([]);
  expect(diagnose(facts).filter(({ check }) => check === "nic-renamed").length).toBeGreaterThan(7_000);
  expect(cpuMs(began)).toBeLessThan(6000);
}, 60_000);

test("an entry of netplan's files is not compared with all before it", () => {
  let runs = 0;
  const planning = (size: number) => {
    runs += 1;
    planned(hostWith({ "netplan:/etc/netplan/99.yaml": `# ${runs}\nnetwork:\n  ethernets:\n${entries(size)}` }));
  };
  expect(growth(planning, 2_000)).toBeLessThan(8);
  expect(growth((size) => secretsIn(`key: x\n${entries(size)}`), 2_000)).toBeLessThan(8);
}, 60_000);

describe("networkd's own files", () => {
  const template = JSON.parse(recorded.find(({ name }) => name === "addresses")?.text ?? "[]")[1];
  const count = 5000;
  const path = "/etc/systemd/network/20-wired.network";
  const links = [...Array(count).keys()].map((at) => ({
    ...template,
    ifindex: at + 100,
    ifname: `x${at}`,
    addr_info: [],
  }));
  const states = links.map(({ ifindex }, at): [string, string] => [
    `link:/run/systemd/netif/links/${ifindex}`,
    `ADMIN_STATE=configured\nNETWORK_FILE=${at % 2 === 0 ? path : `/etc/systemd/network/${at}.network`}\n`,
  ]);
  const units = links.map((_, at): [string, string] => [
    `unit:/etc/systemd/network/${at}.network`,
    "[Network]\nDHCP=yes\n",
  ]);
  const host = (text: string) =>
    hostWith({
      addresses: JSON.stringify(links),
      ...Object.fromEntries([...states, ...units, [`unit:${path}`, text]]),
    });

  it("are read within a moment, of however many links, and nothing of them where that is too much", () => {
    const began = process.cpuUsage();
    const { unreadable, links: read, netplan } = host("[Network]\nDHCP=yes\nAddress=192.0.2.10/24\n");
    expect(cpuMs(began)).toBeLessThan(5000);
    expect(read).toHaveLength(count);
    expect(unreadable).toMatchObject([{ part: "netplan", what: expect.stringContaining("is longer than 128 KB") }]);
    expect([...netplan.keys()].filter((one) => one.startsWith("/etc/systemd"))).toEqual([]);
  });
});
