import type { Facts } from "../../host/facts/facts";
import type { Host } from "../../host/host";
import { readdressing } from "../../plan/addressing/readdressing";
import { describeChange } from "../../plan/impact/describe";
import type { Operation } from "../lifecycle";
import { type BridgePlan, runningVms } from "./plan";
import type { UpdatePlan } from "./planUpdate";

/** A TAP that is put back is nothing that the host could be lost by. */
export const onlyTaps = ({ differences, strays }: BridgePlan): boolean =>
  strays.length > 0 && differences.length === strays.length;

/** What a change will do, before it happens. */
export function tell(operation: Operation, host: Host, facts: Facts, plan: UpdatePlan): void {
  const { wanted, uplink, moving, change, found, differences, from = uplink, insteadOf } = plan;
  const there = `${host.label}: ${wanted.name} is there already (${found.join(", ")})`;
  if (found.length > 0 && differences.length === 0) {
    operation.log.info(`${there} as wanted, and is taken over. Nothing of the host's network changes.`);
    return;
  }
  if (found.length > 0) operation.log.info(`${there}. What changes: ${differences.join("; ")}.`);
  if (onlyTaps(plan)) {
    const taps = plan.strays.map(({ tap, vm }) => `${tap} of ${vm}`).join(", ");
    operation.log.info(
      `${host.label}: ${taps}: put back into ${wanted.name}. Nothing else of the host's network changes.`,
    );
    return;
  }
  const { leaving } = readdressing(facts, plan.planned);
  operation.log.info(
    `${host.label}: bridge ${wanted.name} on ${uplink.name}${insteadOf ? ` instead of ${insteadOf}` : ""}\n${describeChange(facts, { ...change, leaving, from, to: wanted.name, moving, vms: [...new Set([...runningVms(facts, plan.from?.name ?? wanted.name), ...plan.strays.map(({ vm }) => vm)])] })}`,
  );
}
