import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { Facts } from "../../../../provider/host/facts/facts";
import { parseFacts } from "../../../../provider/host/facts/parseFacts";
import type { Change } from "../../../../provider/host/transaction/change";
import { type BridgeInputs, bridge } from "../../../../provider/resources/bridge/definition";
import { bridgeLifecycle } from "../../../../provider/resources/bridge/lifecycle";
import { planBridge } from "../../../../provider/resources/bridge/plan";
import { planUpdate } from "../../../../provider/resources/bridge/planUpdate";
import { repairsOf } from "../../../../provider/resources/bridge/repair";
import { planRestore } from "../../../../provider/resources/bridge/restore";
import { vlanWordsFor } from "../../../../provider/resources/bridge/vlans";
import { domain, link, nic } from "../../support/facts";
import { addBridge, applyBatch, applyVlans, deleteLink } from "../../support/kernel";
import { recordedHost } from "../../support/recordedHosts";

const owner = "urn:x::br";
const each = { pvid: 1, untagged: [1], tagged: [] };
const connection = { host: "kvm1.example" };
const inputs = (said: Partial<BridgeInputs> = {}) =>
  bridge.inputs.parse({ connection, vlanFiltering: true, vlans: [20, "100-102"], ...said });
const whole = { ...each, tagged: [20, 100, 101, 102] };

/** The host once a change is through: its files and its kernel; networkd has the bridge by its file. */
function whenMade(facts: Facts, { files, remove, ...change }: Change): Facts {
  const now = (map: ReadonlyMap<string, string>, folder: string) =>
    new Map(
      [...map, ...[...files].filter(([path]) => path.startsWith(folder))].filter(([path]) => !remove.includes(path)),
    );
  const made = change.createOnApply.reduce(addBridge, facts);
  const moved = applyVlans(applyBatch(made, [...change.apply, ...change.tidy]), change.vlansOnApply ?? []);
  const kernel = change.deleteOnApply.reduce(deleteLink, moved);
  const networkd = now(facts.networkd, "/etc/systemd/network/");
  const record = [...files].flatMap(([path, text]) => {
    const [, name] = /\/bridges\/(.*)\.json$/.exec(path) ?? [];
    return name === undefined ? [] : [[name, JSON.parse(text)] as const];
  });
  return {
    ...kernel,
    netplan: now(facts.netplan, "/etc/netplan/"),
    networkd,
    records: new Map(record),
    links: kernel.links.map((one) =>
      one.kind === "bridge" && record.some(([name]) => name === one.name)
        ? {
            ...one,
            networkdState: "configured",
            networkFile:
              [...networkd.keys()].find((path) => path.endsWith(`-kvmnet-bridge-${one.name}.network`)) ??
              `/run/systemd/network/10-netplan-${one.name}.network`,
          }
        : one,
    ),
  };
}

const portOf = (facts: Facts, name = "enp1s0") => facts.links.find((one) => one.name === name);
const bridgeOf = (facts: Facts, name = "br0") => facts.links.find((one) => one.name === name);
const changed = (facts: Facts, name: string, parts: Partial<Facts["links"][number]>): Facts => ({
  ...facts,
  links: facts.links.map((one) => (one.name === name ? { ...one, ...parts } : one)),
});
const withTap = (facts: Facts, on = "br0"): Facts => {
  const mine = nic("52:54:00:00:00:01", { tap: "vnet0", element: { vlan: { tag: { "@id": "20" } } }, bridge: on });
  const tap = link("vnet0", {
    ...{ index: 99, kind: "tun", master: on, portSettings: {} },
    vlans: { pvid: 20, untagged: [20], tagged: [] },
  });
  const libvirt = { silent: false, networks: [], domains: [domain("web", [mine])] };
  return { ...facts, links: [...facts.links, tap], libvirt };
};

