import { type Facts, ownerMarkOf } from "../../../provider/host/facts/facts";
import { parseSections } from "../../../provider/host/facts/sections";
import { diagnose } from "../../../provider/plan/diagnose/diagnose";
import { findDomain, libvirtOf } from "../../../provider/plan/libvirt/find";
import { effectiveOf } from "../../../provider/plan/netfilter/effective";
import { bridge } from "../../../provider/resources/bridge/definition";
import { planBridge } from "../../../provider/resources/bridge/plan";
import { planRestore } from "../../../provider/resources/bridge/restore";
import { markedFilter } from "../../../provider/resources/bridgeNetfilter/model";
import { markedNetwork } from "../../../provider/resources/network/model";
import { markedNic } from "../../../provider/resources/nic/model";
import { filterMark, networkMark, nicMark, tapMark } from "../../../provider/resources/ownership/paths";
import { markedTap } from "../../../provider/resources/tap/model";
import { type Changes, factsOf, recordedHost } from "../support/recordedHosts";

/** A host with kvmnet's br0 on it, as it said it. */
const recorded = parseSections(recordedHost("bridged"));
const hostWith = (changes: Changes, codes?: Record<string, number>): Facts => factsOf(recorded, changes, codes);
const text = (name: string) => recorded.find((one) => one.name === name)?.text ?? "";
const links = JSON.parse(text("addresses")) as Record<string, unknown>[];

const inputs = bridge.inputs.parse({ connection: { host: "kvm1" } });
const planned = (facts: Facts, name = "br0") =>
  planBridge(facts, { ...inputs, name }, facts.records.get(name)?.owner ?? "");
const told = (facts: Facts) => facts.unreadable.map(({ what }) => what);
/** A doctor tells of each. */
const found = (facts: Facts) =>
  diagnose(facts).flatMap(({ check, evidence }) => (check === "unread" ? [evidence] : []));

const vm = (name: string, uuid: string, inside = "") => {
  const xml = `<domain type='kvm'>\n  <name>${name}</name>\n  <uuid>${uuid}</uuid>\n${inside}</domain>`;
  return `\fdomain ${uuid}\f\nrunning\n\f\n${xml}\n\f\n${xml}\n`;
};
const [web, db] = ["0b6e2c1e-0000-4000-8000-000000000001", "0b6e2c1e-0000-4000-8000-000000000002"];

test("all of the recorded host can be read", () => {
  const facts = hostWith({});
  expect(told(facts)).toEqual([]);
  expect(planned(facts).differences).toEqual([]);
});

