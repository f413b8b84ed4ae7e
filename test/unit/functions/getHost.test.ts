import { hostOf } from "../../../provider/functions/getHost/model";
import type { Facts } from "../../../provider/host/facts/facts";
import type { LibvirtDomain, LibvirtNic } from "../../../provider/host/facts/libvirt";
import { parseFacts } from "../../../provider/host/facts/parseFacts";
import { recordedHost } from "../support/recordedHosts";

const recorded = (name: string): Facts => parseFacts(recordedHost(name));

const nic = (mac: string, on: Partial<LibvirtNic>): LibvirtNic => ({
  mac,
  type: "network",
  network: undefined,
  bridge: undefined,
  device: undefined,
  model: "virtio",
  tap: undefined,
  linkState: "up",
  element: {},
  ...on,
});

describe("getHost", () => {
  it("tells the uplink, the addresses and the networks of a host without a bridge", () => {
    expect(hostOf(recorded("dhcpDebian12"))).toMatchObject({
      uplink: "enp1s0",
      bridges: [],
      networks: [{ name: "default", forward: "nat", bridge: "virbr0", active: false }],
      domains: [],
    });
  });

  it("tells the port under the bridge as the uplink, and that the bridge is kvmnet's", () => {
    const host = hostOf(recorded("bridged"));
    expect(host.uplink).toBe("enp1s0");
    expect(host.bridges).toMatchObject([{ name: "br0", ports: ["enp1s0"], managed: true }]);
    expect(host.addresses).toEqual(host.bridges[0]?.addresses);
    expect(host.interfaces.map(({ name, master }) => [name, master])).toEqual([
      ["br0", undefined],
      ["enp1s0", "br0"],
    ]);
  });

  it("tells which bridge tells VLANs apart, and in which its ports are", () => {
    const vlans = { pvid: 1, untagged: [1], tagged: [20, 100, 101] };
    const links = recorded("bridged").links.map((one) =>
      one.name === "br0" ? { ...one, settings: { ...one.settings, vlan_filtering: 1 } } : { ...one, vlans },
    );
    const { bridges, interfaces } = hostOf({ ...recorded("bridged"), links });
    expect(bridges).toMatchObject([{ name: "br0", vlanFiltering: true }]);
    expect(interfaces).toMatchObject([{ name: "br0" }, { name: "enp1s0", vlans: ["20", "100-101"], untaggedVlan: 1 }]);
    expect(interfaces[0]).not.toHaveProperty("vlans");
    expect(hostOf(recorded("bridged")).bridges).toMatchObject([{ vlanFiltering: false }]);
  });

  it("tells a VM's NICs once, as its definition has them, then those that only run", () => {
    const web: LibvirtDomain = {
      name: "web",
      uuid: "d",
      running: true,
      live: [nic("52:54:00:00:00:02", { bridge: "br0" }), nic("52:54:00:00:00:01", { network: "lan", bridge: "br0" })],
      inactive: [nic("52:54:00:00:00:01", { network: "lan" })],
    };
    const facts = { ...recorded("dhcpDebian12"), libvirt: { networks: [], domains: [web], silent: false } };
    expect(hostOf(facts).domains[0]?.nics).toEqual([
      { macAddress: "52:54:00:00:00:01", network: "lan", bridge: undefined, model: "virtio" },
      { macAddress: "52:54:00:00:00:02", network: undefined, bridge: "br0", model: "virtio" },
    ]);
  });
});
