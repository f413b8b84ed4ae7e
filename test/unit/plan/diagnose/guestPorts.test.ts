import { guestOf } from "../../../../provider/host/facts/guestLinks";
import { diagnose } from "../../../../provider/plan/diagnose/diagnose";
import { usersOf } from "../../../../provider/plan/impact/users";
import { libvirtOf } from "../../../../provider/plan/libvirt/find";
import { topologyOf } from "../../../../provider/plan/topology/topology";
import { treeOf } from "../../../../provider/plan/topology/tree";
import { addressOf, factsWith, link } from "../../support/facts";

/** As Proxmox VE has them for a VM, a container, and a VM with its firewall on; and OpenStack, with its own. */
const links = [
  link("enp1s0", { master: "vmbr0" }),
  link("vmbr0", { kind: "bridge", addresses: [addressOf("192.0.2.10/24")] }),
  link("tap100i0", { kind: "tun", master: "vmbr0" }),
  link("veth101i1", { kind: "veth", master: "vmbr0" }),
  link("fwpr102p0", { kind: "veth", master: "vmbr0" }),
  link("fwln102i0", { kind: "veth", master: "fwbr102i0" }),
  link("fwbr102i0", { kind: "bridge" }),
  link("tap102i0", { kind: "tun", master: "fwbr102i0" }),
  link("qbr3f2a9b1c-4d", { kind: "bridge" }),
  link("qvb3f2a9b1c-4d", { kind: "veth", master: "qbr3f2a9b1c-4d" }),
  link("tap3f2a9b1c-4d", { kind: "tun", master: "qbr3f2a9b1c-4d" }),
];
const facts = factsWith({ links, libvirt: undefined });
const without = (name: string) =>
  factsWith({ ...facts, links: links.map((one) => (one.name === name ? { ...one, master: undefined } : one)) });

test("the topology says whose the ports of VMs and containers are that are none of libvirt's", () => {
  expect(treeOf(topologyOf("pve1", { facts, heard: [], findings: diagnose(facts) }))).toBe(`pve1
├─ bridge vmbr0  192.0.2.10/24  02:00:00:00:00:01
│  ├─ NIC enp1s0  02:00:00:00:00:01
│  ├─ TAP tap100i0  Proxmox VE's VM 100, NIC 0
│  ├─ port veth101i1  Proxmox VE's container 101, NIC 1  02:00:00:00:00:01
│  └─ port fwpr102p0  Proxmox VE's VM or container 102, NIC 0, its firewall  02:00:00:00:00:01
├─ bridge fwbr102i0  Proxmox VE's VM or container 102, NIC 0, its firewall  02:00:00:00:00:01
│  ├─ port fwln102i0  Proxmox VE's VM or container 102, NIC 0, its firewall  02:00:00:00:00:01
│  └─ TAP tap102i0  Proxmox VE's VM 102, NIC 0
└─ bridge qbr3f2a9b1c-4d  OpenStack's port 3f2a9b1c-4d, its firewall  02:00:00:00:00:01
   ├─ port qvb3f2a9b1c-4d  OpenStack's port 3f2a9b1c-4d, its firewall  02:00:00:00:00:01
   └─ TAP tap3f2a9b1c-4d  OpenStack's port 3f2a9b1c-4d
`);
});

test.each(["tap0", "vnet0", "veth12ab34c", "veth0", "fwbr0", "tap3f2a9b1c", "qbrouter", "mytap100i0", "tap100i0x"])(
  "%s is nobody's by its name",
  (name) => expect(guestOf(name)).toBeUndefined(),
);

test.each([
  ["tap100i0", "Proxmox VE's VM 100, NIC 0", "(qm config 100 on the host names it)"],
  ["veth101i1", "Proxmox VE's container 101, NIC 1", "(pct config 101 on the host names it)"],
  ["fwpr102p0", "Proxmox VE's VM or container 102, NIC 0, its firewall", "(qm or pct config 102 on the host names it)"],
  ["tap3f2a9b1c-4d", "OpenStack's port 3f2a9b1c-4d", "with the bridge that it belongs in;"],
])("the doctor finds %s where it is in no bridge, and says whose it is", (name, guest, how) => {
  expect(diagnose(facts)).toEqual([]);
  const found = without(name);
  const findings = diagnose(found);
  expect(findings).toMatchObject([{ check: "tap-not-in-bridge", severity: "error", subject: `port ${name}` }]);
  expect(findings[0]?.evidence).toBe(`${name} has no master; by its name it is ${guest}`);
  expect(findings[0]?.fix).toContain(how);
  expect(treeOf(topologyOf("pve1", { facts: found, heard: [], findings }))).toMatch(
    new RegExp(`(TAP|NIC) ${name} .*\\n.*! error tap-not-in-bridge`),
  );
});

test("what would lose a bridge with it is said by its number", () => {
  expect(usersOf(facts, "vmbr0", "enp1s0", [])).toEqual([
    "Proxmox VE's VM 100, NIC 0",
    "Proxmox VE's container 101, NIC 1",
    "Proxmox VE's VM or container 102, NIC 0, its firewall",
  ]);
});

test("a host of Proxmox VE's has no libvirt, and what serves in its place is said; another one has none installed", () => {
  const proxmox = { ...facts, tools: new Set(["pveversion"]) };
  expect(() => libvirtOf(proxmox, "pve1")).toThrow(/^pve1: the host is one of Proxmox VE's .*give the bridge's name/);
  expect(() => libvirtOf(facts, "kvm1")).toThrow(/Install libvirt-daemon-system/);
});

test("a change that Proxmox VE has not made yet is told for the next boot", () => {
  expect(diagnose({ ...facts, pendingInterfaces: "like" })).toEqual([]);
  expect(diagnose({ ...facts, pendingInterfaces: "unlike" })).toMatchObject([
    { check: "next-boot", severity: "warning", subject: "host", fix: expect.stringContaining("interfaces.new") },
  ]);
});
