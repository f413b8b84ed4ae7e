import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Facts } from "../../../../provider/host/facts/facts";
import type { PortVlans } from "../../../../provider/host/facts/links";
import { parseFacts } from "../../../../provider/host/facts/parseFacts";
import { diagnose } from "../../../../provider/plan/diagnose/diagnose";
import { type CheckName, checkNames } from "../../../../provider/plan/diagnose/finding";
import { remediesOf } from "../../../../provider/plan/diagnose/remedies";
import { bootFaults } from "../../../acceptance/doctor/bootFaults";
import { bridgeFaults } from "../../../acceptance/doctor/bridgeFaults";
import { vmFaults } from "../../../acceptance/doctor/vmFaults";
import { domain, link, nic } from "../../support/facts";
import { recordedHost } from "../../support/recordedHosts";

const hosts = readdirSync(join(__dirname, "../../hosts")).map((file) => file.replace(/\.yaml$/, ""));
const checks = (facts: Facts) => diagnose(facts, []).map(({ check }) => check);

test.each(hosts)("of the lab's host %s, which is well, nothing is found", (name) => {
  expect(checks(parseFacts(recordedHost(name)))).toEqual([]);
});

const well = parseFacts(recordedHost("bridged"));
/** Its addresses, its gateway and its name server are in netplan's files. */
const fixed = parseFacts(recordedHost("static"));
const withoutBridge = domain("web", [nic("52:54:00:00:00:01", { bridge: "br9" })], false);
const unreadable = [{ part: "firewall", about: undefined, what: "nft is silent" }] as const;
/** A bridge that tells VLANs apart, as this machine's kernel has none: a guest is in VLAN 20, and its TAP in what is said. */
const inVlans = (tap: PortVlans, uplink: readonly number[], filtering = 1): Facts => {
  const element = { vlan: { tag: { "@id": "20" } } };
  const web = domain("web", [nic("52:54:00:00:00:01", { bridge: "br0", tap: "vnet9", element })]);
  const links = well.links.map((one) => ({
    ...one,
    ...(one.name === "br0" && { settings: { ...one.settings, vlan_filtering: filtering } }),
    ...(one.name === "enp1s0" && { vlans: { pvid: 1, untagged: [1], tagged: uplink } }),
  }));
  const vnet = link("vnet9", { index: 99, kind: "tun", master: "br0", rxPackets: 1, vlans: tap });
  return { ...well, links: [...links, vnet], libvirt: { silent: false, networks: [], domains: [web] } };
};
const inVlan20 = { pvid: 20, untagged: [20], tagged: [] };
const handedOn: Facts = {
  ...well,
  netplan: new Map([
    ...well.netplan,
    ["/etc/netplan/99-desktop.yaml", "network: {version: 2, renderer: NetworkManager}"],
  ]),
};
/** What the lab's table has not: on a host that is well but for it, it is found and nothing else, and the doctor mends it or says that it does not. */
const faults: readonly (readonly [string, Facts, CheckName, boolean])[] = [
  [
    "no default route",
    { ...fixed, routes: fixed.routes.filter((one) => one.destination !== "default") },
    "no-default-route",
    false,
  ],
  ["no name server", { ...fixed, nameservers: [] }, "no-name-server", false],
  [
    "a VM that is off, on a bridge that is not there",
    { ...well, libvirt: { silent: false, networks: [], domains: [withoutBridge] } },
    "vm-bridge-missing",
    false,
  ],
  [
    "a way back that was not gone to its end",
    { ...well, armed: "0123456789ab", incomplete: "networkd does not run\n" },
    "incomplete-way-back",
    true,
  ],
  [
    "a NIC that was taken out of a VM for a change that has ended",
    {
      ...well,
      libvirt: { silent: false, networks: [], domains: [domain("web", [], true)] },
      unplugged: [{ vm: domain("web", []).uuid, mac: "52:54:00:00:00:01", device: "enp1s0" }],
    },
    "unplugged-nic",
    true,
  ],
  ["a tag on a bridge that tells no VLANs apart", inVlans(inVlan20, [20], 0), "vlan-without-filtering", false],
  [
    "a TAP that came back to its bridge",
    inVlans({ pvid: 1, untagged: [1], tagged: [] }, [20]),
    "tap-not-in-vlan",
    true,
  ],
  ["a VLAN that the uplink does not carry", inVlans(inVlan20, [30]), "vlan-not-on-uplink", false],
  [
    "a bridge of kvmnet's that another program, which has the NIC by now, knew nothing of",
    { ...fixed, records: new Map([["br0", { owner: "urn", uplink: "enp1s0", previousConfig: {} }]]) },
    "bridge-gone",
    false,
  ],
  ["netplan hands the NIC under a bridge on to NetworkManager, at the next boot", handedOn, "next-boot", false],
  ["a part that can't be read", { ...well, unreadable }, "unread", false],
];

test("a guest is in the VLAN that libvirt and the uplink have, and nothing is found", () => {
  expect(checks(inVlans(inVlan20, [20]))).toEqual([]);
});

test("a VLAN of the host's own on the uplink takes what is the guest's", () => {
  const { links, ...facts } = inVlans(inVlan20, [20]);
  const taking = link("enp1s0.20", { index: 98, kind: "vlan", parent: "enp1s0", vlan: 20 });
  const [found] = diagnose({ ...facts, links: [...links, taking] }, []);
  expect(found).toMatchObject({ check: "vlan-not-on-uplink", severity: "error" });
  expect(found?.cause).toContain("What comes in for VLAN 20 goes to enp1s0.20 before the bridge sees it");
});

test.each(faults)("%s", (_, facts, check, mends) => {
  expect(checks(facts)).toEqual([check]);
  expect(remediesOf(facts).map((one) => one.check)).toEqual(mends ? [check] : []);
});

test("each kind of fault is a row of a table, here or in the lab, but the self-test, which has a table of its own", () => {
  const inTheLab = [...bridgeFaults, ...bootFaults, ...vmFaults].flatMap(({ finds }) => finds);
  const there = new Set<string>([...inTheLab, ...faults.map(([, , check]) => check), "self-test"]);
  expect(checkNames.filter((name) => !there.has(name))).toEqual([]);
  expect(there.size).toBeGreaterThan(25);
});
