import { refusalsOf } from "../../../provider/resources/ownership/deletions";
import { networkMark } from "../../../provider/resources/ownership/paths";
import { domain, factsWith, link, nic } from "../support/facts";

const urnOf = (type: string) => `urn:pulumi:dev::homelab::kvmnet:index:${type}::one`;
const facts = factsWith({
  links: [link("br0", { kind: "bridge" }), link("vnet0", { kind: "tun", master: "br0" })],
  libvirt: {
    silent: false,
    networks: [
      {
        ...{ name: "lan", uuid: "n1", active: true, persistent: true, autostart: true, forward: "bridge" },
        ...{ bridge: "br0", definedBridge: "br0", xml: "", definition: "" },
      },
    ],
    domains: [
      domain("web", [nic("52:54:00:00:00:01", { network: "lan", tap: "vnet0" })]),
      domain("db", [nic("52:54:00:00:00:02", { network: "lan", bridge: undefined })], false),
      domain("old", [nic("52:54:00:00:00:03")], false),
    ],
  },
});
const going = (type: string, state: object, inputs = {}) => ({
  ...{ urn: urnOf(type), type: `kvmnet:index:${type}`, id: "", inputs },
  state: { hostId: facts.machineId, ...state },
});
const bridge = (inputs = {}) => going("Bridge", { name: "br0" }, inputs);
const network = (state = {}) => going("Network", { name: "lan", uuid: "n1", ...state });
const nicOf = (domainId: string, last: string) => going("Nic", { domainId, macAddress: `52:54:00:00:00:0${last}` });

it.each<[string, ReturnType<typeof going>[], string[]]>([
  ["a NIC alone, of a running VM too", [nicOf("web", "1")], []],
  [
    "a bridge with running VMs and others' definitions on it",
    [bridge()],
    ["web runs on it", "db, old, shut off, have"],
  ],
  ["a network with VMs on it", [network()], ["web runs on it", "db, shut off, has"]],
  ["what the NICs that go were on", [network(), nicOf("web", "1"), nicOf("db", "2")], []],
  ["all but one NIC", [network(), nicOf("web", "1")], ["db, shut off, has"]],
  [
    "a bridge whose network goes, for the NICs that are on the bridge itself",
    [bridge(), network(), nicOf("web", "1"), nicOf("db", "2")],
    ["old, shut off, has"],
  ],
  ["a bridge by force", [bridge({ forceDelete: true })], []],
  ["a network that was there before", [network({ previous: {} })], []],
  ["a network of another host", [{ ...network(), state: { ...network().state, hostId: "other" } }], []],
])("%s is refused for its own reasons alone", (_, all, reasons) => {
  const refusals = refusalsOf(facts, all);
  expect(refusals).toHaveLength(reasons.length);
  for (const [index, reason] of reasons.entries()) expect(refusals[index]).toContain(reason);
});

it("what goes is asked for alone by what goes before it: a NIC that stays is a reason", () => {
  const [lan, web, db] = [network(), nicOf("web", "1"), nicOf("db", "2")];
  expect(refusalsOf(facts, [lan, web, db], [lan])).toEqual([]);
  expect(refusalsOf(facts, [lan, web], [lan])).toEqual([expect.stringContaining("db, shut off, has")]);
  expect(refusalsOf(facts, [lan, web, db], [web])).toEqual([]);
});

it("a bridge that was there before stays, whatever is on it: by its record, or where nothing of it was ever changed", () => {
  const record = { owner: urnOf("Bridge"), uplink: "enp1s0", previousConfig: {} };
  const found = { ...record, found: { files: ["/etc/netplan/60-bridge.yaml"], macAddress: "02:00:00:00:00:01" } };
  const recorded = (one: object) => ({ ...facts, records: new Map([["br0", { ...record, ...one }]]) });
  expect(refusalsOf(recorded(found), [bridge()])).toEqual([]);
  expect(refusalsOf(recorded(record), [bridge()])).toHaveLength(2);
  expect(refusalsOf(facts, [going("Bridge", { name: "br0", previousConfig: {} })])).toEqual([]);
});

it("What is another's by now stays, whatever is on it", () => {
  const mark = { owner: urnOf("Network"), ownerId: "b" };
  const taken = { ...facts, marks: new Map([[networkMark("n1"), mark]]) };
  expect(refusalsOf(taken, [network({ ownerId: "a" })])).toEqual([]);
  expect(refusalsOf(taken, [network({ ownerId: "b" })])).toHaveLength(2);
});
