import { concerns } from "../../../../provider/plan/diagnose/concerns";
import { remediesOf } from "../../../../provider/plan/diagnose/remedies";
import { addressOf, domain, factsWith, link, nic } from "../../support/facts";

const mac = "52:54:00:00:00:01";
const facts = factsWith({
  tryStamp: "/run/netplan/netplan-try.ready 2026-01-01",
  links: [
    link("enp1s0", { master: "br0", mtu: 9000 }),
    link("br0", { kind: "bridge" }),
    link("vnet0", { kind: "tun" }),
    link("vnet1", { kind: "tun", master: "br0" }),
  ],
  libvirt: {
    silent: false,
    networks: [],
    domains: [
      { ...domain("web", [nic(mac, { tap: "vnet0", linkState: "down" })]), inactive: [nic(mac)] },
      domain("copy", [nic(mac, { tap: "vnet1" })]),
      domain("other", [nic("52:54:00:00:00:02")], false),
    ],
  },
});
const checks = (about: Parameters<typeof concerns>[1], drift: string[] = []) =>
  concerns(facts, about, drift).map(({ check }) => check);

describe("findings are told beside", () => {
  it("the bridge that they are about, with what is wrong with its host", () => {
    expect(checks({ bridge: "br0" })).toEqual(["mtu", "netplan-try"]);
  });

  it("each VM that they are about, and no other", () => {
    expect(checks({ domain: "web" })).toEqual(["tap-not-in-bridge", "vm-link-down", "same-mac"]);
    expect(checks({ domain: "copy" })).toEqual(["same-mac"]);
    expect(checks({ domain: "other" })).toEqual([]);
  });

  it("a bridge, and not that it has the MAC address that the program wants, or had when it was taken over", () => {
    const mac = "02:00:00:00:00:07";
    const bridged = (parts: object = {}, record?: object) =>
      factsWith({
        links: [
          link("enp1s0", { master: "br0" }),
          link("br0", { kind: "bridge", mac, addresses: [addressOf("192.0.2.10/24")], ...parts }),
        ],
        ...(record && { records: new Map([["br0", { owner: "x", uplink: "enp1s0", previousConfig: {}, ...record }]]) }),
      });
    const found = { found: { files: [], macAddress: mac } };
    const told = (on: typeof facts, about: object = {}) =>
      concerns(on, { bridge: "br0", ...about }, []).map(({ check }) => check);
    expect(told(bridged())).toEqual(["bridge-mac"]);
    expect(told(bridged(), { macAddress: "02:00:00:00:00:08" })).toEqual(["bridge-mac"]);
    expect(told(bridged(), { macAddress: mac })).toEqual([]);
    expect(told(bridged({}, found))).toEqual([]);
    expect(told(bridged({ mac: "02:00:00:00:00:08" }, found))).toEqual(["bridge-mac"]);
    expect(told(bridged({ macFollowsPorts: true }, found), { macAddress: mac })).toEqual(["bridge-mac"]);
  });

  it("nothing that its own drift tells already", () => {
    expect(checks({ domain: "web" }, ["the TAP vnet0 is in no bridge"])).toEqual(["same-mac"]);
  });
});

it("what is mended without a transaction moves no address of the host's", () => {
  expect(remediesOf(facts).map(({ argv }) => argv.join(" "))).toEqual([
    "rm /run/netplan/netplan-try.ready",
    "ip link set dev vnet0 master br0",
    `virsh -c qemu:///system -q domif-setlink web ${mac} up`,
  ]);
});
