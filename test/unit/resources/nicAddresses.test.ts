import ipaddr from "ipaddr.js";
import type { Host } from "../../../provider/host/host";
import { addressesNow, findAddresses } from "../../../provider/resources/nic/addresses";
import { addressOf, factsWith, link } from "../support/facts";

const macAddress = "52:54:00:00:00:01";
const other = "52:54:00:00:00:02";
const domainId = "00000000-0000-4000-8000-000000000001";
const facts = factsWith({ links: [link("br0", { kind: "bridge", addresses: [addressOf("192.0.2.10/24")] })] });
const nic = { domainId, macAddress, link: "br0", direct: false };
const neighbour = (address: string, reachable: boolean) => ({ mac: macAddress, address, device: "br0", reachable });
const agent = (address: string) => `agent:\n eth0 ${macAddress} ipv4 ${address}/24\nlease:\n`;

interface Says {
  /** What libvirt says each time that it is asked. */
  readonly libvirt?: readonly string[];
  /** What is heard in ARP while it is waited for. */
  readonly arp?: string;
  /** Who answers for which address. */
  readonly answers?: Readonly<Record<string, string>>;
}

const hexOf = (address: string) => Buffer.from(ipaddr.parse(address).toByteArray()).toString("hex");

/** A host, and whom it was asked for. */
function hostThat({ libvirt = [], arp = "", answers = {} }: Says, later = facts) {
  const asked: string[] = [];
  const said = [...libvirt];
  let wasAsked = () => {};
  const askedForAny = new Promise<void>((resolve) => {
    wasAsked = resolve;
  });
  const ask = async (argv: readonly string[]) => {
    if (argv.includes("virsh")) {
      asked.push("libvirt");
      return { code: 0, stdout: said.shift() ?? "" };
    }
    const all = argv.some((word) => word.startsWith("one:"));
    asked.push(all ? "the guest for any" : "all for those");
    if (all) wasAsked();
    const lines = Object.entries(answers).flatMap(([address, mac]) =>
      all || argv.includes(hexOf(address)) ? [`${hexOf(address)} ${mac}`] : [],
    );
    return { code: 0, stdout: lines.join("\n") };
  };
  const run = (_: readonly string[], { signal }: { signal: AbortSignal }) => {
    asked.push("ARP");
    const heard = askedForAny.then(() => ({ code: arp === "" ? 1 : 0, stdout: arp }));
    // One that has nothing to say is waited for until somebody ends it.
    return arp === "" && Object.keys(answers).length > 0
      ? new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("enough"))))
      : heard;
  };
  const host = { readFreshFacts: async () => later, run, ask } as unknown as Host;
  return { host, asked };
}

const { signal } = new AbortController();

describe("a NIC that has just come", () => {
  it.each<[string, Says & { known?: [string, boolean]; late?: string; moved?: boolean }, string[], string[]]>([
    ["of a guest that answered a moment ago is not waited for", { known: ["192.0.2.55", true] }, ["192.0.2.55"], []],
    [
      "nor of one that answers for what the host knows of before",
      { known: ["192.0.2.55", false], answers: { "192.0.2.55": macAddress } },
      ["192.0.2.55"],
      ["all for those"],
    ],
    [
      "has none that its guest does not answer for any more",
      { known: ["192.0.2.55", false], arp: "192.0.2.57\n" },
      ["192.0.2.57"],
      ["all for those", "libvirt", "ARP", "the guest for any"],
    ],
    ["is not waited for where the agent tells", { libvirt: [agent("192.0.2.56")] }, ["192.0.2.56"], ["libvirt"]],
    [
      "has no worthless address",
      { libvirt: [agent("169.254.1.1")], arp: "192.0.2.57\n" },
      ["192.0.2.57"],
      ["libvirt", "ARP", "the guest for any"],
    ],
    [
      "that was elsewhere has none of before",
      { known: ["192.0.2.55", true], moved: true, arp: "192.0.2.57\n" },
      ["192.0.2.57"],
      ["ARP", "the guest for any"],
    ],
    [
      "of a guest that says nothing is known by what it answers for",
      { answers: { "192.0.2.60": macAddress } },
      ["192.0.2.60"],
      ["libvirt", "ARP", "the guest for any"],
    ],
    [
      "is looked for once more when the time is over: by the agent",
      { libvirt: ["", agent("192.0.2.58")] },
      ["192.0.2.58"],
      ["libvirt", "ARP", "the guest for any", "libvirt"],
    ],
    [
      "and by whom the host has spoken to",
      { late: "192.0.2.59" },
      ["192.0.2.59"],
      ["libvirt", "ARP", "the guest for any"],
    ],
  ])("%s", async (_, { known, late, moved: changedBridge = false, ...says }, found, order) => {
    const now = known ? { ...facts, neighbours: [neighbour(...known)] } : facts;
    const { host, asked } = hostThat(says, late ? { ...facts, neighbours: [neighbour(late, true)] } : facts);
    expect(await findAddresses(host, now, nic, { seconds: 60, signal, changedBridge })).toEqual(found);
    expect(asked).toEqual(order);
  });
});

