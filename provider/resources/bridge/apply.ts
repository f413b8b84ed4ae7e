import { type Facts, linkNamed } from "../../host/facts/facts";
import type { Host } from "../../host/host";
import { joinBridge } from "../../host/tap/join";
import { Unseen } from "../../host/transaction/outcome";
import type { Transaction } from "../../host/transaction/running";
import { clearLeftover, transact } from "../../host/transaction/transact";
import { writeFiles } from "../../host/writeFiles";
import { givenVlans, vlanLines } from "../../kernel/vlans";
import { type Operation, PartlyDone } from "../lifecycle";
import { clearPending, holderOf, newMark, renewMark } from "../ownership/mark";
import { takeOver } from "../ownership/whose";
import { pinHostKey } from "../pinHostKey";
import type { BridgePlan } from "./bridgePlan";
import { changeUnderLease } from "./change";
import type { BridgeInputs, BridgeState } from "./definition";
import { findUpdateDifferences } from "./differences";
import { recordPath } from "./files";
import { guestNicsOf, withGuestNics } from "./guests";
import { logOutcome, onlyTaps } from "./logPlan";
import { bridgeState } from "./model";
import { markedBridge, withMark, withRememberedRecord } from "./owner";
import { planBridge } from "./plan";
import { planUpdate, type UpdatePlan } from "./planUpdate";
import { weigh } from "./weigh";

/** Whose it is was looked at before: the plan has no say in it. */
export const planOwned = (facts: Facts, inputs: BridgeInputs, urn: string): BridgePlan =>
  planBridge(facts, inputs, facts.records.get(inputs.name)?.owner ?? urn);

/**
 * The transaction, or nothing where the host is as wanted already (a leftover of a create that nobody recorded). Without
 * `old` it is new: it may take the bridge of an earlier resource.
 */
export async function apply(
  operation: Operation,
  host: Host,
  machineId: string,
  inputs: BridgeInputs,
  old?: BridgeState,
): Promise<BridgeState> {
  const { urn, log, signal } = operation;
  const { name } = inputs;
  return changeUnderLease(operation, host, machineId, async (id) => {
    // Under the lock: another resource may have changed the host meanwhile.
    const read = await clearLeftover(host, await host.readRecentFacts(), log);
    if (!old) takeOver(operation, host, markedBridge(read, name, inputs.connection));
    const facts = old ? withRememberedRecord(read, old, urn) : read;
    const there = facts.records.get(old?.name ?? name) ?? facts.records.get(name);
    const mark = old ? renewMark(urn, there, old) : newMark(urn, there);
    const own = { ...holderOf(mark), hostKey: pinHostKey(host, old?.hostKey) };
    const unmarked = old ? planUpdate(facts, inputs, there?.owner ?? urn, old.name) : planOwned(facts, inputs, urn);
    const plan: UpdatePlan = withMark(unmarked, name, mark);
    const keep = () => {
      const { record } = withMark(plan, name, clearPending(mark));
      return writeFiles(host, new Map([[recordPath(name), record]]));
    };
    const finishState = (facts: Facts) => {
      const now = planOwned(facts, inputs, urn);
      return bridgeState(facts, inputs, now, now.differences, own);
    };
    if (plan.differences.length === 0 || onlyTaps(plan)) {
      const after = plan.differences.length === 0 ? undefined : await putTapsBack(host, facts, plan);
      await keep();
      return after ? finishState(after) : bridgeState(facts, inputs, plan, [], own);
    }
    weigh(operation, host, facts, plan, inputs);
    const transaction = {
      ...{ host, id, facts, change: plan.change, planned: plan.planned, log, signal },
      findDifferences: (now: Facts) => findUpdateDifferences(now, plan, inputs.addressing === "inherit"),
    };
    // An engine that is gone records nothing: it stays one whose create has not ended.
    const ends = async () => {
      if (!old && !signal.aborted) await keep();
    };
    const partly = (reason: string) =>
      new PartlyDone(`${machineId}/${name}`, { ...bridgeState(facts, inputs, plan, [], own) }, [reason]);
    const guests = guestNicsOf(facts, plan);
    const transact = () => transactOrPartly(transaction, ends, partly);
    const after = await withGuestNics(operation, host, guests, transact, partly);
    logOutcome(operation, host, [facts, after], plan);
    if (host.address !== undefined && inputs.connection.host !== host.address) {
      log.warn(
        `${host.label}: the host is reached at ${host.address} from now on. Write it into connection.host before the next \`pulumi up\`, if ${inputs.connection.host} does not lead there.`,
      );
    }
    return finishState(after);
  });
}

/** From its confirmation on the change is the host's: what fails after that does not leave it out of the state. */
async function transactOrPartly(
  transaction: Transaction,
  keep: () => Promise<void>,
  partly: (reason: string) => PartlyDone,
): Promise<Facts> {
  const after = await transact(transaction).catch((error) => {
    throw error instanceof Unseen ? partly(error.message) : error;
  });
  await keep().catch((error) => {
    throw partly(error.message);
  });
  return after;
}

async function putTapsBack(host: Host, facts: Facts, { wanted, strays }: BridgePlan): Promise<Facts> {
  const bridge = linkNamed(facts, wanted.name);
  for (const { tap, isolated, in: vlans } of strays)
    await joinBridge(host, tap, wanted.name, {
      isolated,
      ...(vlans && { vlans: vlanLines(tap, givenVlans(bridge), vlans) }),
    });
  return host.readFreshFacts();
}
