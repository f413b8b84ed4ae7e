import { XMLParser } from "fast-xml-parser";
import { parseVlans } from "../../../../provider/host/facts/parseLinks";
import { portVlanWords, ranges, vlanLines } from "../../../../provider/kernel/vlans";
import { compareRestrictions, restricted, restrictionWords } from "../../../../provider/plan/attachment/restrictions";
import { portVlansOf, type Vlan, vlanIn, vlanWords } from "../../../../provider/plan/attachment/vlan";
import { nicXml } from "../../../../provider/plan/libvirt/xml";
import { link } from "../../support/facts";

const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: "@", parseAttributeValue: false });
const bridge = link("br0", { kind: "bridge", settings: { vlan_filtering: 1, vlan_default_pvid: 1 } });
const own = { pvid: 1, untagged: [1], tagged: [] };

/** What libvirt 11.3 made of each of them in a kernel (`bridge vlan show` of Debian 13). */
const all: readonly (readonly [Vlan, string, ReturnType<typeof portVlansOf>, string])[] = [
  [{ tag: 20 }, "VLAN 20", { pvid: 20, untagged: [20], tagged: [] }, "VLAN 20"],
  [
    { trunk: [40, 20], native: 20 },
    "the VLANs 20, 40 (20 without a tag)",
    { pvid: 20, untagged: [20], tagged: [40] },
    "VLAN 20 and 40 tagged",
  ],
  [{ trunk: [20] }, "the VLANs 20", { pvid: undefined, untagged: [], tagged: [20] }, "20 tagged"],
];

test.each(all)(
  "%j is read back from what is written, in words and as the port has it",
  (vlan, words, port, portWords) => {
    const nic = { macAddress: "52:54:00:00:00:01", bridge: "br0", model: "virtio", linkState: "up" as const };
    const { interface: element } = parser.parse(nicXml({ ...nic, restrictions: { vlan } }));
    expect(vlanIn(element)).toEqual(vlan);
    expect(vlanWords(vlanIn(element))).toBe(words);
    expect(portVlansOf(vlan, bridge)).toEqual(port);
    expect(portVlanWords(port)).toBe(portWords);
    expect(compareRestrictions(element, { vlan })).toEqual({ isolated: false, filter: false, vlan: false });
    expect(compareRestrictions(element, { vlan: "none" }).vlan).toBe(true);
    expect(compareRestrictions(element, {}).vlan).toBe(false);
    expect(restricted(element, {})).toEqual(element);
    expect(restricted(element, { vlan: "none" })).not.toHaveProperty("vlan");
    expect(restrictionWords({ vlan })).toBe(` (in ${words})`);
  },
);

test("a port without a VLAN of its own has what its bridge gives each", () => {
  expect(portVlansOf("none", bridge)).toEqual(own);
  const none = link("br0", { kind: "bridge", settings: { vlan_default_pvid: 0 } });
  expect(portVlansOf("none", none)).toEqual({ pvid: undefined, untagged: [], tagged: [] });
  expect([vlanWords("none"), portVlanWords(portVlansOf("none", none))]).toEqual(["no VLAN", "no VLAN"]);
});

test("what `bridge -j -compressvlans vlan show` prints is read", () => {
  const vlans = [
    { vlan: 1, flags: ["PVID", "Egress Untagged"] },
    { vlan: 20, vlanEnd: 22 },
    { vlan: 30, flags: ["Egress Untagged"] },
  ];
  const read = parseVlans({ ifname: "enp1s0", vlans });
  expect(read).toEqual({ pvid: 1, untagged: [1, 30], tagged: [20, 21, 22] });
  expect(portVlanWords(read)).toBe("VLAN 1 and 20-22 tagged and 30 on the way out");
});

/** The kernel's: net/bridge/br_vlan.c. One that is said without "pvid" is that no more. */
function kernel(port: ReturnType<typeof parseVlans>, lines: readonly string[]) {
  return lines.reduce((now, text) => {
    const [, verb, from = "", to = from, words = ""] =
      /^vlan (add|del) vid (\d+)(?:-(\d+))? dev p(.*)$/.exec(text) ?? [];
    const ids = Array.from({ length: Number(to) - Number(from) + 1 }, (_, at) => Number(from) + at);
    const less = (list: readonly number[]) => list.filter((one) => !ids.includes(one));
    const [pvid, bare] = [words.includes("pvid"), words.includes("untagged")];
    const kept = now.pvid !== undefined && ids.includes(now.pvid) ? undefined : now.pvid;
    return {
      pvid: verb === "add" && pvid ? ids[0] : kept,
      untagged: [...less(now.untagged), ...(verb === "add" && bare ? ids : [])],
      tagged: [...less(now.tagged), ...(verb === "add" && !bare ? ids : [])],
    };
  }, port);
}

test("a port is brought from any VLANs to any others, and what goes goes first", () => {
  const ports = [
    own,
    { pvid: 1, untagged: [1], tagged: [20, 30, 31, 32] },
    { pvid: 20, untagged: [20], tagged: [] },
    { pvid: undefined, untagged: [1], tagged: [20] },
    { pvid: 20, untagged: [1], tagged: [20] },
    { pvid: undefined, untagged: [], tagged: [] },
  ];
  for (const from of ports)
    for (const to of ports) expect(portVlanWords(kernel(from, vlanLines("p", from, to)))).toBe(portVlanWords(to));
  expect(vlanLines("vnet0", own, { pvid: 20, untagged: [20], tagged: [] })).toEqual([
    "vlan del vid 1 dev vnet0",
    "vlan add vid 20 dev vnet0 pvid untagged",
  ]);
  expect(vlanLines("enp1s0", own, { ...own, tagged: [20, 100, 101, 102] })).toEqual([
    "vlan add vid 20 dev enp1s0",
    "vlan add vid 100-102 dev enp1s0",
  ]);
  expect(ranges([5, 3, 4, 9, 3])).toEqual(["3-5", "9"]);
});
