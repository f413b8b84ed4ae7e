import { lifecycles } from "../../provider/resources/lifecycles";
import { unknown, urnOf } from "./support/caller";
import { Rig } from "./support/rig";

const connection = { host: "kvm1.example" };
const [bridge, network, nic, tap] = ["Bridge", "Network", "Nic", "Tap"].map((name) => `kvmnet:index:${name}`) as [
  string,
  string,
  string,
  string,
];
const mac = "52:54:00:00:00:01";
const lan = { connection, bridge: "br0", name: "lan" };
const web = { connection, domain: "web", network: "lan", macAddress: mac };

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.start(lifecycles);
});
afterEach(() => rig[Symbol.asyncDispose]());
const failures = async (inputs: object, urn: string) => (await rig.caller.check({ ...inputs }, urn)).failures;

describe("Two resources that claim the same thing", () => {
  it.each([
    ["a bridge", bridge, { connection }, { connection, uplink: "enp2s0" }, "name", "the bridge br0 on this host is"],
    [
      "an uplink",
      bridge,
      { connection, uplink: "enp1s0" },
      { connection, name: "br1", uplink: "enp1s0" },
      "uplink",
      "the uplink enp1s0 on this host is",
    ],
    [
      "a VLAN",
      bridge,
      { connection, uplink: { link: "enp1s0", vlan: 20 } },
      { connection, name: "br1", uplink: { link: "enp1s0", vlan: 20 } },
      "uplink",
      "the VLAN 20 of enp1s0 on this host is",
    ],
    ["a network", network, lan, { ...lan, bridge: "br1" }, "name", "the network lan on this host is"],
    [
      "a NIC",
      nic,
      web,
      { ...web, macAddress: mac.toUpperCase() },
      "macAddress",
      `the NIC ${mac} of the VM web on this`,
    ],
  ])("are told so at the second one's Check, which names the first: %s", async (_, type, one, two, property, words) => {
    expect(await failures(one, urnOf("one", type))).toEqual([]);
    expect(await failures(two, urnOf("two", type))).toEqual([
      { property, reason: expect.stringMatching(new RegExp(`^${words}.* the ${type.split(":")[2]} "one"'s already`)) },
    ]);
  });

  it("are told so for a default too: the name of a network, the bridge that is the port of another way to write it", async () => {
    expect(await failures({ connection, bridge: "br0" }, urnOf("lan", network))).toEqual([]);
    expect(
      await failures({ ...lan, connection: { host: "KVM1.example", port: 22 } }, urnOf("two", network)),
    ).toMatchObject([{ property: "name" }]);
  });

  it("are told so where the one is a bridge and the other a TAP: an interface's name is one thing", async () => {
    const [made, taken] = [
      { connection, name: "br0", uplink: "none" },
      { connection, name: "br0", bridge: "br1" },
    ];
    const already = (first: string) => [
      { property: "name", reason: expect.stringContaining(`the interface br0 on this host is the ${first} "one"'s`) },
    ];
    expect(await failures(made, urnOf("one", bridge))).toEqual([]);
    expect(await failures(taken, urnOf("two", tap))).toEqual(already("Bridge"));
    await rig.caller.cancel();
    expect(await failures(taken, urnOf("one", tap))).toEqual([]);
    expect(await failures(made, urnOf("two", bridge))).toEqual(already("Tap"));
    expect(await failures({ ...taken, name: "br1", bridge: "br0" }, urnOf("three", tap))).toEqual([]);
  });

  it("are two where they are bridges on nothing, or on two VLANs of one NIC", async () => {
    const on = (name: string, uplink: unknown) => failures({ connection, name, uplink }, urnOf(name, bridge));
    for (const [name, uplink] of Object.entries({
      br0: "enp1s0",
      br8: "none",
      br9: "none",
      br20: { link: "enp1s0", vlan: 20 },
      br30: { link: "enp1s0", vlan: 30 },
    }))
      expect(await on(name, uplink)).toEqual([]);
  });

  it.each([
    ["other hosts", { ...lan, connection: { host: "kvm2.example" } }],
    ["another port", { ...lan, connection: { host: "kvm1.example", port: 2222 } }],
    ["another way there", { ...lan, connection: { ...connection, proxy: { host: "jump.example" } } }],
    ["a host that is not known yet", { ...lan, connection: { host: unknown } }],
    ["a connection that is not known yet", { ...lan, connection: unknown }],
    ["a name that is not known yet", { ...lan, name: unknown }],
    ["another name", { ...lan, name: "lan2" }],
  ])("are none where they are on %s", async (_, other) => {
    expect(await failures(lan, urnOf("one", network))).toEqual([]);
    expect(await failures(other, urnOf("two", network))).toEqual([]);
  });

  it("are none where it is one resource that is checked twice, or has given its name up", async () => {
    expect(await failures(lan, urnOf("one", network))).toEqual([]);
    expect(await failures(lan, urnOf("one", network))).toEqual([]);
    expect(await failures({ ...lan, name: "lan2" }, urnOf("one", network))).toEqual([]);
    expect(await failures(lan, urnOf("two", network))).toEqual([]);
  });

  it("are none after a Cancel, which ends every operation, nor in another stack", async () => {
    expect(await failures(lan, urnOf("one", network))).toEqual([]);
    expect(await failures(lan, urnOf("two", network).replace("dev", "prod"))).toEqual([]);
    await rig.caller.cancel();
    expect(await failures(lan, urnOf("renamed", network))).toEqual([]);
  });

  it("leave the claim with the first when the second was wrong", async () => {
    expect(await failures({ ...lan, autostart: "often" }, urnOf("one", network))).toHaveLength(1);
    expect(await failures(lan, urnOf("two", network))).toEqual([]);
  });
});
