import type { Facts } from "../../../provider/host/facts/facts";
import { filteringOf } from "../../../provider/kernel/vlans";
import { nicDrift } from "../../../provider/resources/nic/drift";
import { nicLifecycle } from "../../../provider/resources/nic/lifecycle";
import { domain, factsWith, link, nic } from "../support/facts";
import { connection, previewed } from "../support/previews";

const given = { pvid: 1, untagged: [1], tagged: [] };
const hostWith = (filtering: number, uplink: readonly number[] = [20]): Facts =>
  factsWith({
    links: [
      link("br0", { kind: "bridge", settings: { vlan_filtering: filtering, vlan_default_pvid: 1 } }),
      link("enp1s0", { master: "br0", vlans: { ...given, tagged: uplink } }),
    ],
    libvirt: { silent: false, networks: [], domains: [domain("web", [])] },
  });

const says = (facts: Facts, { daemon = "11.3.0", claimed = [] as string[], vlan = {} as object } = {}) => {
  const exec = async () => ({ stdout: `Using library: libvirt 99.0.0\nRunning against daemon: ${daemon}\n` });
  const hosts = { reachFacts: async () => ({ host: { label: "kvm", exec }, facts }) };
  return previewed(nicLifecycle, facts, [{ domain: "web", bridge: "br0", vlan: { tag: 20, ...vlan } }], {
    hosts: hosts as never,
    isClaimed: (_, thing) => claimed.includes(thing),
  });
};

describe("A VLAN of a NIC", () => {
  it("is told where the bridge tells VLANs apart and its uplink carries it", async () => {
    const { messages, warnings } = await says(hostWith(1));
    expect(messages).toEqual([
      "kvm: web runs: it gets the NIC on br0 (in VLAN 20) live, without a restart, and in its definition.",
    ]);
    expect(warnings).toEqual([]);
  });

  it("is refused on a bridge that does not, unless its Bridge is to in the same program", async () => {
    await expect(says(hostWith(0))).rejects.toThrow(
      /^kvm: vlan: br0 does not tell VLANs apart, and VLAN 20 would do nothing there: .*`vlanFiltering: true`/,
    );
    const { warnings } = await says(hostWith(0), { claimed: [filteringOf("br0")] });
    expect(warnings).toEqual([]);
  });

  it("is refused of a libvirt that gives none, by the daemon's version", async () => {
    await expect(says(hostWith(1), { daemon: "9.0.0" })).rejects.toThrow(
      /^kvm: vlan: libvirt 9\.0\.0 gives a NIC on a bridge no VLAN; 11\.0 and later do/,
    );
  });

  it("that the uplink does not carry is a warning", async () => {
    const { warnings } = await says(hostWith(1, [30]));
    expect(warnings).toEqual([
      expect.stringContaining("kvm: enp1s0 does not carry VLAN 20 now: the guest reaches others of it on br0"),
    ]);
  });

  it("is drift in the kernel too, where the TAP came back to its bridge", () => {
    const element = { vlan: { tag: { "@id": "20" } } };
    const mine = nic("52:54:00:00:00:01", { tap: "vnet0", element });
    const tap = (vlans: typeof given) => link("vnet0", { kind: "tun", master: "br0", portSettings: {}, vlans });
    const drift = (vlans: typeof given, vlan: { tag: number }) => {
      const facts = hostWith(1);
      const inputs = { connection, domain: "web", bridge: "br0", linkState: "up", waitForAddress: 0 } as const;
      return nicDrift(
        { ...facts, links: [...facts.links, tap(vlans)] },
        { ...inputs, model: "virtio", restrictions: { vlan } },
        { domain: domain("web", [mine]), live: mine, inactive: mine },
      );
    };
    expect(drift({ pvid: 20, untagged: [20], tagged: [] }, { tag: 20 })).toEqual([]);
    expect(drift(given, { tag: 20 })).toEqual(["the TAP vnet0 is in VLAN 1 of its bridge instead of in VLAN 20"]);
    expect(drift({ pvid: 30, untagged: [30], tagged: [] }, { tag: 30 })).toEqual([
      "in the running web the NIC is in VLAN 20 instead of VLAN 30",
      "in the definition of web the NIC is in VLAN 20 instead of VLAN 30",
    ]);
  });
});
