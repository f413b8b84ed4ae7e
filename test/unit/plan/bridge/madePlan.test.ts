import { type Facts, linkNamed } from "../../../../provider/host/facts/facts";
import { parseFacts } from "../../../../provider/host/facts/parseFacts";
import type { BridgePlan } from "../../../../provider/resources/bridge/bridgePlan";
import { bridge } from "../../../../provider/resources/bridge/definition";
import { isVirtualUplink, planDissolve } from "../../../../provider/resources/bridge/dissolve";
import { planUpdate } from "../../../../provider/resources/bridge/planUpdate";
import { recordedHost } from "../../support/recordedHosts";
import { afterChange } from "../preview/network";

const owner = "urn:x::br";

const planned = (facts: Facts, inputs: object, was?: string): BridgePlan => {
  const wanted = bridge.inputs.parse({ connection: { host: "kvm1.example" }, ...inputs });
  return planUpdate(facts, wanted, owner, was ?? wanted.name);
};

/** The host once networkd has taken the change over, with kvmnet's record of it. */
function done(facts: Facts, { change, wanted, record }: BridgePlan): Facts {
  const after = afterChange(facts, change);
  const taken = new Set(change.createOnApply.map((line) => line.split(" ")[0]));
  return {
    ...after,
    links: after.links.map((link) =>
      taken.has(link.name)
        ? {
            ...link,
            networkdState: "configured",
            networkFile: `/run/systemd/network/10-netplan-${link.name}.network`,
          }
        : link,
    ),
    records: new Map([...facts.records, [wanted.name, JSON.parse(record)]]),
  };
}

const onVlan = (vlan: number) => ({ name: "br20", uplink: { link: "enp1s0", vlan } });

test.each([
  ["on nothing", "static", { name: "br9", uplink: "none" }],
  ["on a VLAN", "static", onVlan(20)],
  ["on a VLAN of another bridge's uplink", "bridged", onVlan(20)],
  [
    "on a VLAN, with an address and an MTU",
    "static",
    { ...onVlan(20), mtu: 1400, addressing: { addresses: ["198.51.100.2/24"] } },
  ],
])(
  "a bridge %s is as wanted once it is made, and again where the program no more says its uplink",
  (_, host, inputs) => {
    const facts = parseFacts(recordedHost(host));
    const first = planned(facts, inputs);
    expect(first.differences).toContain(`the bridge ${inputs.name} is not there`);
    const after = done(facts, first);
    expect(planned(after, inputs).differences).toEqual([]);
    const { uplink: _uplink, ...rest } = inputs;
    expect(planned(after, rest).differences).toEqual([]);
  },
);

test("a VLAN that somebody deleted is made again", () => {
  const facts = parseFacts(recordedHost("static"));
  const after = done(facts, planned(facts, onVlan(20)));
  const links = after.links.filter(({ name }) => name !== "enp1s0.20");
  const { differences, change } = planned({ ...after, links }, onVlan(20));
  expect(differences).toEqual(["the uplink enp1s0.20 is not there"]);
  expect(change.createOnApply).toEqual(["enp1s0.20 enp1s0 20 10-netplan-enp1s0.network"]);
});

test("another number is another VLAN: the bridge leaves the old one before it has the new one", () => {
  const facts = parseFacts(recordedHost("static"));
  const after = done(facts, planned(facts, onVlan(20)));
  const { change, record } = planned(after, onVlan(30));
  expect(change.createOnApply).toEqual(["enp1s0.30 enp1s0 30 10-netplan-enp1s0.network"]);
  expect(change.deleteOnApply).toEqual(["enp1s0.20"]);
  expect(change.createOnRollback).toEqual(["enp1s0.20 enp1s0 20"]);
  expect(change.deleteOnRollback).toEqual(["enp1s0.30"]);
  const leaves = change.apply.indexOf("link set dev enp1s0.20 nomaster");
  expect(leaves).toBeGreaterThanOrEqual(0);
  expect(change.apply.indexOf("link set dev enp1s0.30 up master br20")).toBeGreaterThan(leaves);
  expect(JSON.parse(record)).toMatchObject({ uplink: "enp1s0.30", vlan: { link: "enp1s0", vlan: 30 } });
});

