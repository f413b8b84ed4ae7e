import { nicLacks } from "../../backends/lacks";
import { type Facts, linkNamed } from "../../host/facts/facts";
import type { Address } from "../../host/facts/links";
import { cidrOf } from "../../host/transaction/readdressing";
import { findBridgeDifferences } from "../../plan/link/differences";
import type { BridgePlan } from "./bridgePlan";
import { findFormerUplink, type UpdatePlan } from "./planUpdate";
import type { RestorePlan } from "./restore";

/** What a change is confirmed by: a sentence for each thing that is not yet as planned. */
export function findUpdateDifferences(facts: Facts, plan: UpdatePlan, inherits: boolean): string[] {
  return [
    ...findBridgeDifferences(facts, inherits ? expectInherited(plan) : plan.wanted),
    ...findFormerUplink(facts, plan),
  ];
}

/** The same of a bridge that stays with what its user's files say. */
export function findLeaveDifferences(
  facts: Facts,
  plan: Pick<BridgePlan, "wanted" | "transferred" | "planned">,
): string[] {
  return findBridgeDifferences(facts, expectInherited(plan));
}

/** And of a NIC that has no bridge any more. */
export function findRestoreDifferences(facts: Facts, plan: RestorePlan): string[] {
  const uplink = plan.uplink.name;
  const { name, dhcp4, addresses } = expectInherited(plan);
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
function expectInherited(plan: Pick<BridgePlan, "wanted" | "transferred" | "planned">): BridgePlan["wanted"] {
  const { wanted, transferred, planned } = plan;
  // Another lease may be of another address: of DHCP, the lease is wanted.
  const given = ({ family, dynamic, local }: Address) =>
    family === "inet6" ? dynamic : planned.dhcp4 && planned.leased.includes(local);
  const kept = transferred.addresses
    .filter((address) => !given(address) && !planned.dropped.includes(address))
    .map(cidrOf);
  const gateways = transferred.routes
    .filter((route) => route.destination === "default")
    .flatMap((route) => route.gateway ?? []);
  return {
    ...wanted,
    addresses: [...new Set([...wanted.addresses, ...kept])],
    gateways: [...new Set([...wanted.gateways, ...gateways])],
  };
}
