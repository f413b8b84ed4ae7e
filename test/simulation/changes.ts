import type { Facts } from "../../provider/host/facts/facts";
import { missing } from "../../provider/plan/link/missing";
import { type BridgeInputs, bridge } from "../../provider/resources/bridge/definition";
import { planUpdate, stillOn } from "../../provider/resources/bridge/planUpdate";
import { planRestore } from "../../provider/resources/bridge/restore";
import type { Planned } from "./engine";

/** A kind of change of a host's network. */
export interface ChangeKind {
  readonly name: string;
  /** The host's files of netplan's, before kvmnet. */
  readonly netplan: string;
  /** Those of ifupdown's, where that has the NICs. */
  readonly interfaces?: string;
  /** A change that was made before. */
  readonly first?: (facts: Facts) => Planned;
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
      missing: (after) => [...missing(after, plan.wanted), ...stillOn(after, plan)],
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
  netplan: "network:\n  version: 2\n",
  interfaces: "auto lo\niface lo inet loopback\nallow-hotplug enp1s0\niface enp1s0 inet dhcp\n",
  plan: up(),
};

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
  { name: "adoption", netplan: handMade, plan: up({ uplink: "enp1s0" }) },
];
