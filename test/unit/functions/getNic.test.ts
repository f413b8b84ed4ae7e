import { findNic, nicResult } from "../../../provider/functions/getNic/model";
import type { LibvirtDomain, LibvirtNic } from "../../../provider/host/facts/libvirt";
import { factsWith } from "../support/facts";

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
const [first, second, onNat] = ["52:54:00:00:00:01", "52:54:00:00:00:02", "52:54:00:00:00:03"] as const;
const direct = "52:54:00:00:00:04";
const onDevice = nic(direct, { type: "direct", device: "enp1s0" });
const web: LibvirtDomain = {
  name: "web",
  uuid: "d",
  running: true,
  // libvirt shows the running NIC's bridge beside its network.
  live: [nic(first, { network: "lan", bridge: "br0" }), nic(onNat, { network: "default", bridge: "virbr0" })],
  inactive: [
    nic(first, { network: "lan" }),
    nic(second, { bridge: "br0" }),
    nic(onNat, { network: "default" }),
    onDevice,
  ],
};

describe("getNic finds", () => {
  it.each([
    ["the NIC with a MAC address", { macAddress: second }, second],
    ["the only one on a network", { network: "default" }, onNat],
    ["the only one directly on a NIC", { device: "enp1s0" }, direct],
    ["the only one that is on a bridge itself", { bridge: "br0" }, second],
  ])("%s", (_, wanted, mac) => {
    const { live, inactive } = findNic(web, wanted, "kvm1");
    expect((live ?? inactive)?.mac).toBe(mac);
  });

  it.each([
    ["several", {}, "has several NICs: say which by its MAC address; it has 52:54:00:00:00:01 (network lan), "],
    ["none on a network", { network: "dmz" }, "has no NIC with network dmz; it has 52:54:00:00:00:01 (network lan), "],
    ["none that is both", { network: "lan", macAddress: onNat }, "has no NIC with network lan and macAddress 52:54"],
  ])("%s, and says what the VM has", (_, wanted, words) => {
    expect(() => findNic(web, wanted, "kvm1")).toThrow(words);
  });

  it("no NIC at all in a VM that has none", () => {
    expect(() => findNic({ ...web, live: [], inactive: [] }, {}, "kvm1")).toThrow(
      "kvm1: web has no NIC at all; it has none",
    );
  });
});

it.each([
  ["a tag", { tag: { "@id": "20" } }, { tag: 20 }],
  [
    "a trunk with a native VLAN",
    { "@trunk": "yes", tag: [{ "@id": "20", "@nativeMode": "untagged" }, { "@id": "30" }] },
    { trunk: [20, 30], native: 20 },
  ],
  ["none", undefined, undefined],
])("getNic tells of a NIC's VLANs: %s", (_, vlan, told) => {
  const one = nic(first, { bridge: "br0", element: vlan ? { vlan } : {} });
  const domain = { ...web, live: [one], inactive: [one] };
  expect(nicResult(factsWith({}), { domain, live: one, inactive: one }).vlan).toEqual(told);
});