describe("a rule of nft's that can't be read", () => {
  const chain = { family: "inet", table: "own", name: "forward", type: "filter", hook: "forward", policy: "accept" };
  const left = { meta: { key: "iifname" } };
  const rule = (...expr: unknown[]) => ({ rule: { family: "inet", table: "own", chain: "forward", expr } });
  const on = (name: string) => ({ match: { op: "==", left, right: name } });
  const host = (...rules: unknown[]) =>
    hostWith({
      nft: JSON.stringify({ nftables: [{ chain }, ...rules] }),
      bridgeCalls: "bridge-nf-call-iptables:1\n",
    });
  // As nft 1.0.6 prints a chain without a name.
  const anonymous = "jump {\n\t\t\tip saddr 192.0.2.1 accept\n\t\t\tcounter packets 0 bytes 0 drop\n\t\t}";

  it("is told with its place and what that means, and the rest works", () => {
    const facts = host(rule(on("br0"), anonymous), rule(on("br9"), { drop: null }));
    const place = "nft table inet own, chain forward";
    expect(told(facts)).toEqual([
      `${place}, rule 1, can't be read (iifname "br0" jump { ip saddr 192.0.2.1 accept counter packets 0 bytes 0 drop }): this nft has no JSON for it`,
    ]);
    expect(found(facts)).toEqual(told(facts));
    expect(effectiveOf(facts, "br0").text).toMatch(
      /^let through: no chain on forward drops it; not for sure, .*: nft table inet own, chain forward: iifname "br0" jump \{ ip saddr/,
    );
    expect(effectiveOf(facts, "br9").text).toBe(`dropped: ${place}: iifname "br9" drop`);
    expect(planned(facts).differences).toEqual([]);
  });

  it("counts for nothing where it decides nothing", () => {
    expect(told(host(rule(on("br0"), "synproxy mss 1460")))).toEqual([]);
  });

  it("may be of any form", () => {
    for (const expr of [[1], [{}], [null], "drop", { drop: null }, [{ jump: "x" }]]) {
      const facts = host({ rule: { family: "inet", table: "own", chain: "forward", expr } });
      expect(told(facts)).toHaveLength(1);
      expect(planned(facts).differences).toEqual([]);
    }
  });

  it("is no reason to pass for a ruleset without rules", () => {
    for (const nft of [
      "",
      "Warning: x\n{}",
      "{",
      "[".repeat(200_000),
      `{"nftables":${"[".repeat(70)}${"]".repeat(70)}}`,
    ]) {
      const facts = hostWith({ nft, bridgeCalls: "bridge-nf-call-iptables:1\n" });
      expect(told(facts)).toHaveLength(nft === "" ? 0 : 1);
      if (nft !== "") expect(effectiveOf(facts, "br0").text).toContain("not for sure");
    }
  });
});

describe("what kvmnet keeps of a bridge", () => {
  const path = "/var/lib/kvmnet/bridges/br7.json";
  test.each([
    ["empty", ""],
    ["cut off", "{"],
    ["null", "null"],
    ["of another shape", '{"owner": 1}'],
    ["nested", "[".repeat(100_000)],
    ["of a prototype's key", '{"__proto__": {"owner": "x"}}'],
  ])("that is %s stops that bridge alone, with the file's name", (_, record) => {
    const facts = hostWith({ [`record:${path}`]: record });
    expect(told(facts)).toEqual([
      expect.stringContaining(`what kvmnet keeps of the bridge br7 can't be read: ${path} `),
    ]);
    expect(found(facts)).toEqual(told(facts));
    expect(planned(facts).differences).toEqual([]);
    expect(() => planned(facts, "br7")).toThrow(path);
    expect(() => planRestore(facts, "br7", {}, inputs.confirm)).toThrow(path);
  });

  it("is a bridge's name whatever it is called", () => {
    const record = JSON.stringify({ owner: "urn:x", uplink: "eth1", previousConfig: {} });
    for (const name of ["constructor", "__proto__", "toString"]) {
      const facts = hostWith({ [`record:/var/lib/kvmnet/bridges/${name}.json`]: record });
      expect(facts.records.get(name)?.owner).toBe("urn:x");
      expect(planned(facts).differences).toEqual([]);
    }
  });
});

describe("the record of whose a thing is", () => {
  const [macAddress, connection] = ["52:54:00:00:00:01", { host: "kvm1" } as typeof inputs.connection];
  const nic = { domain: { uuid: web, name: "web" }, live: {}, inactive: undefined } as unknown as Parameters<
    typeof markedNic
  >[1];
  test.each<[string, string, (facts: Facts) => unknown]>([
    ["a network", networkMark(web), (facts) => markedNetwork(facts, { name: "lan", uuid: web }, connection)],
    ["a NIC", nicMark(web, macAddress), (facts) => markedNic(facts, nic, macAddress, connection)],
    ["a TAP", tapMark("tap0"), (facts) => markedTap(facts, "tap0", connection)],
    ["a filter", filterMark("br0"), (facts) => markedFilter(facts, "br0", connection)],
  ])("stops %s alone where it can't be read: nobody knows whose that is", (_, path, marked) => {
    const other = tapMark("tap9");
    for (const text of ["", "{", "null", '{"owner": 1}', "[".repeat(100_000)]) {
      const facts = hostWith({ [`mark:${path}`]: text, [`mark:${other}`]: '{"owner": "urn:x"}' });
      expect(told(facts)).toEqual([expect.stringContaining(`the record of an owner can't be read: ${path} `)]);
      expect(found(facts)).toEqual(told(facts));
      expect(() => marked(facts)).toThrow(path);
      expect(ownerMarkOf(facts, other)?.owner).toBe("urn:x");
      expect(planned(facts).differences).toEqual([]);
    }
    expect(marked(hostWith({ [`mark:${path}`]: '{"owner": "urn:x"}' }))).toMatchObject({ mark: { owner: "urn:x" } });
  });
});

describe("a neighbour that can't be read", () => {
  it("stops only the bridge that would take it along", () => {
    const odd = (dev: string) => hostWith({ neighbours: JSON.stringify([{ dst: 1, dev }]) });
    expect(planned(odd("virbr9")).differences).toEqual([]);
    expect(() => planned(odd("br0"))).toThrow("a neighbour on br0 can't be read");
  });
});

describe("a VM's XML", () => {
  const deep = (levels: number) => "<a>".repeat(levels) + "</a>".repeat(levels);

  it("may have anything in its metadata", () => {
    for (const inside of ["<constructor/>", "<__proto__>x</__proto__>", "<hasOwnProperty a='1'/>", deep(300)]) {
      const facts = hostWith({ libvirt: vm("web", web, `  <metadata>${inside}</metadata>\n`) });
      expect(told(facts)).toEqual([]);
      expect(facts.libvirt?.domains.map(({ name }) => name)).toEqual(["web"]);
    }
  });

  it("that can't be read stops that VM alone", () => {
    for (const inside of [`<devices>${deep(300)}</devices>`, "<devices><__proto__/></devices", "x".repeat(1_100_000)]) {
      const facts = hostWith({ libvirt: vm("web", web, inside) + vm("db", db) });
      expect(told(facts)).toEqual([expect.stringContaining("the VM web can't be read: ")]);
      expect(found(facts)).toEqual(told(facts));
      const libvirt = libvirtOf(facts, "kvm1");
      expect(findDomain(libvirt, "db")?.uuid).toBe(db);
      expect(findDomain(libvirt, "mail")).toBeUndefined();
      // Neither by its name nor by its UUID is it taken for gone.
      for (const one of ["web", web]) expect(() => findDomain(libvirt, one)).toThrow("the VM web can't be read");
      expect(planned(facts).differences).toEqual([]);
    }
  });

  it("with a line feed in its name is that of no VM, and makes no line of its own", () => {
    const facts = hostWith({ libvirt: vm("web\n└─ VM mail", web) + vm("db", db) });
    expect(told(facts)).toEqual(["the VM web └─ VM mail can't be read: its name has control characters in it"]);
    expect(facts.libvirt?.domains.map(({ name }) => name)).toEqual(["db"]);
  });

  it("that does not even tell its name may be of any VM that is not there", () => {
    const facts = hostWith({ libvirt: `\fdomain ${web}\f\nrunning\n\f\n<domain>\n\f\nx\n${vm("db", db)}` });
    const libvirt = libvirtOf(facts, "kvm1");
    expect(findDomain(libvirt, "db")?.uuid).toBe(db);
    expect(() => findDomain(libvirt, "mail")).toThrow(web);
  });
});

describe("an interface", () => {
  const odd = { ifindex: 99, ifname: "odd0", mtu: "many", flags: [] };
  const host = (...more: unknown[]) => hostWith({ addresses: JSON.stringify([...links, ...more]) });

  it("that can't be read stops nothing that has nothing to do with it", () => {
    const facts = host(odd);
    expect(told(facts)).toEqual([
      expect.stringMatching(/^the interface odd0 can't be read: it is not as expected at mtu: /),
    ]);
    expect(planned(facts).differences).toEqual([]);
    expect(() => planned(facts, "odd0")).toThrow("the interface odd0");
  });

  it("that is a port of a bridge stops that bridge", () => {
    expect(() => planned(host({ ...odd, master: "br0" }))).toThrow("the interface odd0");
  });

  it("without a name may be any", () => {
    expect(() => planned(host({ ...odd, ifname: ["br0"] }))).toThrow("an interface can't be read");
    expect(() => planned(host(null))).toThrow("an interface can't be read");
  });

  test.each([
    ["prints nothing", "", 0],
    ["prints no JSON", "[{]", 0],
    ["fails", "", 1],
    ["does not end", "", 124],
  ])("is not taken for gone where ip %s", (_, printed, code) => {
    const facts = hostWith({ addresses: printed }, { addresses: code });
    expect(told(facts)).toHaveLength(1);
    expect(() => planned(facts)).toThrow("`ip -j -d address` can't be read");
  });
});

test("a netplan file that is no UTF-8, and so would come back as another, stops the host's bridges and nothing else", () => {
  const path = "/etc/netplan/99-latin.yaml";
  const facts = hostWith({
    [`netplan:${path}`]: Buffer.from("# f\xfcr\nnetwork: {}\n", "latin1"),
    libvirt: vm("web", web),
  });
  expect(told(facts)).toEqual([`${path} can't be read: it is no UTF-8`]);
  expect(() => planned(facts)).toThrow(path);
  expect(findDomain(libvirtOf(facts, "kvm1"), "web")?.name).toBe("web");
});

test("a tool that the host does not have has nothing to tell", () => {
  for (const name of ["networkManager", "nft", "routes6"])
    expect(told(hostWith({ [name]: "" }, { [name]: 127 }))).toEqual([]);
});

test("an empty netplan file is one that says nothing", () => {
  expect(planned(hostWith({ "netplan:/etc/netplan/00-empty.yaml": "" })).differences).toEqual([]);
});

test("of a thousand things that can't be read, the first are told, and that there are more", () => {
  const many = Object.fromEntries(
    [...Array(1000).keys()].map((at) => [`record:/var/lib/kvmnet/bridges/b${at}.json`, ""]),
  );
  const facts = hostWith(many);
  expect(facts.unreadable.length).toBeLessThan(60);
  // The last one is not among them by its name, and is not taken for one that was never there.
  expect(() => planned(facts, "b999")).toThrow("can't be read");
});