describe("an address of a NIC whose VM runs", () => {
  const had = ["192.0.2.55"];

  it.each<[string, Says & { neighbours?: ReturnType<typeof neighbour>[] }, string[]]>([
    ["stays while the guest answers for it", { answers: { "192.0.2.55": macAddress } }, had],
    ["stays while nobody answers: a guest that restarts is silent too", {}, had],
    [
      "stays beside another one that the guest has",
      { answers: { "192.0.2.55": macAddress, "192.0.2.56": other } },
      had,
    ],
    ["goes where another machine has it", { answers: { "192.0.2.55": other } }, []],
    [
      "gives way to the one that answers, as the host knows",
      { neighbours: [neighbour("192.0.2.56", true)] },
      ["192.0.2.56"],
    ],
    ["gives way to the one that the agent tells", { libvirt: [agent("192.0.2.56")] }, ["192.0.2.56"]],
    ["gives way to the one that the guest answers for", { answers: { "192.0.2.56": macAddress } }, ["192.0.2.56"]],
    [
      "stays where the guest answers for several others: it has more NICs there",
      { answers: { "192.0.2.56": macAddress, "192.0.2.57": macAddress } },
      had,
    ],
    ["goes where the agent has none", { libvirt: [`agent:\n eth0 ${macAddress} N/A N/A\nlease:\n`] }, []],
    [
      "gives way to a lease of libvirt's own",
      { libvirt: [`agent:\nlease:\n vnet0 ${macAddress} ipv4 192.0.2.9/24\n`] },
      ["192.0.2.9"],
    ],
  ])("%s", async (_, { neighbours = [], ...says }, left) => {
    const { host } = hostThat(says);
    expect(await addressesNow(host, { ...facts, neighbours }, nic, had)).toEqual(left);
  });

  it("is looked for where none was known", async () => {
    const { host, asked } = hostThat({ answers: { "192.0.2.60": macAddress } });
    expect(await addressesNow(host, facts, nic, [])).toEqual(["192.0.2.60"]);
    expect(asked).toEqual(["libvirt", "the guest for any"]);
  });

  it("of IPv6 is looked for as the guest's kernel makes it of the MAC address", async () => {
    const six = { ...addressOf("2001:db8::10/64") };
    const own = { ...addressOf("fe80::1/64"), scope: "link" as const };
    const br0 = link("br0", { kind: "bridge", addresses: [six, own] });
    const { host, asked } = hostThat({ answers: { "2001:db8::5054:ff:fe00:1": macAddress } });
    expect(await addressesNow(host, { ...facts, links: [br0] }, nic, [])).toEqual(["2001:db8::5054:ff:fe00:1"]);
    expect(asked).toEqual(["libvirt", "all for those"]);
  });

  it("by a macvtap is asked for of the agent alone", async () => {
    const { host, asked } = hostThat({ answers: { "192.0.2.60": macAddress } });
    expect(await addressesNow(host, facts, { ...nic, direct: true }, had)).toEqual(had);
    expect(asked).toEqual(["libvirt"]);
  });
});

it("What many NICs ask at once is one command", async () => {
  const { host, asked } = hostThat({ answers: { "192.0.2.55": macAddress, "192.0.2.56": other } });
  const looks = [macAddress, other].map((mac, at) =>
    addressesNow(host, facts, { ...nic, macAddress: mac }, [`192.0.2.${55 + at}`]),
  );
  expect(await Promise.all(looks)).toEqual([["192.0.2.55"], ["192.0.2.56"]]);
  expect(asked).toEqual(["all for those"]);
});
