import type { OwnerMark } from "../../host/facts/records";
import type { Host } from "../../host/host";
import { Refusal } from "../../schema/refusal";
import type { Operation } from "../lifecycle";
import { stackOf } from "../stack";
import { type Holder, isMine } from "./mark";
import { handingOver } from "./owned";
import { importing, inWords, inWordsTo, isOfOtherStack } from "./words";

/** A thing on a host, and what the host has of whose it is. */
export interface Marked {
  /** "the bridge br0" */
  readonly words: string;
  readonly mark: OwnerMark | undefined;
  /** What it is imported by. */
  readonly importAs: string;
}

/** What a Read puts into the state, and what it has to say. A thing of another's is told, and the state kept. */
export function seenOwner(
  { urn, log, owned }: Operation,
  host: Host,
  thing: Marked,
  state: Holder,
): Holder & { drift: string[] } {
  const { words, mark } = thing;
  const { ownerId, ownerUrn } = state;
  if (mark === undefined) {
    const gone = ownerId === undefined ? [] : [`the host's record of whose ${words} is is gone`];
    return { ownerId, ownerUrn, drift: gone };
  }
  if (isMine(mark, state, urn)) {
    if (isOfOtherStack(mark.owner, urn)) owned.recordFormerStack(mark.owner);
    // What was imported keeps its words until it is changed.
    const imported = ownerId !== undefined && ownerUrn === undefined;
    return { ownerId: ownerId ?? mark.ownerId, ownerUrn: imported ? undefined : mark.owner, drift: [] };
  }
  if (isUndecided(mark, state, urn)) {
    owned.recordUndecided(urn, mark.owner);
    log.info(
      `${host.label}: ${words} is on record as ${inWords(mark.owner)}'s, and a state of 0.1.0 does not say whether that is this resource: ` +
        "it is, where another resource of this stack was one of that stack's.",
    );
    return { ownerId, ownerUrn, drift: [] };
  }
  owned.recordLost(urn, mark);
  const way =
    stackOf(mark.owner) === stackOf(urn)
      ? `What a replacement or a rename that was cut off left in the state goes with the next \`pulumi up\`, without the thing itself; if the program has this one again, and the other one no more, it gets it back. ${restoring(urn, thing.importAs)}`
      : handingOver(mark, urn, thing.importAs);
  log.warn(`${host.label}: ${words} ${notMine(mark, urn)}: it is left as it is. ${way}`);
  return { ownerId, ownerUrn, drift: [] };
}

/** 0.1.0 keeps no words of a network and a NIC: their stack may have another name now, or another stack may have the same. */
function isUndecided({ owner }: OwnerMark, { ownerId, ownerUrn }: Holder, urn: string): boolean {
  return ownerId === undefined && ownerUrn === undefined && isOfOtherStack(owner, urn);
}

/** Once all are read. */
function isMineAsTold({ urn, owned }: Operation, mark: OwnerMark, state: Holder): boolean {
  if (isMine(mark, state, urn)) return true;
  return isUndecided(mark, state, urn) && owned.isFormerly(mark.owner, urn);
}

/**
 * For a create: what is there is its own from now on, or nothing is.
 *
 * @throws Refusal where it is another's
 */
export function takeOver({ urn, owned }: Operation, host: Host, { words, mark, importAs }: Marked): void {
  owned.take(mark, urn, { words: `${host.label}: ${words}`, importAs });
}

/**
 * For an update of what the state has: it is its own, or it comes back from one that took it over and goes.
 *
 * @throws Refusal where it is another's
 */
export function takeBack(operation: Operation, host: Host, thing: Marked, state: Holder): void {
  const { mark } = thing;
  const own = mark === undefined || isMineAsTold(operation, mark, state);
  if (!own && operation.owned.isTakenBack(operation.urn, mark)) takeOver(operation, host, thing);
  else refuseAnothers(operation, host, thing, state);
}

/** @throws Refusal where it is another's */
export function refuseAnothers(operation: Operation, host: Host, thing: Marked, state: Holder): void {
  const { urn, owned } = operation;
  const { words, mark, importAs } = thing;
  if (mark === undefined || isMineAsTold(operation, mark, state)) return;
  const nobodys = stackOf(mark.owner) === stackOf(urn) && (mark.owner === urn || !owned.has(mark.owner));
  const handing = handingOver(mark, urn, importAs);
  const maybe = isUndecided(mark, state, urn)
    ? `${restoring(urn, importAs)} If it is the other one's: ${handing}`
    : handing;
  const way = nobodys ? restoring(urn, importAs) : maybe;
  throw new Refusal(`${host.label}: ${words} ${notMine(mark, urn)}: nothing of it is changed. ${way}`);
}

const notMine = ({ owner }: OwnerMark, urn: string): string =>
  owner === urn
    ? "has another owner ID on record than this state has"
    : `belongs to ${inWords(owner)}, not to this resource`;

/** How a state and a host agree again of which one does not know what became of the other. */
function restoring(urn: string, importAs: string): string {
  return (
    "If this resource is to have it, after a restore from a backup, or a new name of its own or its stack's under 0.1.0: " +
    `pulumi state delete '${urn}', then ${importing(urn, importAs)}`
  );
}

/** Whether a delete has something to delete: what is another's stays, and that is said. */
export function isToGo(operation: Operation, host: Host, { words, mark }: Marked, state: Holder): boolean {
  const { urn, log } = operation;
  if (mark === undefined || isMineAsTold(operation, mark, state)) return true;
  const [are, now] =
    stackOf(mark.owner) === stackOf(urn)
      ? [`is ${inWordsTo(mark.owner, urn)}'s`, " now"]
      : [`belongs to ${inWords(mark.owner)}`, ""];
  log.info(`${host.label}: ${words} ${are}${now} and stays.`);
  return false;
}

/**
 * What an import puts into the state: the ID that the host's record has. Nothing is written; of two stacks that have it,
 * one has to forget it.
 */
export function importHolder({ urn, log }: Operation, host: Host, { words, mark }: Marked): Holder {
  if (mark && mark.owner !== urn)
    log.warn(
      `${host.label}: ${words} is on record as ${inWords(mark.owner)}'s. It is this stack's too from now on: if that one has it still, have it forgotten there: pulumi state delete '${mark.owner}'`,
    );
  return mark?.ownerId === undefined ? { ownerUrn: mark?.owner } : { ownerId: mark.ownerId };
}

/** A create that takes over what is there, in words. */
export function logTakenOver({ urn, log }: Operation, host: Host, { words, mark }: Marked): void {
  if (mark && mark.owner !== urn)
    log.info(`${host.label}: ${words}, which was ${inWordsTo(mark.owner, urn)}'s in this stack, is taken over.`);
}

/** An update that only says anew whose it is. */
export function logRenewal({ urn, log }: Operation, host: Host, { words, mark }: Marked, state: Holder): void {
  if (mark === undefined && state.ownerId !== undefined)
    log.info(`${host.label}: the record of whose ${words} is is written anew.`);
  else if (mark?.ownerId !== undefined && mark.owner !== urn)
    log.info(`${host.label}: ${words} is on record as ${inWords(mark.owner)}'s; that is brought up to date.`);
}
