import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { parseFacts } from "../../../../provider/host/facts/parseFacts";
import { type BridgeInputs, bridge } from "../../../../provider/resources/bridge/definition";
import { planBridge } from "../../../../provider/resources/bridge/plan";
import { planUpdate } from "../../../../provider/resources/bridge/planUpdate";
import { planRestore } from "../../../../provider/resources/bridge/restore";

const cases = join(__dirname, "cases");
const owner = "urn:x::br";

/**
 * A case: facts.txt is what a real host printed, inputs.yaml the bridge that is wanted; change.yaml all that follows.
 */
function read(name: string, order = (inputs: BridgeInputs) => inputs) {
  const facts = parseFacts(readFileSync(join(cases, name, "facts.txt")));
  const inputs = parse(readFileSync(join(cases, name, "inputs.yaml"), "utf8"));
  const wanted = order(bridge.inputs.parse({ connection: { host: "kvm1.example" }, ...inputs }));
  const [was = wanted.name] = facts.records.keys();
  const plan = planUpdate(facts, wanted, owner, was);
  return { facts, plan };
}

const plain = (value: object) => parse(stringify(value, { aliasDuplicateObjects: false }));

test.each(readdirSync(cases))("%s", (name) => {
  const { plan } = read(name);
  const { change, differences, wanted, previousConfig } = plan;
  const got = plain({
    differences,
    wanted,
    previousConfig,
    change: { ...change, files: Object.fromEntries(change.files) },
  });
  expect(got).toEqual(parse(readFileSync(join(cases, name, "change.yaml"), "utf8")));
});

/** The engine sorts the keys of what it keeps in the state. */
const asKept = <T>(value: T): T => parse(stringify(value, { sortMapEntries: true }));

test.each(readdirSync(cases))("%s: the same to a read, from the inputs that the state keeps", (name) => {
  expect(read(name, asKept).plan).toEqual(read(name).plan);
});

test("restoring removes what was written, and puts back what was there", () => {
  const { facts, plan } = read("theSameAgainChangesNothing");
  const { change, kept } = planRestore(facts, "br0", plan.previousConfig, { timeout: 60 });
  expect(Object.fromEntries(change.files)).toEqual(plan.previousConfig);
  expect(change.remove).toEqual([...Object.keys(plan.config), "/var/lib/kvmnet/bridges/br0.json"]);
  expect(change.deleteOnApply).toEqual(["br0"]);
  expect(kept).toEqual([]);
});

test("a bridge of another program's is refused, with its owner", () => {
  const { facts } = read("theSameAgainChangesNothing");
  const inputs = bridge.inputs.parse({ connection: { host: "kvm1.example" } });
  expect(() => planBridge(facts, inputs, "urn:y::other")).toThrow(/br0 belongs to urn:x::br/);
});

test("a resource that is new takes the bridge of an earlier one of its stack, and of no other", () => {
  const { facts } = read("theSameAgainChangesNothing");
  const inputs = bridge.inputs.parse({ connection: { host: "kvm1.example" } });
  const record = facts.records.get("br0");
  if (!record) throw new Error("the host has no record of br0");
  const owned = { ...facts, records: new Map([["br0", { ...record, owner: "urn:pulumi:dev::homelab::t::old" }]]) };
  const plan = planBridge(owned, inputs, "urn:pulumi:dev::homelab::t::new", true);
  expect(plan.differences).toEqual([]);
  expect(JSON.parse(plan.record)).toEqual({ ...record, owner: "urn:pulumi:dev::homelab::t::new" });
  expect(() => planBridge(owned, inputs, "urn:pulumi:dev::homelab::t::new")).toThrow(/belongs to/);
  expect(() => planBridge(owned, inputs, "urn:pulumi:prod::homelab::t::new", true)).toThrow(/belongs to/);
});

