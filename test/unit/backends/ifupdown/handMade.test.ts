import { withInterfaces } from "../../../../provider/backends/ifupdown/owner";
import { bridge as definition } from "../../../../provider/resources/bridge/definition";
import { isAdopted, planLeave } from "../../../../provider/resources/bridge/leave";
import { planBridge } from "../../../../provider/resources/bridge/plan";
import { addressOf, factsWith, link } from "../../support/facts";

const path = "/etc/network/interfaces";
const owner = "urn:x::br";
const stanza = (lines: readonly string[]) =>
  `auto vmbr0\niface vmbr0 inet static\n${lines.map((line) => `\t${line}\n`).join("")}`;
const ofProxmox = [
  ...["address 192.0.2.100/24", "gateway 192.0.2.1"],
  ...["bridge-ports enp1s0", "bridge-stp off", "bridge-fd 0"],
];
const bare = "iface enp1s0 inet manual\n\n";
const plain = ofProxmox.map((line) => line.replace("bridge-", "bridge_"));
const mac = "02:00:00:00:00:07";

function host(text: string, parts: object = { ifupdown2: true }) {
  const facts = factsWith({
    links: [
      link("veth101i0", { kind: "veth", master: "vmbr0" }),
      link("fwpr102p0", { kind: "veth", master: "vmbr0" }),
      link("tap100i0", { kind: "tun", master: "vmbr0" }),
      link("enp1s0", { master: "vmbr0" }),
      link("vmbr0", {
        ...{ kind: "bridge", mac, addresses: [addressOf("192.0.2.100/24")], stp: false, forwardDelay: 0 },
      }),
    ],
    routes: [
      {
        ...{ family: "inet", type: "unicast", destination: "default", gateway: "192.0.2.1", device: "vmbr0" },
        ...{ protocol: "kernel", scope: undefined, source: undefined, metric: undefined, table: undefined },
        ...{ onlink: true, expires: undefined },
      },
    ],
    ifstate: new Map([["vmbr0", "vmbr0"]]),
    tools: new Set(),
    libvirt: undefined,
    ...parts,
  });
  return withInterfaces(facts, new Map([[path, text]]));
}

const plan = (facts: ReturnType<typeof host>, inputs: object = {}) =>
  planBridge(facts, definition.inputs.parse({ connection: { host: "kvm1.example" }, name: "vmbr0", ...inputs }), owner);

