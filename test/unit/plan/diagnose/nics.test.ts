import { concerns } from "../../../../provider/plan/diagnose/concerns";
import { diagnose } from "../../../../provider/plan/diagnose/diagnose";
import { remediesOf } from "../../../../provider/plan/diagnose/remedies";
import { domain, factsWith, link, nic } from "../../support/facts";

const [first, second] = ["52:54:00:00:00:01", "52:54:00:00:00:02"];
const bridge = link("br0", { index: 2, kind: "bridge" });
const uplink = link("enp1s0", { index: 1, master: "br0" });
const tap = (name: string, index: number, parts = {}) => link(name, { index, kind: "tun", master: "br0", ...parts });
const libvirt = (...domains: ReturnType<typeof domain>[]) => ({ silent: false, networks: [], domains });
type Parts = Parameters<typeof factsWith>[0];
const hostWith = (parts: Parts) => factsWith({ links: [bridge, uplink, link("enp2s0", { index: 3 })], ...parts });
const found = (parts: Parts) => diagnose(hostWith(parts)).map(({ check, severity }) => `${severity} ${check}`);

describe("a silent NIC", () => {
  const silent = (age: number | undefined, parts = {}) =>
    found({
      links: [bridge, uplink, tap("vnet0", 7, { rxPackets: 0 })],
      vmAges: new Map([["web", 100_000]]),
      ...(age !== undefined && { linkAges: new Map([[7, age]]) }),
      libvirt: libvirt({ ...domain("web", [nic(first, { tap: "vnet0" })]), ...parts }),
    });

  it("is as old as the NIC is, not the VM", () => {
    expect(silent(5)).toEqual([]);
    expect(silent(500)).toEqual(["warning vm-silent"]);
  });

  it("is as old as the VM where nobody knows the NIC's age", () => {
    expect(silent(undefined)).toEqual(["warning vm-silent"]);
  });

  it("of a VM that is paused is none", () => {
    expect(silent(500, { paused: true })).toEqual([]);
  });
});

it("A link that is down by the definition too is as wanted: no finding, and nothing to mend", () => {
  const links = [bridge, uplink, tap("vnet0", 7)];
  const down = nic(first, { tap: "vnet0", linkState: "down" as const });
  const facts = { links, libvirt: libvirt(domain("web", [down])) };
  expect(found(facts)).toEqual([]);
  expect(remediesOf(hostWith(facts))).toEqual([]);
  const pulled = { links, libvirt: libvirt({ ...domain("web", [down]), inactive: [nic(first)] }) };
  expect(found(pulled)).toEqual(["error vm-link-down"]);
  expect(concerns(hostWith(pulled), { domain: "web", macAddress: first, linkState: "down" }, [])).toEqual([]);
});

it("A NIC has its own findings, not its siblings'", () => {
  const nics = [nic(first, { tap: "vnet0" }), nic(second, { tap: "vnet1" })];
  const facts = hostWith({
    links: [bridge, uplink, tap("vnet0", 7), tap("vnet1", 8, { master: undefined })],
    libvirt: libvirt(domain("web", nics)),
  });
  const of = (macAddress: string) => concerns(facts, { domain: "web", macAddress }, []).map(({ check }) => check);
  expect([of(first), of(second)]).toEqual([[], ["tap-not-in-bridge"]]);
});

describe("a VM that is defined on what is not there", () => {
  it.each([
    ["a bridge, off", nic(first, { bridge: "br9" }), false, ["error vm-bridge-missing"]],
    [
      "a network, off",
      nic(first, { type: "network", network: "gone", bridge: undefined }),
      false,
      ["error vm-bridge-missing"],
    ],
    [
      "the uplink of a bridge, directly",
      nic(first, { type: "direct", device: "enp1s0", bridge: undefined }),
      false,
      ["error macvtap"],
    ],
    [
      "a NIC that is in no bridge, directly",
      nic(first, { type: "direct", device: "enp2s0", bridge: undefined }),
      false,
      ["warning macvtap"],
    ],
    [
      "a NIC that is not there, directly",
      nic(first, { type: "direct", device: "enp9s0", bridge: undefined }),
      false,
      ["warning macvtap", "error vm-bridge-missing"],
    ],
    ["a bridge that is there", nic(first), false, []],
    ["a NIC of the type user", nic(first, { type: "user", bridge: undefined }), false, []],
  ])("%s", (_, defined, running, findings) => {
    expect(found({ libvirt: libvirt(domain("web", [defined], running)) })).toEqual(findings);
  });

  it("and runs, can't be started again", () => {
    const vm = { ...domain("web", []), inactive: [nic(first, { bridge: "br9" })] };
    expect(found({ libvirt: libvirt(vm) })).toEqual(
      ["warning live-unlike-persistent", "warning vm-bridge-missing"].sort(),
    );
  });
});

it("A bridge of kvmnet's whose uplink never had an address is right without one", () => {
  const record = { owner: "urn:x::br", uplink: "enp1s0", previousConfig: {} };
  const of = (addressing: string) =>
    found({
      records: new Map([["br0", record]]),
      netplan: new Map([
        ["/etc/netplan/80-kvmnet-br0.yaml", `network: {bridges: {br0: {interfaces: [enp1s0]${addressing}}}}`],
      ]),
    }).filter((one) => one.endsWith("bridge-without-address"));
  expect(of("")).toEqual([]);
  expect(of(", dhcp4: true")).toHaveLength(1);
  expect(of(", addresses: [192.0.2.5/24]")).toHaveLength(1);
});

it.each([
  ["vxlan", true],
  ["veth", true],
  ["team", true],
])("The firewall is looked at for a bridge whose port is a %s", (kind) => {
  const parts = {
    links: [bridge, link("up0", { kind, master: "br0" }), tap("vnet0", 7)],
    firewall: {
      bridgeCalls: { ip: true, ip6: false, arp: false },
      chains: [],
      naming: [],
    } as never,
    libvirt: libvirt(domain("web", [nic(first, { tap: "vnet0" })])),
  };
  expect(found(parts)).toEqual(["warning bridge-nf-call"]);
  const nat = {
    name: "default",
    uuid: "n",
    active: true,
    persistent: true,
    autostart: true,
    forward: "nat",
    xml: "",
    definition: "",
  };
  const own = { ...parts, libvirt: { ...parts.libvirt, networks: [{ ...nat, bridge: "br0", definedBridge: "br0" }] } };
  expect(found(own)).toEqual([]);
});

describe("A network of macvtaps", () => {
  const on = (...devices: string[]) => ({
    ...{ name: "lan", uuid: "n1", active: true, persistent: true, autostart: true, forward: "bridge" },
    ...{ bridge: undefined, definedBridge: undefined, xml: "", definition: "", devices },
  });
  const words = (device: string) =>
    diagnose(hostWith({ libvirt: { ...libvirt(), networks: [on(device)] } })).map(({ check, evidence }) => [
      check,
      evidence,
    ]);

  it.each([
    ["that no bridge has", "enp2s0", []],
    ["that is a bridge's port", "enp1s0", [["network-bridge", "<interface dev='enp1s0'/>; enp1s0 master br0"]]],
    [
      "that is not there",
      "enp9s0",
      [["network-bridge", "<interface dev='enp9s0'/>; the host has no interface enp9s0"]],
    ],
  ])("is on a NIC %s", (_, device, findings) => {
    expect(words(device)).toEqual(findings);
  });
});
