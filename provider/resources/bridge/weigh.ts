import { refusePending } from "../../backends/ifupdown/pending";
import { type Facts, linkNamed } from "../../host/facts/facts";
import type { Host } from "../../host/host";
import { acceptedWords, impactsOf, needless, refuse, stepOf, words } from "../../plan/impact/impacts";
import { unproven } from "../../plan/impact/standing";
import { Refusal } from "../../schema/refusal";
import type { Operation } from "../lifecycle";
import type { BridgePlan } from "./bridgePlan";
import type { BridgeInputs } from "./definition";
import { onlyTaps } from "./logPlan";
import type { UpdatePlan } from "./planUpdate";
import type { RestorePlan } from "./restore";

/**
 * What else on the host the change concerns: all of it is told in the preview.
 * @throws Refusal of what would break and is not accepted
 */
export function weigh(
  { log, preview }: Operation,
  host: Host,
  facts: Facts,
  plan: UpdatePlan,
  { accept = [] }: BridgeInputs,
): void {
  if (plan.differences.length === 0 || onlyTaps(plan)) return;
  refusePending(facts);
  refuseUnproven(plan);
  const step = stepOf(plan);
  if (step === undefined) return;
  const impacts = impactsOf(facts, step);
  for (const impact of impacts) {
    if (impact.verdict === "seen to" && preview) log.info(`${host.label}: ${words(impact)}`);
    if (impact.verdict === "refused" && accept.includes(impact.name))
      log.warn(`${host.label}: ${acceptedWords(impact)}`);
  }
  for (const name of needless(impacts, accept))
    log.warn(`${host.label}: accept: ${JSON.stringify(name)} names nothing that the change would break; take it out.`);
  refuse(impacts, accept);
}

/** @throws Refusal of a change that a connection from inside the host would confirm, and nothing else */
export function refuseUnproven({ inside, change, uplink }: Pick<BridgePlan, "inside" | "change" | "uplink">): void {
  const reason = uplink && unproven({ ...change, inside }, uplink.name);
  if (reason !== undefined) throw new Refusal(reason);
}

/**
 * The same of a bridge that goes, which no preview is asked about: what goes with it is refused, all else is told.
 * @throws Refusal of what is on top of it
 */
export function weighDelete(
  { log }: Operation,
  host: Host,
  facts: Facts,
  plan: RestorePlan,
  { accept = [], forceDelete }: BridgeInputs,
): void {
  refusePending(facts);
  refuseUnproven(plan);
  const { wanted, uplink } = plan;
  const { name } = wanted;
  const step = { gone: name, successor: uplink.name, enslaved: undefined, deleted: true };
  const impacts = linkNamed(facts, name) === undefined ? [] : impactsOf(facts, step);
  const onTop = isOnTop(facts, name);
  for (const impact of impacts) if (!onTop(impact)) log.warn(`${host.label}: ${words(impact)}`);
  refuse(forceDelete ? [] : impacts.filter(onTop), accept);
}

const isOnTop =
  ({ links }: Facts, bridge: string) =>
  (impact: { name: string }) =>
    links.some((link) => link.parent === bridge && impact.name.endsWith(`:${link.name}`));

/** The same of a bridge that leaves nothing to a NIC. @throws Refusal of what is on top of it */
export function refuseOnTop(facts: Facts, name: string, { accept = [], forceDelete }: BridgeInputs): void {
  if (forceDelete || linkNamed(facts, name) === undefined) return;
  const step = { gone: name, successor: name, enslaved: undefined, deleted: true };
  refuse(impactsOf(facts, step).filter(isOnTop(facts, name)), accept);
}