describe.each(["static", "networkdByHand"])("A bridge that tells VLANs apart on the host %s", (name) => {
  const bare = parseFacts(recordedHost(name));
  const made = whenMade(bare, planBridge(bare, inputs(), owner).change);
  const differences = (facts: Facts, said = inputs()) => planBridge(facts, said, owner).differences;
  const told = (facts: Facts, said: BridgeInputs) => whenMade(facts, planUpdate(facts, said, owner, "br0").change);

  it("is as wanted once it is made, and nothing is to change then", () => {
    expect(bridgeOf(made)?.settings?.vlan_filtering).toBe(1);
    expect(portOf(made)?.vlans).toEqual(whole);
    expect(differences(made)).toEqual([]);
  });

  it("is drift where a hand changed it, and is mended", () => {
    const { settings } = bridgeOf(made) ?? {};
    const off = changed(made, "br0", { settings: { ...settings, vlan_filtering: 0 } });
    const less = changed(off, "enp1s0", { vlans: { ...whole, tagged: [20, 101, 102, 300] } });
    expect(differences(less)).toEqual([
      "br0 does not tell VLANs apart",
      "the port enp1s0 is in VLAN 1 and 20, 101-102, 300 tagged instead of in VLAN 1 and 20, 100-102 tagged",
    ]);
    const mended = told(less, inputs());
    expect(bridgeOf(mended)?.settings?.vlan_filtering).toBe(1);
    expect(portOf(mended)?.vlans).toEqual(whole);
    // The doctor does the same by the files alone, where they are netplan's.
    const [repair] = repairsOf(less, connection as never);
    if (name === "static") expect(repair?.inputs).toMatchObject({ vlanFiltering: true, vlans: [20, "100-102"] });
  });

  it("puts guests back into their VLANs when it begins to tell them apart again", () => {
    const { settings } = bridgeOf(made) ?? {};
    const off = changed(withTap(made), "br0", { settings: { ...settings, vlan_filtering: 0 } });
    const mended = told(changed(off, "vnet0", { vlans: each }), inputs());
    expect(bridgeOf(mended)?.settings?.vlan_filtering).toBe(1);
    expect(portOf(mended, "vnet0")?.vlans).toEqual({ pvid: 20, untagged: [20], tagged: [] });
  });

  it("carries other VLANs when the program says so, and goes off when it says nothing any more", () => {
    const others = told(made, inputs({ vlans: [30] }));
    expect(portOf(others)?.vlans).toEqual({ ...each, tagged: [30] });
    expect(differences(others, inputs({ vlans: [30] }))).toEqual([]);
    const silent = inputs({ vlanFiltering: undefined, vlans: undefined });
    const none = told(others, silent);
    expect(bridgeOf(none)?.settings?.vlan_filtering).toBe(0);
    expect(portOf(none)?.vlans).toEqual(each);
    expect([...none.networkd.values()].join()).not.toMatch(/VLAN/);
    expect(differences(none, silent)).toEqual([]);
  });

  it("is gone with its files when it is destroyed", () => {
    const { previousConfig } = made.records.get("br0") ?? { previousConfig: {} };
    const gone = whenMade(made, planRestore(made, "br0", previousConfig, { timeout: 60 }).change);
    expect(bridgeOf(gone)).toBeUndefined();
    expect([...gone.networkd.keys()].filter((path) => path.includes("kvmnet"))).toEqual([]);
  });

  it("keeps its guests in their VLANs under another name, and lets them hear nothing meanwhile", () => {
    const { change } = planUpdate(withTap(made), inputs({ name: "br1" }), owner, "br0");
    const renamed = whenMade(withTap(made), change);
    expect(portOf(renamed)?.vlans).toEqual(whole);
    expect(bridgeOf(renamed, "br1")?.settings?.vlan_filtering).toBe(1);
    expect(portOf(renamed, "vnet0")).toMatchObject({
      ...{ master: "br1", portState: "forwarding" },
      vlans: { pvid: 20, untagged: [20], tagged: [] },
    });
    expect(change.tidy.slice(0, 2)).toEqual([
      "link set dev vnet0 up master br1",
      "link set dev vnet0 type bridge_slave state 0",
    ]);
    expect(change.vlansOnApply?.at(-1)).toBe("link set dev vnet0 state 3");
    expect([...renamed.networkd.keys()].filter((path) => path.includes("br0"))).toEqual([]);
  });

  it("goes off under another name when the program says nothing any more, unless a guest is in a VLAN", () => {
    const silent = inputs({ name: "br1", vlanFiltering: undefined, vlans: undefined });
    const renamed = whenMade(made, planUpdate(made, silent, owner, "br0").change);
    expect(bridgeOf(renamed, "br1")?.settings?.vlan_filtering).toBe(0);
    expect(portOf(renamed)?.vlans).toEqual(each);
    expect([...renamed.networkd.values()].join()).not.toMatch(/VLAN/);
    expect(planUpdate(renamed, silent, owner, "br1").differences).toEqual([]);
    expect(() => planUpdate(withTap(made), silent, owner, "br0")).toThrow(/^vlanFiltering: the running VM web/);
  });

  it("is left so where a running guest would be in the LAN of all others", () => {
    expect(() => planBridge(withTap(made), inputs({ vlanFiltering: false, vlans: undefined }), owner)).toThrow(
      /^vlanFiltering: the running VM web \(52:54:00:00:00:01\) is in VLAN 20 on br0, and without it is in the LAN/,
    );
  });

  it("says what it means for what is there", () => {
    const words = (facts: Facts, said: BridgeInputs) => vlanWordsFor(facts, planBridge(facts, said, owner).wanted);
    expect(words(bare, inputs())).toEqual([
      expect.stringMatching(
        /^br0 tells VLANs apart then: enp1s0 carries the VLANs 20, 100-102 with a tag\. The host, and VMs whose NIC has no VLAN, stay/,
      ),
    ]);
    expect(words(made, inputs({ vlans: undefined }))).toEqual(["enp1s0 carries no VLAN with a tag."]);
    expect(words(made, inputs({ vlanFiltering: false, vlans: undefined }))).toEqual([
      "br0 tells VLANs apart no more: frames with a tag pass as all others do.",
    ]);
  });

  it("is refused where VLANs of the host's own would get nothing, or take it; one that came later is the doctor's", () => {
    const own = (facts: Facts, parent: string) => ({
      ...facts,
      links: [...facts.links, link(`${parent}.20`, { index: 90, kind: "vlan", parent, vlan: 20 })],
    });
    const off = whenMade(bare, planBridge(bare, inputs({ vlanFiltering: undefined, vlans: undefined }), owner).change);
    const words = (facts: Facts) => () => planBridge(facts, inputs(), owner);
    expect(words(own(off, "br0"))).toThrow(/^vlanFiltering: br0\.20 is VLAN 20 of the host's own/);
    expect(words(own(off, "enp1s0"))).toThrow(/^vlans: enp1s0\.20 is VLAN 20 of the host's own/);
    for (const parent of ["br0", "enp1s0"]) expect(differences(own(made, parent))).toEqual([]);
  });
});

test("a bridge that filters by hand is let be where the program says nothing", () => {
  const facts = parseFacts(recordedHost("bridged"));
  const { settings } = bridgeOf(facts) ?? {};
  const byHand = changed(facts, "br0", { settings: { ...settings, vlan_filtering: 1 } });
  const plan = planBridge(byHand, bridge.inputs.parse({ connection }), owner);
  expect(plan.differences).toEqual([]);
  expect(plan.change.vlansOnApply).toBeUndefined();
});

test.each(["ifupdown", "NetworkManager"])("where %s has the NIC, it is refused by the property's path", (name) => {
  const read = readFileSync(
    join(__dirname, `cases/aNicOf${name[0]?.toUpperCase()}${name.slice(1)}sBecomesAPort/case.yaml`),
  );
  const { host, differs } = parse(read.toString());
  const facts = parseFacts(recordedHost(host, differs));
  expect(() => planBridge(facts, inputs(), owner)).toThrow(`vlanFiltering: ${name} has enp1s0, and for now`);
});

test("a bridge that was made by hand is told so by hand", () => {
  const facts = parseFacts(recordedHost("handMadeBridge"));
  expect(() => planBridge(facts, inputs(), owner)).toThrow(/^vlanFiltering: br0 was made by hand \(/);
});

test.each<[object, string, RegExp]>([
  [{ vlans: [20] }, "vlans", /needs `vlanFiltering: true`/],
  [{ vlanFiltering: false, vlans: [20] }, "vlans", /needs `vlanFiltering: true`/],
  [{ vlanFiltering: true, uplink: "none" }, "vlanFiltering", /is of a bridge on a NIC/],
  [{ vlanFiltering: true, uplink: { link: "enp1s0", vlan: 20 } }, "vlanFiltering", /is of a bridge on a NIC/],
  [{ vlanFiltering: true, vlans: ["30-20"] }, "vlans[0]", /write "20-30"/],
  [{ vlanFiltering: true, vlans: [20, "1-30"] }, "vlans[1]", /2 to 4094/],
  [{ vlanFiltering: true, vlans: ["20-30", 25] }, "vlans[1]", /has 25, which is there already/],
  [{ vlanFiltering: true, vlans: ["20-4095"] }, "vlans[0]", /2 to 4094/],
])("%j is wrong at %s", (said, property, reason) => {
  const { failures = [] } = bridgeLifecycle.check?.("br", { connection, name: "br0", ...said } as never) ?? {};
  expect(failures).toEqual([{ property, reason: expect.stringMatching(reason) }]);
});

test("it claims what a NIC of the same program may go by", () => {
  const things = (said: object) =>
    bridgeLifecycle.listClaims?.("br", { name: "br0", ...said } as never).map(({ subject }) => subject) ?? [];
  expect(things({ vlanFiltering: true })).toContain("the VLAN filtering of the bridge br0");
  expect(things({})).not.toContain("the VLAN filtering of the bridge br0");
});
