import { type Facts, linkNamed, ports, recordOf } from "../../host/facts/facts";
import { need } from "../../host/facts/unreadable";
import type { Host } from "../../host/host";
import { readHolders } from "../../host/tap/holders";
import { clearLeftover, transact } from "../../host/transaction/transact";
import { foreignPorts, usersOf } from "../../plan/impact/users";
import { presentName } from "../../plan/link/uplink";
import { Refusal } from "../../schema/refusal";
import type { Operation } from "../lifecycle";
import { dropMark } from "../ownership/keep";
import { isToGo } from "../ownership/whose";
import { reachHost } from "../reach";
import { changeUnderLease } from "./change";
import type { BridgeInputs, BridgeState } from "./definition";
import { findLeaveDifferences, findRestoreDifferences } from "./differences";
import { findDissolveDifferences, isVirtualUplink, planDissolve } from "./dissolve";
import { recordPath } from "./files";
import { isAdopted, type LeavePlan, planLeave } from "./leave";
import { heldBy, markedBridge, refuseUnknown } from "./owner";
import { warnOfRemaining } from "./remaining";
import { planRestore, type RestorePlan } from "./restore";
import { refuseOnTop, refuseUnproven, weighDelete } from "./weigh";

/** Gives back what was there before: the NIC without its bridge, or the bridge that a hand had made. */
export async function deleteBridge(operation: Operation, inputs: BridgeInputs, state: BridgeState): Promise<void> {
  const { host, facts } = await reachHost(operation, inputs.connection, { state });
  const { name } = state;
  need(facts, "links", [name]);
  const record = recordOf(facts, name);
  const thing = markedBridge(facts, name, inputs.connection);
  if (!isToGo(operation, host, thing, heldBy(facts, operation.urn, state))) return;
  if (!record && !linkNamed(facts, name)) return;
  refuseUnknown(facts, host, operation.urn, inputs, state);
  const previousConfig = record?.previousConfig ?? state.previousConfig;
  const stays = isAdopted(facts, name, previousConfig);
  const taps = ports(facts, name).some(({ kind }) => kind === "tun");
  if (taps && !stays && !inputs.forceDelete) need(facts, "domains");
  await changeUnderLease(operation, host, facts.machineId, async (id) => {
    const now = await clearLeftover(host, await host.readRecentFacts(), operation.log);
    const there = { operation, host, id, now };
    if (isAdopted(now, name, previousConfig)) return leave(there, name, previousConfig, inputs);
    const recorded = recordOf(now, name)?.uplink ?? state.uplink;
    if (isVirtualUplink(now, name, recorded)) await dissolve(there, name, recorded, inputs);
    else {
      if (!inputs.forceDelete) await refuseUsed(host, now, name, record?.uplink ?? state.uplink);
      // Of a bridge that was found, and that its user's files have no more, there is nothing to put back.
      const before = record?.found ? {} : previousConfig;
      await restore(there, planRestore(now, name, before, inputs.confirm), inputs);
    }
    if (!operation.owned.isInProgram(operation.urn)) warnOfRemaining(operation, host, now, name, inputs.connection);
  });
}

interface There {
  readonly operation: Operation;
  readonly host: Host;
  readonly id: string;
  readonly now: Facts;
}

async function leave(
  { operation, host, id, now }: There,
  name: string,
  previousConfig: BridgeState["previousConfig"],
  inputs: BridgeInputs,
): Promise<void> {
  const plan = planLeave(now, name, previousConfig, inputs.confirm);
  if (plan) {
    refuseUnproven(plan);
    warnOfKept(operation, host, plan, name);
    await transactThere({ operation, host, id, now }, plan, (after) => findLeaveDifferences(after, plan));
  } else await dropMark(host, recordPath(name));
  operation.log.info(
    `${host.label}: ${name} was there before kvmnet, and stays${plan ? ", as it was" : ""}. To be rid of it, take it out of the files that have it.`,
  );
}

async function dissolve(there: There, name: string, uplink: string, inputs: BridgeInputs): Promise<void> {
  const { operation, host, now } = there;
  if (!inputs.forceDelete) await refuseUsedOn(host, now, name, uplink);
  const plan = planDissolve(now, name, uplink, inputs.confirm);
  refuseOnTop(now, name, inputs);
  await transactThere(there, plan, (after) => findDissolveDifferences(after, plan));
  operation.log.info(`${host.label}: ${plan.gone.join(" and ")} ${plan.gone.length > 1 ? "are" : "is"} gone.`);
}

async function restore(there: There, plan: RestorePlan, inputs: BridgeInputs): Promise<void> {
  const { operation, host, now } = there;
  warnOfKept(operation, host, plan, plan.uplink.name);
  weighDelete(operation, host, now, plan, inputs);
  await transactThere(there, plan, (after) => findRestoreDifferences(after, plan));
  const { name } = plan.wanted;
  operation.log.info(
    `${host.label}: ${linkNamed(now, name) ? `${plan.uplink.name} has its old configuration back` : `what was left of ${name} is gone`}.`,
  );
}

function warnOfKept({ log }: Operation, host: Host, { kept }: Pick<LeavePlan, "kept">, of: string): void {
  for (const path of kept)
    log.info(`${host.label}: ${path} was changed by hand since; only the addressing of ${of} was put back into it.`);
}

async function transactThere(
  { operation, host, id, now }: There,
  { change, planned, losses }: Pick<LeavePlan, "change" | "planned" | "losses">,
  findDifferences: (after: Facts) => string[],
): Promise<void> {
  const { log, signal } = operation;
  for (const sentence of losses.sentences) log.warn(`${host.label}: ${sentence}.`);
  await transact({ host, id, facts: now, change, planned, findDifferences, log, signal });
}

/** Also where libvirt does not answer: then the kernel tells who is on the bridge. */
async function refuseUsed(host: Host, facts: Facts, name: string, recorded: string): Promise<void> {
  return refuseUsedOn(host, facts, name, presentName(facts, name, recorded));
}

async function refuseUsedOn(host: Host, facts: Facts, name: string, uplink: string): Promise<void> {
  const users = usersOf(facts, name, uplink, await readHolders(host, foreignPorts(facts, name, uplink)));
  if (users.length > 0)
    throw new Refusal(
      `${host.label}: ${name} can't be deleted: ${users.join(", ")} ${users.length > 1 ? "run" : "runs"} on it. Shut down or detach, or set forceDelete.`,
    );
}
