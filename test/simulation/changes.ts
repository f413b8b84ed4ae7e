import type { Facts } from "../../provider/host/facts/facts";
import { findBridgeDifferences } from "../../provider/plan/link/differences";
import { type BridgeInputs, bridge } from "../../provider/resources/bridge/definition";
import { findFormerUplink, planUpdate } from "../../provider/resources/bridge/planUpdate";
import { planRestore } from "../../provider/resources/bridge/restore";
import type { Planned } from "./engine";

/** A kind of change of a host's network. */
export interface ChangeKind {
  readonly name: string;
  /** The host's files of netplan's, before kvmnet. */
  readonly netplan: string;
  /** Those of who else has the NICs: path to text. */
  readonly files?: Readonly<Record<string, string>>;
  /** A change that was made before. */
  readonly first?: (facts: Facts) => Planned;
  /** What a hand did to the kernel after that, by a shell: gone with a boot. */
  readonly byHand?: string;
  readonly plan: (facts: Facts) => Planned;
}

const owner = "urn:x::br";
const addressing = `      addresses: [192.0.2.100/24]
      routes: [{ to: default, via: 192.0.2.1 }]
      nameservers: { addresses: [192.0.2.1] }
`;
const installers = `network:
  version: 2
  ethernets:
    enp1s0:
${addressing}    enp2s0: {}
`;
const handMade = `network:
  version: 2
  ethernets:
    enp1s0: {}
    enp2s0: {}
  bridges:
    br0:
      interfaces: [enp1s0]
      macaddress: 52:54:00:00:00:01
      parameters: { stp: false, forward-delay: 4 }
${addressing}`;

const up =
  (inputs: Partial<BridgeInputs> | object = {}, was?: string) =>
  (facts: Facts): Planned => {
    const wanted = bridge.inputs.parse({ connection: { host: "kvm1.example" }, ...inputs });
    const plan = planUpdate(facts, wanted, owner, was ?? wanted.name);
    return {
      change: plan.change,
      missing: (after) => [...findBridgeDifferences(after, plan.wanted), ...findFormerUplink(after, plan)],
      leaving: [plan.planned.device, ...plan.change.leaving],
    };
  };

const destroy = (facts: Facts): Planned => {
  const previous = facts.records.get("br0")?.previousConfig ?? {};
  const { change, uplink, planned } = planRestore(facts, "br0", previous, { timeout: 60 });
  const there = (after: Facts) =>
    after.links.find(({ name }) => name === uplink.name)?.addresses.map(({ local }) => local) ?? [];
  return {
    change,
    missing: (after) =>
      there(after).includes("192.0.2.100") && after.links.every(({ name }) => name !== "br0") ? [] : ["not restored"],
    leaving: [planned.device, ...change.leaving],
  };
};

const noNetplan = "network:\n  version: 2\n";
const nameservers = ["192.0.2.1"];
const routes = [{ to: "default", via: "192.0.2.1" }];

/** Another stack's, which wants a bridge of its own on the same NIC. */
export const secondUp: ChangeKind = {
  name: "first up of another bridge",
  netplan: installers,
  plan: up({ name: "br1", uplink: "enp1s0" }),
};

/** A host whose NIC ifupdown has, by DHCP. */
export const leased: ChangeKind = {
  name: "first up of a NIC of ifupdown's with DHCP",
  netplan: noNetplan,
  files: {
    "/etc/network/interfaces": "auto lo\niface lo inet loopback\nallow-hotplug enp1s0\niface enp1s0 inet dhcp\n",
  },
  plan: up(),
};

/** The files of a NIC with a fixed address, by who has it. */
const owners: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ifupdown: {
    "/etc/network/interfaces": `auto lo
iface lo inet loopback

# the uplink
auto enp1s0
iface enp1s0 inet static
    address 192.0.2.100/24
    gateway 192.0.2.1
`,
  },
  NetworkManager: {
    "/etc/NetworkManager/system-connections/lan.nmconnection": `[connection]
id=lan
uuid=11111111-1111-4111-8111-111111111111
type=ethernet
interface-name=enp1s0

[ipv4]
address1=192.0.2.100/24,192.0.2.1
dns=192.0.2.1;
method=manual

[ipv6]
method=link-local
`,
  },
  "networkd's own files": {
    "/etc/systemd/network/20-lan.network": `[Match]
Name=enp1s0

[Network]
Address=192.0.2.100/24
DNS=192.0.2.1

[Route]
Destination=0.0.0.0/0
Gateway=192.0.2.1
`,
  },
};

/** Without netplan. */
export const ofOtherOwners: readonly ChangeKind[] = [
  ...Object.entries(owners).flatMap(([who, files]): ChangeKind[] => [
    { name: `first up by ${who}`, netplan: noNetplan, files, plan: up() },
    { name: `destroy by ${who}`, netplan: noNetplan, files, first: up(), plan: destroy },
  ]),
  leased,
];

export const changeKinds: readonly ChangeKind[] = [
  { name: "first up", netplan: installers, plan: up() },
  { name: "destroy", netplan: installers, first: up(), plan: destroy },
  { name: "rename", netplan: installers, first: up(), plan: up({ name: "br1" }, "br0") },
  { name: "another uplink", netplan: installers, first: up(), plan: up({ uplink: "enp2s0" }) },
  {
    name: "address change",
    netplan: installers,
    first: up(),
    plan: up({ addressing: { addresses: ["192.0.2.101/24"], routes, nameservers } }),
  },
  {
    name: "doctor --fix",
    netplan: installers,
    first: up(),
    byHand: "ip address add 192.0.2.99/32 dev enp1s0; ip link set dev enp1s0 mtu 1400",
    plan: up(),
  },
  { name: "adoption", netplan: handMade, plan: up({ uplink: "enp1s0" }) },
];

export function kindNamed(name: string): ChangeKind {
  const kind = [...changeKinds, ...ofOtherOwners].find((one) => one.name === name);
  if (!kind) throw new Error(`no change is called ${name}`);
  return kind;
}