test("an uplink whose name changed since, which netplan knows by another thing, is the bridge's port all the same", () => {
  const { facts } = read("theSameAgainChangesNothing");
  const inputs = bridge.inputs.parse({ connection: { host: "kvm1.example" } });
  const links = facts.links.map((link) => (link.name === "enp1s0" ? { ...link, name: "enp9s0" } : link));
  const { differences, uplink } = planBridge({ ...facts, links }, inputs, owner);
  expect({ differences, uplink: uplink.name }).toEqual({ differences: [], uplink: "enp9s0" });
});

test("a hand-made interface of the name is refused", () => {
  const { facts } = read("theSameAgainChangesNothing");
  const inputs = bridge.inputs.parse({ connection: { host: "kvm1.example" } });
  expect(() => planBridge({ ...facts, records: new Map() }, inputs, owner)).toThrow(/has an interface br0 already/);
});

test.each([
  [
    "that is on other ports",
    { master: "br0" },
    "enp2s0",
    /br0 already, with the ports enp1s0, enp2s0; wanted is one on/,
  ],
  [
    "that netplan did not make",
    { networkFile: "/etc/systemd/network/br0.network" },
    "br0",
    /nor netplan from its files/,
  ],
])("a hand-made bridge %s is refused", (_, now, link, words) => {
  const { facts } = read("aHandMadeBridgeAsWantedIsLeftAlone");
  const inputs = bridge.inputs.parse({ connection: { host: "kvm1.example" }, uplink: "enp1s0" });
  const first = facts.links.find(({ name }) => name === "enp1s0");
  const all = [...facts.links, ...(first ? [{ ...first, index: 9, name: "enp2s0", master: undefined }] : [])];
  const links = all.map((one) => (one.name === link ? { ...one, ...now } : one));
  expect(() => planBridge({ ...facts, links }, inputs, owner)).toThrow(words);
});

test("a bridge that was found stays on its uplink, as the user's files have it there", () => {
  const { facts } = read("aHandMadeBridgesForwardDelayGoesIntoKvmnetsFile");
  const found = { files: ["/etc/netplan/60-bridge.yaml"], macAddress: "02:00:00:00:00:01" };
  const other = facts.links.flatMap((link) =>
    link.name === "enp1s0" ? [{ ...link, name: "enp2s0", master: undefined }] : [],
  );
  const records = new Map([["br0", { owner, uplink: "enp1s0", previousConfig: {}, found }]]);
  const inputs = bridge.inputs.parse({ connection: { host: "kvm1.example" }, uplink: "enp2s0" });
  expect(() => planUpdate({ ...facts, links: [...facts.links, ...other], records }, inputs, owner, "br0")).toThrow(
    /^uplink: br0 was made by hand on enp1s0 \(\/etc\/netplan\/60-bridge\.yaml\), and stays there/,
  );
});

test("a bridge that was found gives its NIC its addressing, and its DHCP identity", () => {
  const { facts } = read("aHandMadeBridgesForwardDelayGoesIntoKvmnetsFile");
  const { change } = planRestore(facts, "br0", {}, { timeout: 60 });
  expect(Object.fromEntries(change.files)).toEqual({
    "/etc/netplan/01-netcfg.yaml":
      "# kvm2, by hand\nnetwork:\n  version: 2\n  ethernets:\n    enp1s0:\n      dhcp4: true\n",
    "/etc/systemd/network/10-netplan-enp1s0.network.d/kvmnet-identity.conf": expect.stringMatching(/^IAID=\d+$/m),
  });
  expect(change.deleteOnApply).toEqual(["br0"]);
});

