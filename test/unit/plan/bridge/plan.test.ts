import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { parseFacts } from "../../../../provider/host/facts/parseFacts";
import type { Change } from "../../../../provider/host/transaction/change";
import { type BridgeInputs, bridge } from "../../../../provider/resources/bridge/definition";
import { planLeave } from "../../../../provider/resources/bridge/leave";
import { planBridge } from "../../../../provider/resources/bridge/plan";
import { planUpdate } from "../../../../provider/resources/bridge/planUpdate";
import { planRestore } from "../../../../provider/resources/bridge/restore";
import { expectGolden } from "../../support/golden";
import { recordedHost } from "../../support/recordedHosts";

const cases = join(__dirname, "cases");
const owner = "urn:x::br";

/**
 * A case: case.yaml has the host that it is on, of test/unit/hosts, what facts.sh prints of it otherwise, and the bridge
 * that is wanted; change.yaml all that follows.
 */
function read(name: string, order = (inputs: BridgeInputs) => inputs) {
  const { host, differs, inputs } = parse(readFileSync(join(cases, name, "case.yaml"), "utf8"));
  const facts = parseFacts(recordedHost(host, differs));
  const wanted = order(bridge.inputs.parse({ connection: { host: "kvm1.example" }, ...inputs }));
  const [was = wanted.name] = facts.records.keys();
  const plan = planUpdate(facts, wanted, owner, was);
  return { facts, plan };
}

/** JSON is one value a line too: it is written without white space. */
function shown(path: string, text: string): unknown {
  if (!path.endsWith(".json")) return text;
  const value: unknown = JSON.parse(text);
  expect(text.trimEnd()).toBe(JSON.stringify(value));
  return value;
}

function expectChange(
  name: string,
  file: string,
  { change, ...rest }: { readonly change: Change; readonly [other: string]: unknown },
): void {
  const files = Object.fromEntries([...change.files].map(([path, text]) => [path, shown(path, text)]));
  const got = { ...rest, change: { ...change, files } };
  expectGolden(
    stringify(got, { lineWidth: 0, aliasDuplicateObjects: false, blockQuote: "literal" }),
    join(cases, name, file),
  );
}

test.each(readdirSync(cases))("%s", (name) => {
  const { change, differences, wanted, previousConfig } = read(name).plan;
  expectChange(name, "change.yaml", { differences, wanted, previousConfig, change });
});

const bridged = readdirSync(cases).filter((name) => existsSync(join(cases, name, "restore.yaml")));

