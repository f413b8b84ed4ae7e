import { type Facts, linkNamed } from "../../host/facts/facts";
import type { BridgePlan } from "./bridgePlan";
import type { BridgeInputs } from "./definition";
import { type MovePlan, movesUplink, planMove } from "./moveUplink";
import { planBridge } from "./plan";
import { planRename, type RenamePlan } from "./rename";

export type UpdatePlan = BridgePlan & Partial<RenamePlan & MovePlan>;

/** A bridge that the host has under its new name already was renamed before, and nobody recorded it. */
export function planUpdate(facts: Facts, inputs: BridgeInputs, owner: string, was: string): UpdatePlan {
  if (was !== inputs.name && !facts.records.has(inputs.name)) return planRename(facts, inputs, owner, was);
  return movesUplink(facts, inputs) ? planMove(facts, inputs, owner) : planBridge(facts, inputs, owner);
}

/** The NIC that the bridge was to leave, where it is a port still: on one LAN, two of them are a loop. */
export function findFormerUplink(facts: Facts, { insteadOf, wanted }: UpdatePlan): string[] {
  const left = insteadOf === undefined ? undefined : linkNamed(facts, insteadOf);
  return left?.master === wanted.name ? [`${left.name} is a port of ${wanted.name} still`] : [];
}
