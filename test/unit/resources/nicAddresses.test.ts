import type { Host } from "../../../provider/host/host";
import { findAddresses } from "../../../provider/resources/nic/addresses";
import { addressOf, factsWith, link } from "../support/facts";

const macAddress = "52:54:00:00:00:01";
const domainId = "00000000-0000-4000-8000-000000000001";
const facts = factsWith({ links: [link("br0", { kind: "bridge", addresses: [addressOf("192.0.2.10/24")] })] });
const neighbour = (address: string) => ({ mac: macAddress, address, device: "br0", reachable: false });
const agent = (address: string) => ` eth0 ${macAddress} ipv4 ${address}/24\n`;

/** A host whose libvirt says this each time it is asked, whose guest says that in ARP, and what it knows afterwards. */
function hostWith({ libvirt = [""], arp = "", later = facts }) {
  const asked: string[] = [];
  const answers = [...libvirt];
  const host = {
    freshFacts: async () => later,
    run: async (argv: readonly string[]) => {
      const isLibvirt = argv.includes("virsh");
      asked.push(isLibvirt ? "libvirt" : "ARP");
      const stdout = isLibvirt ? (answers.shift() ?? "") : arp;
      return { code: stdout === "" ? 1 : 0, stdout };
    },
  };
  return { host: host as unknown as Host, asked };
}

const { signal } = new AbortController();
const sought = { domainId, macAddress, bridge: "br0", seconds: 60, signal };

it.each([
  ["a guest that the host knows is not waited for", { known: "192.0.2.55" }, ["192.0.2.55"], []],
  ["nor one whose agent tells it", { libvirt: [agent("192.0.2.56")] }, ["192.0.2.56"], ["libvirt"]],
  [
    "a worthless address is none",
    { libvirt: [agent("169.254.1.1")], arp: "192.0.2.57\n" },
    ["192.0.2.57"],
    ["libvirt", "ARP"],
  ],
  [
    "what is known of a NIC that came elsewhere is of before",
    { known: "192.0.2.55", moved: true, arp: "192.0.2.57\n" },
    ["192.0.2.57"],
    ["ARP"],
  ],
  [
    "a guest that was silent is looked for once more: by its agent",
    { libvirt: ["", agent("192.0.2.58")] },
    ["192.0.2.58"],
    ["libvirt", "ARP", "libvirt"],
  ],
  ["and by whom the host has spoken to", { late: "192.0.2.59" }, ["192.0.2.59"], ["libvirt", "ARP"]],
  ["one that nobody knows has none", {}, [], ["libvirt", "ARP", "libvirt"]],
])(
  "%s",
  async (_, {
    known,
    late,
    moved,
    ...says
  }: { known?: string; late?: string; moved?: boolean; libvirt?: string[]; arp?: string }, found, order) => {
    const now = known === undefined ? facts : { ...facts, neighbours: [neighbour(known)] };
    const { host, asked } = hostWith({
      ...says,
      later: late === undefined ? facts : { ...facts, neighbours: [neighbour(late)] },
    });
    expect(await findAddresses(host, now, { ...sought, ...(moved && { moved }) })).toEqual(found);
    expect(asked).toEqual(order);
  },
);