test("destroy takes the VLAN away with its bridge, and none of the user's files is touched", () => {
  const facts = parseFacts(recordedHost("static"));
  const after = done(facts, planned(facts, onVlan(20)));
  expect(isVirtualUplink(after, "br20", "enp1s0.20")).toBe(true);
  const { change } = planDissolve(after, "br20", "enp1s0.20", { timeout: 60 });
  expect([...change.files]).toEqual([]);
  expect(change.remove).toEqual(["/etc/netplan/80-kvmnet-br20.yaml", "/var/lib/kvmnet/bridges/br20.json"]);
  expect(change.deleteOnApply).toEqual(["br20", "enp1s0.20"]);
  expect(change.createOnRollback).toEqual(["br20", "enp1s0.20 enp1s0 20"]);
  const over = { ...after, sshAddress: "198.51.100.2" };
  const address = linkNamed(facts, "enp1s0")?.addresses.map((one) => ({ ...one, local: "198.51.100.2" })) ?? [];
  const links = over.links.map((link) => (link.name === "br20" ? { ...link, addresses: address } : link));
  expect(() => planDissolve({ ...over, links }, "br20", "enp1s0.20", { timeout: 60 })).toThrow(
    /br20 has the address that this SSH connection comes in at \(198\.51\.100\.2\)/,
  );
});

test("a name that is too long for the kernel is the VLAN's number", () => {
  const facts = parseFacts(recordedHost("static"));
  const links = facts.links.map((link) => (link.name === "enp1s0" ? { ...link, altNames: ["lan"] } : link));
  const { wanted } = planned({ ...facts, links }, { name: "br20", uplink: { link: "lan", vlan: 20 } });
  expect(wanted.uplink).toBe("enp1s0.20");
  const long = "enp123s45f67np8";
  const renamed = facts.links.map((link) => (link.name === "enp1s0" ? { ...link, name: long } : link));
  const onLong = { name: "br20", uplink: { link: long, vlan: 4094 } };
  expect(planned({ ...facts, links: renamed }, onLong).wanted.uplink).toBe("vlan4094");
});

test.each<[string, string, object, RegExp]>([
  [
    "the bridge instead of its NIC",
    "bridged",
    { name: "br20", uplink: { link: "br0", vlan: 20 } },
    /^uplink\.link: br0 is a bridge\. A VLAN is made on its uplink, .*: write link: enp1s0\.$/,
  ],
  [
    "a port of a bond",
    "bondAndVlan",
    { name: "br30", uplink: { link: "enp1s0", vlan: 30 } },
    /^uplink\.link: enp1s0 is in the bond bond0: write link: bond0\.$/,
  ],
  [
    "a VLAN of a VLAN",
    "bondAndVlan",
    { name: "br30", uplink: { link: "storage", vlan: 30 } },
    /^uplink\.link: storage is a VLAN itself; write what it is on\.$/,
  ],
  [
    "a VLAN that the host has",
    "bondAndVlan",
    { name: "br20", uplink: { link: "bond0", vlan: 20 } },
    /^uplink: the host has VLAN 20 of bond0 already, as storage: write uplink: storage, /,
  ],
  [
    "a link that is not there",
    "static",
    { name: "br20", uplink: { link: "enp9s0", vlan: 20 } },
    /^uplink\.link: the host has no interface enp9s0\.$/,
  ],
  [
    "more than its link has",
    "static",
    { ...onVlan(20), mtu: 9000 },
    /^mtu: 9000 is more than enp1s0 has \(1500\), over which the VLAN's frames go\. Write 1500 or less/,
  ],
  [
    "a bridge on a NIC",
    "bridged",
    { name: "br0", uplink: "none" },
    /^uplink: br0 is on enp1s0, and can't be put on no uplink in place\. Take another name/,
  ],
  [
    "a bridge that a hand has made",
    "handMadeBridge",
    { name: "br0", uplink: "none" },
    /^name: the host has a bridge br0 already, made by hand, with the ports enp1s0, and the program wants one on no uplink\./,
  ],
])("a VLAN or no uplink is refused in words: %s", (_, host, inputs, words) => {
  expect(() => planned(parseFacts(recordedHost(host)), inputs)).toThrow(words);
});

test("what was made for a bridge is not put on a NIC, nor under another name", () => {
  const facts = parseFacts(recordedHost("static"));
  const after = done(facts, planned(facts, onVlan(20)));
  expect(() => planned(after, { name: "br20", uplink: "enp1s0" })).toThrow(
    /^uplink: br20 is on VLAN 20 of enp1s0, and can't be put on a NIC of the host's in place\./,
  );
  expect(() => planned(after, { ...onVlan(20), name: "br21" }, "br20")).toThrow(
    /^name: br20 is on VLAN 20 of enp1s0, and can't become br21 in place\./,
  );
});
