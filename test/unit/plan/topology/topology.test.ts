import { svgOf } from "../../../../cli/svg";
import { diagnose } from "../../../../provider/plan/diagnose/diagnose";
import { topologyOf } from "../../../../provider/plan/topology/topology";
import { treeOf } from "../../../../provider/plan/topology/tree";
import { addressOf, domain, factsWith, link, nic } from "../../support/facts";

const mac = (last: number) => `52:54:00:00:00:${last.toString(16).padStart(2, "0")}`;

const facts = factsWith({
  links: [
    link("lo", { loopback: true }),
    link("enp1s0", { master: "bond0", kind: undefined }),
    link("enp2s0", { up: false, carrier: false, mac: "02:00:00:00:00:02" }),
    link("bond0", { kind: "bond" }),
    link("bond0.7", { kind: "vlan", vlan: 7, parent: "bond0", master: "br0" }),
    link("br0", { kind: "bridge", addresses: [addressOf("192.0.2.10/24")] }),
    link("vnet0", { kind: "tun", master: "br0", mac: "fe:54:00:00:00:01" }),
    link("vnet1", { kind: "tun", mac: "fe:54:00:00:00:02" }),
  ],
  neighbours: [{ mac: mac(1), address: "192.0.2.51", device: "br0", reachable: true }],
  libvirt: {
    silent: false,
    networks: [],
    domains: [
      domain("web", [nic(mac(1), { tap: "vnet0" })]),
      domain("db", [nic(mac(2), { tap: "vnet1" })]),
      domain("old", [nic(mac(3))], false),
      domain("<none>", []),
    ],
  },
});
const heard = [
  {
    kind: "arp",
    device: "vnet0",
    direction: "in",
    from: mac(1),
    to: undefined,
    content: "192.0.2.52",
    client: undefined,
  },
] as const;
const topology = topologyOf("kvm1", { facts, heard, findings: diagnose(facts) });

it("the tree goes from each bridge to the wire and to its VMs, and has what is on none", () => {
  expect(treeOf(topology)).toBe(`kvm1
├─ bridge br0  192.0.2.10/24  02:00:00:00:00:01
│  ├─ VLAN bond0.7  VLAN 7  02:00:00:00:00:01
│  │  └─ bond bond0  02:00:00:00:00:01
│  │     └─ NIC enp1s0  02:00:00:00:00:01
│  ├─ TAP vnet0
│  │  └─ VM web  192.0.2.51  192.0.2.52  52:54:00:00:00:01
│  └─ VM old  52:54:00:00:00:03  off
├─ NIC enp2s0  02:00:00:00:00:02  down
├─ TAP vnet1
│  └─ VM db  52:54:00:00:00:02
│        ! error tap-not-in-bridge: vnet1 has no master; 52:54:00:00:00:02 is on br0
└─ VM <none>  no NIC
`);
});

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

it("of a bridge that tells VLANs apart, in which of them its ports and its VMs' NICs are", () => {
  const vlan = { tag: { "@id": "20" } };
  const facts = factsWith({
    links: [
      link("enp1s0", { master: "br0", vlans: { pvid: 1, untagged: [1], tagged: [20, 21] } }),
      link("br0", { kind: "bridge", settings: { vlan_filtering: 1 } }),
      link("vnet0", { kind: "tun", master: "br0", vlans: { pvid: 20, untagged: [20], tagged: [] } }),
    ],
    libvirt: {
      silent: false,
      networks: [],
      domains: [domain("web", [nic(mac(1), { tap: "vnet0", element: { vlan } })])],
    },
  });
  const text = treeOf(topologyOf("kvm1", { facts, heard: [], findings: [] }));
  expect(text).toMatch(/bridge br0 .*tells VLANs apart/);
  expect(text).toMatch(/NIC enp1s0 .*in VLAN 1 and 20-21 tagged/);
  expect(text).toMatch(/TAP vnet0 .*in VLAN 20/);
  expect(text).toMatch(/VM web .*\(VLAN 20\)/);
  const off = { ...facts, links: facts.links.map((one) => ({ ...one, settings: {} })) };
  expect(treeOf(topologyOf("kvm1", { facts: off, heard: [], findings: [] }))).not.toMatch(/ in VLAN|apart/);
});

function boxesOf(svg: string): Box[] {
  return [...svg.matchAll(/<rect class="card" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g)].map(
    ([, x, y, width, height]) => ({ x: Number(x), y: Number(y), width: Number(width), height: Number(height) }),
  );
}

describe("the picture", () => {
  it("has a card for each thing, with what is wrong with it, and no name breaks out of it", () => {
    const svg = svgOf(topology);
    expect(boxesOf(svg)).toHaveLength(topology.nodes.length + 1);
    expect(svg).toContain("! error: tap-not-in-bridge");
    expect(svg).toContain("VM &lt;none&gt;");
    expect(svg).not.toContain("<none>");
  });

  it("of twenty VMs has no card over another, and all of them inside", () => {
    const many = Array.from({ length: 20 }, (_, at) => ({ tap: `vnet${at}`, name: `vm${at}`, at }));
    const full = factsWith({
      links: [
        link("enp1s0", { master: "br0" }),
        link("br0", { kind: "bridge", addresses: [addressOf("192.0.2.10/24")] }),
        ...many.map(({ tap }) => link(tap, { kind: "tun", master: "br0" })),
      ],
      libvirt: {
        silent: false,
        networks: [],
        domains: many.map(({ name, tap, at }) => domain(name, [nic(mac(at), { tap })])),
      },
    });
    const svg = svgOf(topologyOf("kvm1", { facts: full, heard: [], findings: [] }));
    const boxes = boxesOf(svg);
    const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)?.map(Number) ?? [];
    expect(boxes).toHaveLength(43);
    for (const [at, one] of boxes.entries()) {
      expect(one.x + one.width).toBeLessThanOrEqual(width ?? 0);
      expect(one.y + one.height).toBeLessThanOrEqual(height ?? 0);
      const over = boxes.slice(at + 1).filter((other) => {
        const beside = one.x + one.width <= other.x || other.x + other.width <= one.x;
        return !beside && one.y < other.y + other.height && other.y < one.y + one.height;
      });
      expect(over).toEqual([]);
    }
  });
});

