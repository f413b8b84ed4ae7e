import { nicLacks } from "../../backends/lacks";
import { type Address, type Facts, linkNamed } from "../../host/facts/facts";
import { cidrOf } from "../../host/transaction/readdressing";
import { missing } from "../../plan/link/missing";
import type { BridgePlan } from "./bridgePlan";
import { stillOn, type UpdatePlan } from "./planUpdate";
import type { RestorePlan } from "./restore";

/** What a change is confirmed by: a sentence for each thing that is not yet as planned. */
export function lackingOf(facts: Facts, plan: UpdatePlan, inherits: boolean): string[] {
  return [...missing(facts, inherits ? inheriting(plan) : plan.wanted), ...stillOn(facts, plan)];
}

/** The same of a bridge that stays with what its user's files say. */
export function lackingToLeave(facts: Facts, plan: Pick<BridgePlan, "wanted" | "moving" | "planned">): string[] {
  return missing(facts, inheriting(plan));
}

/** And of a NIC that has no bridge any more. */
export function lackingToRestore(facts: Facts, plan: RestorePlan): string[] {
  const uplink = plan.uplink.name;
  const { name, dhcp4, addresses } = inheriting(plan);
  const link = linkNamed(facts, uplink);
  const held = link?.addresses.map((address) => `${address.local}/${address.prefix}`) ?? [];
  const sentences: (string | false)[] = [
    linkNamed(facts, name) !== undefined && `the bridge ${name} is still there`,
    nicLacks(facts, uplink, plan.unit, plan.change.owner) ?? false,
    dhcp4 && link?.lease === undefined && `${uplink} has no DHCP lease`,
  ];
  return [
    ...sentences.filter((sentence) => sentence !== false),
    ...addresses.filter((address) => !held.includes(address)).map((address) => `${address} is not on ${uplink}`),
  ];
}

/** What was on the NIC must be on the bridge before the change is confirmed, also what no file says. */
function inheriting(plan: Pick<BridgePlan, "wanted" | "moving" | "planned">): BridgePlan["wanted"] {
  const { wanted, moving, planned } = plan;
  // Another lease may be of another address: of DHCP, the lease is wanted.
  const given = ({ family, dynamic, local }: Address) =>
    family === "inet6" ? dynamic : planned.dhcp4 && planned.leased.includes(local);
  const kept = moving.addresses.filter((address) => !given(address) && !planned.leaving.includes(address)).map(cidrOf);
  const gateways = moving.routes
    .filter((route) => route.destination === "default")
    .flatMap((route) => route.gateway ?? []);
  return {
    ...wanted,
    addresses: [...new Set([...wanted.addresses, ...kept])],
    gateways: [...new Set([...wanted.gateways, ...gateways])],
  };
}