describe("a hand-made bridge whose MTU is unlike its port's", () => {
  const { facts } = read("aHandMadeBridgesForwardDelayGoesIntoKvmnetsFile");
  const netplan = new Map(
    [...facts.netplan].map(([path, text]) => [path, text.replace(/br0:\n/, "$&      mtu: 1400\n")]),
  );
  const small = {
    ...facts,
    netplan,
    links: facts.links.map((link) => (link.name === "br0" ? { ...link, mtu: 1400 } : link)),
  };
  const said = (mtu?: number) => bridge.inputs.parse({ connection: { host: "kvm1.example" }, forwardDelay: 15, mtu });

  test("is as wanted where the program says none", () => {
    expect(planBridge(small, said(), owner).differences).toEqual([]);
    expect(planBridge({ ...small, links: facts.links }, said(), owner).differences).toEqual([
      "the MTU of br0 is 1500 instead of 1400",
    ]);
  });

  test("gives it to its port, for good, where the program says it", () => {
    const { differences, config, change } = planBridge(small, said(1400), owner);
    expect(differences[0]).toBe("the MTU of the port enp1s0 is 1500 instead of 1400");
    expect(parse(config["/etc/netplan/80-kvmnet-br0.yaml"] ?? "").network).toMatchObject({
      ethernets: { enp1s0: { mtu: 1400 } },
      bridges: { br0: { mtu: 1400 } },
    });
    const changed = {
      ...small,
      netplan: new Map([...netplan, ...Object.entries(config)]),
      links: small.links.map((link) => ({ ...link, mtu: 1400 })),
    };
    expect(planBridge(changed, said(1400), owner).differences).toEqual([]);
    expect(planBridge(changed, said(), owner).change.apply).toContain("link set dev enp1s0 mtu 1500");
    expect(planRestore(changed, "br0", {}, { timeout: 60 }).change.apply).toContain("link set dev enp1s0 up mtu 1500");
    expect(change.rollback).toContain("link set dev enp1s0 mtu 1500");
  });
});

test("cloud-init has the network again once no bridge is left that was made of its file", () => {
  const { facts, plan } = read("whatCloudInitConfiguredStaysChanged");
  const file = "/etc/cloud/cloud.cfg.d/99-kvmnet-disable-network-config.cfg";
  const record = JSON.parse(plan.record);
  const cloudConfig = new Map([[file, plan.config[file] ?? ""]]);
  const removed = (records: (typeof facts)["records"]) =>
    planRestore({ ...facts, cloudConfig, records }, "br0", plan.previousConfig, { timeout: 60 }).change.remove;
  expect(removed(new Map([["br0", record]]))).toContain(file);
  expect(removed(new Map([["br0", record]]).set("br1", record))).not.toContain(file);
});

test("cloud-init keeps off where a bridge was moved to another uplink", () => {
  const { facts, plan } = read("anotherUplinkTakesTheBridgesAddressing");
  const cloudConfig = new Map([["/etc/cloud/cloud.cfg.d/99-kvmnet-disable-network-config.cfg", ""]]);
  const records = new Map([["br0", JSON.parse(plan.record)]]);
  const { change } = planRestore({ ...facts, records, cloudConfig }, "br0", {}, { timeout: 60 });
  expect(change.remove).not.toContainEqual(expect.stringMatching(/cloud\.cfg\.d/));
});

test("cloud-init keeps off where a bridge that was found in its file is no more", () => {
  const { facts } = read("aHandMadeBridgesForwardDelayGoesIntoKvmnetsFile");
  const netplan = new Map([...facts.netplan].map(([path, text]) => [path.replace("01-netcfg", "50-cloud-init"), text]));
  const { change } = planRestore({ ...facts, netplan, cloudInit: true }, "br0", {}, { timeout: 60 });
  expect([...change.files]).toContainEqual([expect.stringMatching(/cloud\.cfg\.d/), expect.stringMatching(/disabled/)]);
});

test("an address that networkd has leased, which for the kernel is there for ever, goes where there was another one", () => {
  const { facts } = read("theSameAgainChangesNothing");
  const fixed = "network:\n  ethernets:\n    enp1s0:\n      addresses: [192.0.2.100/24]\n";
  const { planned } = planRestore(facts, "br0", { "/etc/netplan/01-netcfg.yaml": fixed }, { timeout: 60 });
  expect(planned.leaving).toMatchObject([{ local: "192.0.2.190" }]);
});