it("of a VM with two NICs each TAP has its own, and a NIC that nothing uses is there too", () => {
  const both = factsWith({
    links: [
      link("eth0", { kind: "veth", master: "br0" }),
      link("eth1", { kind: "veth", mac: "02:00:00:00:00:02" }),
      link("br0", { kind: "bridge" }),
      link("vnet0", { kind: "tun", master: "br0" }),
      link("vnet1", { kind: "tun", mac: "fe:54:00:00:00:02" }),
    ],
    neighbours: [{ mac: mac(1), address: "192.0.2.51", device: "br0", reachable: true }],
    records: new Map([["br0", { owner: "urn:x::br", uplink: "eth0", previousConfig: {} }]]),
    libvirt: {
      silent: false,
      networks: [],
      domains: [domain("web", [nic(mac(1), { tap: "vnet0" }), nic(mac(2), { tap: "vnet1" })])],
    },
  });
  const findings = diagnose(both).filter(({ check }) => check === "tap-not-in-bridge");
  expect(treeOf(topologyOf("kvm1", { facts: both, heard: [], findings }))).toBe(`kvm1
├─ bridge br0  02:00:00:00:00:01
│  ├─ NIC eth0  02:00:00:00:00:01
│  └─ TAP vnet0
│     └─ VM web  192.0.2.51  52:54:00:00:00:01
├─ NIC eth1  02:00:00:00:00:02
└─ TAP vnet1
   └─ VM web  52:54:00:00:00:02
         ! error tap-not-in-bridge: vnet1 has no master; 52:54:00:00:00:02 is on br0
`);
});

it("a VM that is directly on a NIC is under that one, running or off", () => {
  const direct = nic(mac(1), { type: "direct", device: "eth0", bridge: undefined, tap: "macvtap0" });
  const links = [link("eth0"), link("macvtap0", { kind: "macvtap", parent: "eth0" })];
  const tree = (running: boolean) => {
    const libvirt = { silent: false, networks: [], domains: [domain("web", [direct], running)] };
    return treeOf(topologyOf("kvm1", { facts: factsWith({ links, libvirt }), heard: [], findings: [] }));
  };
  expect(tree(true)).toBe(`kvm1
└─ NIC eth0  02:00:00:00:00:01
   └─ VM web  52:54:00:00:00:01 (macvtap)
`);
  expect(tree(false)).toContain("└─ VM web  52:54:00:00:00:01 (macvtap)  off");
});

it.each([
  [
    "go round",
    [link("br0", { kind: "bridge" })],
    (at: number, count: number) => [
      link(`v${at}`, { kind: "vlan", parent: `v${(at + 1) % count}`, ...(at === 0 && { master: "br0" }) }),
    ],
  ],
  [
    "go in many ways to one end",
    [link("b0", { kind: "bond" })],
    (at: number) => [
      link(`b${at + 1}`, { kind: "bond" }),
      ...["x", "y"].map((way) => link(`${way}${at}`, { kind: "vlan", parent: `b${at}`, master: `b${at + 1}` })),
    ],
  ],
  ["are without end", [], (at: number) => [link(`v${at}`, { kind: "vlan", parent: `v${at - 1}` })]],
])("links that a host has on top of each other and that %s are drawn all the same", (_, first, more) => {
  const links = [...first, ...[...Array(1500).keys()].flatMap((at) => more(at, 1500))];
  const lies = topologyOf("kvm1", { facts: factsWith({ links }), heard: [], findings: [] });
  expect(treeOf(lies)).toContain(links[0]?.name);
  expect(() => svgOf(lies)).toThrow(
    /^kvm1 has \d,\d+ links and VMs: a picture is drawn of 1,000 at most\. Without --svg/,
  );
  const fewer = [...first, ...[...Array(300).keys()].flatMap((at) => more(at, 300))];
  expect(svgOf(topologyOf("kvm1", { facts: factsWith({ links: fewer }), heard: [], findings: [] }))).toContain(
    `${links[0]?.name}</text>`,
  );
});

test("a VM of as many NICs as a reply can have is drawn", () => {
  const nics = [...Array(150_000).keys()].map((at) => nic(mac(1), { tap: `t${at % 3}` }));
  const links = [
    link("br0", { kind: "bridge" }),
    ...[0, 1, 2].map((at) => link(`t${at}`, { kind: "tun", master: "br0" })),
  ];
  const domains = [...Array(3).keys()].map((at) => domain(`vm${at}`, at === 0 ? nics : [nic(mac(2), { tap: "t1" })]));
  const lies = topologyOf("kvm1", {
    facts: factsWith({ links, libvirt: { silent: false, networks: [], domains } }),
    heard: [],
    findings: [],
  });
  expect(lies.edges).toHaveLength(8);
  expect(svgOf(lies)).toContain("VM vm0");
});