describe("a bridge that stands in ifupdown's files by hand", () => {
  test.each([
    ["as Proxmox VE writes it", bare + stanza(ofProxmox), { ifupdown2: true }, "ifupdown2"],
    ["as Debian's wiki writes it, of a NIC that has no stanza", stanza(plain), {}, "ifupdown"],
    ["with STP off and bridge_stp unsaid", stanza(plain.filter((line) => !/stp/.test(line))), {}, "ifupdown"],
  ])("is as wanted %s, with what VMs and containers have in it, and nothing of it changes", (_, text, parts, by) => {
    const facts = host(text, parts);
    const { differences, change, adoptedFiles, wanted } = plan(facts);
    expect(differences).toEqual([]);
    expect([adoptedFiles, wanted.owner]).toEqual([[path], by]);
    expect([...change.files.keys()]).toEqual(["/var/lib/kvmnet/bridges/vmbr0.json"]);
    expect([change.remove, change.keepOnApply, change.keepOnRollback]).toEqual([[], [], []]);

    const record = JSON.parse([...change.files.values()].join(""));
    expect(record).toMatchObject({ previousConfig: {}, found: { files: [path], macAddress: mac } });
    const taken = { ...facts, records: new Map([["vmbr0", record]]) };
    expect(plan(taken).differences).toEqual([]);
    expect(isAdopted(taken, "vmbr0", {})).toBe(true);
    expect(planLeave(taken, "vmbr0", {}, { timeout: 60 })).toBeUndefined();
  });

  test("says which line to write where the program wants another one, in the file's own words", () => {
    const refused = (inputs: object, text = bare + stanza(ofProxmox), parts?: object) => {
      try {
        return plan(host(text, parts), inputs).differences;
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(refused({ forwardDelay: 15 })).toMatch(
      /^forwardDelay: vmbr0 has bridge-fd 0 by \/etc\/network\/interfaces, .*Write "bridge-fd 15" there and run ifreload -a/,
    );
    expect(refused({ stp: true, forwardDelay: 2 }, stanza(plain), {})).toMatch(
      /^stp: vmbr0 has bridge_stp off .*Write "bridge_stp on", "bridge_fd 2" there and run ifdown vmbr0 and ifup vmbr0 .*, or say stp, forwardDelay as it is there/,
    );
    expect(refused({}, bare + stanza(ofProxmox.filter((line) => !/fd/.test(line))))).toMatch(/has bridge-fd 15 by/);
    expect(refused({ macAddress: "02:00:00:00:00:09" })).toMatch(/Write "hwaddress 02:00:00:00:00:09" there/);
    expect(refused({ macAddress: mac })).toEqual([]);
    const other = { addresses: ["192.0.2.20/24"], routes: [{ to: "default", via: "192.0.2.2" }] };
    expect(refused({ addressing: other })).toMatch(
      /^addressing: .*Write "address 192\.0\.2\.20\/24", "gateway 192\.0\.2\.2" there/,
    );
    const same = { addresses: ["192.0.2.100/24"], routes: [{ to: "default", via: "192.0.2.1" }] };
    expect(refused({ addressing: same })).toEqual([]);
  });

  test("has its MTU by its own stanza and its port's, and is told that ifupdown2's syntax check has its doubts", () => {
    const ofPort = (mtu: number) => bare.replace("manual\n", `manual\n\tmtu ${mtu}\n`);
    const unlike = (text: string, parts?: object) => () => plan(host(text, parts), { mtu: 9000 });
    const both = /^mtu: .*Write "mtu 9000", "mtu 9000 in the stanza of enp1s0 too" there/;
    expect(unlike(bare + stanza(ofProxmox))).toThrow(both);
    expect(unlike(bare + stanza(ofProxmox))).toThrow(
      /ifupdown2 sets the bridge's by the first line, though its syntax/,
    );
    expect(unlike(bare + stanza(plain), {})).toThrow(/\(pulumi import prints that\)\.$/);
    expect(unlike(ofPort(9000) + stanza(ofProxmox))).toThrow(both);
    expect(unlike(ofPort(9000) + stanza([...ofProxmox, "mtu 9000"]))).not.toThrow();
  });

  test("what a hand has changed in the kernel is drift, and put back without a word to ifupdown", () => {
    const facts = host(bare + stanza(ofProxmox));
    const links = facts.links.map((one) => (one.name === "vmbr0" ? { ...one, forwardDelay: 15 } : one));
    const { differences, change } = plan({ ...facts, links });
    expect(differences).toEqual(["the forward delay of vmbr0 is 15 s instead of 0 s"]);
    expect(change).toMatchObject({ owner: "ifupdown2", keepOnApply: [], keepOnRollback: [] });
    expect(change.apply).toContain("link set dev vmbr0 type bridge forward_delay 0");
  });

  test("has one uplink, and is refused with other ports, by its file or in the kernel", () => {
    const two = bare + stanza(ofProxmox.map((line) => line.replace("ports enp1s0", "ports enp1s0 enp2s0")));
    expect(() => plan(host(two))).toThrow(/with the ports enp1s0, enp2s0, and the program wants one on enp1s0 alone/);
    const facts = host(bare + stanza(ofProxmox));
    const links = [...facts.links, link("enp2s0", { master: "vmbr0" })];
    expect(() => plan({ ...facts, links }, { uplink: "enp1s0" })).toThrow(/with the ports enp1s0, enp2s0/);
  });

  test("may be on a bond, which is left as it is", () => {
    const text = `auto bond0\niface bond0 inet manual\n\tbond-slaves enp1s0\n\n${stanza(
      ofProxmox.map((line) => line.replace("ports enp1s0", "ports bond0")),
    )}`;
    const facts = host(text);
    const links = facts.links.map((one) => (one.name === "enp1s0" ? { ...one, name: "bond0", kind: "bond" } : one));
    expect(plan(withInterfaces({ ...facts, links }, facts.interfaces)).differences).toEqual([]);
  });

  test("is not taken over where ifupdown does not have it up", () => {
    const facts = host(bare + stanza(ofProxmox), { ifupdown2: true, ifstate: new Map() });
    expect(() => plan(facts)).toThrow(
      /^name: vmbr0 stands in .*, but ifupdown2 has not brought it up \(ifquery -a --print-savedstate\)/,
    );
  });
});