test.each(bridged)("%s: and what destroy does there", (name) => {
  const { facts } = read(name);
  for (const [bridge, { previousConfig }] of facts.records) {
    const { change, uplink, kept, wanted } = planRestore(facts, bridge, previousConfig, { timeout: 60 });
    expectChange(name, "restore.yaml", { uplink: uplink.name, kept, wanted, change });
  }
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

test("where the host has no address on a bridge, destroy demands no proof of its LAN, as its making did not", () => {
  const { facts, plan } = read("theSameAgainChangesNothing");
  const elsewhere = { ...facts, client: { address: "198.51.100.9", device: "vpn0", gateway: undefined } };
  const restored = (there: typeof facts) => planRestore(there, "br0", plan.previousConfig, { timeout: 60 });
  expect(restored(elsewhere).inside).toMatch(/over vpn0, not over/);
  const bare = elsewhere.links.map((link) => ({ ...link, addresses: [] }));
  expect(restored({ ...elsewhere, links: bare })).toMatchObject({ inside: undefined, change: { proofs: [] } });
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
  const plan = planBridge(owned, inputs, "urn:pulumi:dev::homelab::t::new", { takesOver: true });
  expect(plan.differences).toEqual([]);
  expect(JSON.parse(plan.record)).toEqual({ ...record, owner: "urn:pulumi:dev::homelab::t::new" });
  expect(() => planBridge(owned, inputs, "urn:pulumi:dev::homelab::t::new")).toThrow(/belongs to/);
  expect(() => planBridge(owned, inputs, "urn:pulumi:prod::homelab::t::new", { takesOver: true })).toThrow(
    /belongs to/,
  );
});

test("an uplink whose name changed since, which netplan knows by another thing, is the bridge's port all the same", () => {
  const { facts } = read("theSameAgainChangesNothing");
  const inputs = bridge.inputs.parse({ connection: { host: "kvm1.example" } });
  const links = facts.links.map((link) => (link.name === "enp1s0" ? { ...link, name: "enp9s0" } : link));
  const { differences, uplink } = planBridge({ ...facts, links }, inputs, owner);
  expect({ differences, uplink: uplink?.name }).toEqual({ differences: [], uplink: "enp9s0" });
});

test("a hand-made interface of the name is refused", () => {
  const { facts } = read("theSameAgainChangesNothing");
  const inputs = bridge.inputs.parse({ connection: { host: "kvm1.example" } });
  const netplan = new Map([...facts.netplan].filter(([path]) => !path.includes("kvmnet")));
  const handMade = { ...facts, netplan, records: new Map() };
  expect(() => planBridge(handMade, inputs, owner)).toThrow(/has an interface br0 already/);
});

test.each([
  [
    "that is on other ports",
    { master: "br0" },
    "enp2s0",
    /br0 already, with the ports enp1s0, enp2s0, and the program wants one on/,
  ],
  [
    "that netplan did not make",
    { networkFile: "/etc/systemd/network/br0.network" },
    "br0",
    /nor netplan, networkd, ifupdown or NetworkManager from their files/,
  ],
])("a hand-made bridge %s is refused", (_, now, link, words) => {
  const { facts } = read("aHandMadeBridgeAsWantedIsLeftAlone");
  const inputs = bridge.inputs.parse({ connection: { host: "kvm1.example" }, uplink: "enp1s0" });
  const first = facts.links.find(({ name }) => name === "enp1s0");
  const all = [...facts.links, ...(first ? [{ ...first, index: 9, name: "enp2s0", master: undefined }] : [])];
  const links = all.map((one) => (one.name === link ? { ...one, ...now } : one));
  expect(() => planBridge({ ...facts, links }, inputs, owner)).toThrow(words);
});

test.each([
  [{ mtu: 1400 }, /^mtu: br0 is not so by \/etc\/systemd\/network\/10-br0\.network, which kvmnet does not change/],
  [{ stp: true, forwardDelay: 4 }, /^stp: .*\(stp, forwardDelay\)/],
  [{ addressing: { dhcp4: true, dhcp6: false, addresses: [] } }, /^addressing: br0 is not so/],
])("a hand-made bridge of networkd's files is not changed: %j", (inputs, words) => {
  expect(() => read("aHandMadeBridgeOfNetworkdsFilesIsLeftAlone", (wanted) => ({ ...wanted, ...inputs }))).toThrow(
    words,
  );
});

test("an MTU that IPv6 does not take is refused where the host has IPv6, and nowhere else", () => {
  const { facts } = read("dhcpOnDebian12");
  const inputs = bridge.inputs.parse({ connection: { host: "kvm1.example" }, mtu: 1279 });
  const without = facts.links.map((link) => ({
    ...link,
    addresses: link.addresses.filter(({ family }) => family === "inet"),
  }));
  expect(() => planBridge(facts, inputs, owner)).toThrow(/^mtu: 1279 is too small for IPv6, which enp1s0 has/);
  expect(() => planBridge(facts, { ...inputs, mtu: 1280 }, owner)).not.toThrow();
  expect(() => planBridge({ ...facts, links: without }, inputs, owner)).not.toThrow();
});

test("an engine that is heard behind the uplink that a bridge leaves is on the LAN", () => {
  const { facts } = read("anotherUplinkTakesTheBridgesAddressing");
  const client = { address: "192.0.2.66", device: "br0", gateway: undefined };
  const heard = { address: client.address, mac: "02:00:00:00:00:66", device: "br0", reachable: true, port: "enp1s0" };
  const inputs = bridge.inputs.parse({ connection: { host: "kvm1.example" }, uplink: "enp2s0" });
  const there = { ...facts, client, neighbours: [heard] };
  expect(there.links).toContainEqual(expect.objectContaining({ name: "enp1s0", kind: "veth" }));
  expect(planUpdate(there, inputs, owner, "br0").inside).toBeUndefined();
});

describe("a hand-made bridge of networkd's files that was taken over", () => {
  const name = "aHandMadeBridgeOfNetworkdsFilesIsLeftAlone";
  const { facts, plan } = read(name);
  const record = JSON.parse(plan.record);
  const now = (link: object) => ({
    ...facts,
    records: new Map([["br0", record]]),
    links: facts.links.map((one) => (one.name === "br0" ? { ...one, ...link } : one)),
  });
  const planned = (link: object, inputs: object = {}) =>
    planBridge(now(link), bridge.inputs.parse({ connection: { host: "kvm1.example" }, ...inputs }), owner);

  test("has drifted where a hand has changed it in the kernel, and is put right", () => {
    const { differences, change } = planned({ stp: true, forwardDelay: 15 });
    expect(differences).toEqual(["STP on br0 is on", "the forward delay of br0 is 15 s instead of 0 s"]);
    expect(change.apply).toContain("link set dev br0 type bridge stp_state 0");
  });

  test("is refused another one than its files have, unless a hand has made it so", () => {
    expect(() => planned({}, { forwardDelay: 4 })).toThrow(/^forwardDelay: br0 is not so by .*10-br0\.network/);
    expect(planned({ forwardDelay: 4 }, { forwardDelay: 4 }).differences).toEqual([]);
  });
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
    const left = planLeave(changed, "br0", {}, { timeout: 60 });
    expect(left?.change.apply).toEqual(
      expect.arrayContaining(["link set dev enp1s0 mtu 1500", "link set dev br0 mtu 1400"]),
    );
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

test("an address that networkd has leased, which for the kernel is there for ever, goes where there was another one", () => {
  const { facts } = read("theSameAgainChangesNothing");
  const fixed = "network:\n  ethernets:\n    enp1s0:\n      addresses: [192.0.2.100/24]\n";
  const { planned } = planRestore(facts, "br0", { "/etc/netplan/01-netcfg.yaml": fixed }, { timeout: 60 });
  expect(planned.dropped).toMatchObject([{ local: "192.0.2.190" }]);
});

test("an address that a router has the host make for ever is the router's: a link with another MAC address has another one", () => {
  const facts = parseFacts(recordedHost("policyRoutes"));
  const uplink = facts.links.find(({ name }) => name === "enp1s0");
  const made = uplink?.addresses.filter(({ family, dynamic }) => family === "inet6" && dynamic);
  expect(made?.map(({ local }) => local)).toContain("2001:db8:0:1:41:fbff:fe21:da49");
  expect(made?.map(({ local }) => local)).not.toContain("2001:db8:0:1::100");
});

test("destroy gives the addressing to the record's uplink, whatever other NIC a hand put into the bridge", () => {
  const { facts, plan } = read("theSameAgainChangesNothing");
  const first = facts.links.find(({ name }) => name === "enp1s0");
  if (!first) throw new Error("the host has no enp1s0");
  const links = [{ ...first, index: 1, name: "enp0s9" }, ...facts.links];
  const { change, uplink } = planRestore({ ...facts, links }, "br0", plan.previousConfig, { timeout: 60 });
  expect(uplink.name).toBe("enp1s0");
  expect(change.apply).toContain("link set dev enp1s0 nomaster");
  expect(change.apply.join()).not.toContain("enp0s9");
  expect(change.rollback).toContain("link set dev enp0s9 up master br0");
});

test("an uplink by an alternative name, of any length, is the NIC by its own", () => {
  const name = "enp-a-name-longer-than-the-kernel-has-them";
  const facts = parseFacts(recordedHost("static"));
  const links = facts.links.map((link) => (link.name === "enp1s0" ? { ...link, altNames: [name] } : link));
  const inputs = bridge.inputs.parse({ connection: { host: "kvm1.example" }, uplink: name });
  expect(planBridge({ ...facts, links }, inputs, owner).uplink?.name).toBe("enp1s0");
  expect(() => planBridge(facts, inputs, owner)).toThrow(/has no interface enp-a-name/);
});

describe("an uplink that can't become a port with what netplan's files say of it is refused by the key", () => {
  const wanted = bridge.inputs.parse({ connection: { host: "kvm1.example" } });
  const said = (entry: string) =>
    parseFacts(
      recordedHost("static", { "netplan:/etc/netplan/01-netcfg.yaml": `network: {ethernets: {enp1s0: ${entry}}}\n` }),
    );

  test.each([
    ["activation-mode", "{activation-mode: manual, dhcp4: true}", /activation-mode in \/etc\/netplan\/01-netcfg\.yaml/],
    ["auth", "{auth: {key-management: 802.1x, password: s3cret}}", /the key auth in/],
    ["openvswitch", "{openvswitch: {external-ids: {a: b}}}", /the key openvswitch in/],
    ["infiniband-mode", "{infiniband-mode: connected}", /the key infiniband-mode in/],
    ["one that is not known", "{dhcp4: true, dhcp7: true}", /the key dhcp7 in .* knows netplan's keys up to 1\.2/],
  ])("%s", (_, entry, words) => {
    expect(() => planBridge(said(entry), wanted, owner)).toThrow(words);
    expect(() => planBridge(said(entry), wanted, owner)).not.toThrow(/s3cret/);
  });

  test("destroy asks for none of them: the NIC is to have again what it had", () => {
    const { facts, plan } = read("theSameAgainChangesNothing");
    const [path = "", text = ""] = Object.entries(plan.previousConfig)[0] ?? [];
    const before = { [path]: text.replace("dhcp4: true", "dhcp4: true\n      activation-mode: manual") };
    expect(planRestore(facts, "br0", before, { timeout: 60 }).change.files.get(path)).toContain("dhcp4: true");
  });
});
