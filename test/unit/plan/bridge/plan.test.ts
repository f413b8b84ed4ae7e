import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { parseFacts } from "../../../../provider/host/facts/parseFacts";
import { bridge } from "../../../../provider/resources/bridge/definition";
import { planBridge } from "../../../../provider/resources/bridge/plan";
import { planRename } from "../../../../provider/resources/bridge/rename";
import { planRestore } from "../../../../provider/resources/bridge/restore";

const cases = join(__dirname, "cases");
const owner = "urn:x::br";

/**
 * A case: facts.txt is what a real host printed, inputs.yaml the bridge that is wanted; change.yaml all that follows.
 */
function read(name: string) {
  const facts = parseFacts(readFileSync(join(cases, name, "facts.txt")));
  const inputs = parse(readFileSync(join(cases, name, "inputs.yaml"), "utf8"));
  const wanted = bridge.inputs.parse({ connection: { host: "kvm1.example" }, ...inputs });
  const [was = wanted.name] = facts.records.keys();
  const plan = was === wanted.name ? planBridge(facts, wanted, owner) : planRename(facts, wanted, owner, was);
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

test("an address that networkd has leased, which for the kernel is there for ever, goes where there was another one", () => {
  const { facts } = read("theSameAgainChangesNothing");
  const fixed = "network:\n  ethernets:\n    enp1s0:\n      addresses: [192.0.2.100/24]\n";
  const { planned } = planRestore(facts, "br0", { "/etc/netplan/01-netcfg.yaml": fixed }, { timeout: 60 });
  expect(planned.leaving).toMatchObject([{ local: "192.0.2.190" }]);
});
