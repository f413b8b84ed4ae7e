import { randomUUID } from "node:crypto";
import type { OwnerMark } from "../../host/facts/records";
import { stackOf } from "../stack";
import { placeOf } from "./words";

/** What a state has of whose its thing is; of 0.1.0, nothing. */
export interface Holder {
  readonly ownerId?: string | undefined;
  /** The URN that the host's mark had when it was read last. */
  readonly ownerUrn?: string | undefined;
}

/** A state of 0.1.0 has neither, but for the URN in the files that it wrote; one that was imported has no words yet. */
export function heldOr({ ownerId, ownerUrn }: Holder, written: string): Holder {
  const known = ownerUrn ?? (ownerId === undefined && written !== "" ? written : undefined);
  return { ownerId, ownerUrn: known };
}

/**
 * The ID decides, where both have one. Else one of the two was written by 0.1.0, which knew URNs alone: the one of now,
 * or the one that the mark had before.
 */
export function isMine(mark: OwnerMark, state: Holder, urn: string): boolean {
  if (mark.ownerId !== undefined && state.ownerId !== undefined)
    return mark.ownerId === state.ownerId && !isMovedOn(mark, state, urn);
  if (state.ownerId === undefined && mark.replaces) return false;
  return mark.owner === urn || mark.owner === state.ownerUrn;
}

/**
 * Whether another stack has it by now: its name is on record in place of this one's, by which the state knew it. So it is
 * where the state was moved, and the one of before is restored from a backup.
 */
export const isMovedOn = ({ owner }: OwnerMark, { ownerUrn }: Holder, urn: string): boolean =>
  ownerUrn === urn && stackOf(owner) !== stackOf(urn);

/** The mark of what is made now, or taken over: `there` is the one until now. */
export function newMark(urn: string, there: OwnerMark | undefined, before?: OwnerMark["before"]): OwnerMark {
  return {
    owner: urn,
    ownerId: randomUUID(),
    made: there?.made ?? new Date().toISOString(),
    pending: true,
    // The one that goes has no ID to tell it by.
    ...(there?.owner === urn && there.ownerId === undefined && { replaces: true as const }),
    before: there ? there.before : before,
  };
}

/** The mark of what is changed: the same one, with today's words. One that is gone, had no ID or was another's is made anew. */
export function renewMark(urn: string, there: OwnerMark | undefined, state: Holder, before?: OwnerMark["before"]) {
  const known = there && isMine(there, state, urn) ? there.ownerId : undefined;
  return {
    owner: urn,
    ownerId: state.ownerId ?? known ?? randomUUID(),
    made: there?.made ?? new Date().toISOString(),
    ...(there?.replaces && { replaces: true as const }),
    before: there?.before ?? before,
  };
}

/** The create has ended well. */
export function clearPending({ pending: _, ...mark }: OwnerMark): OwnerMark {
  return mark;
}

/** As it stands on the host; with what a kind of thing has besides. */
export function markText({ owner, ownerId, ...rest }: OwnerMark, besides: object = {}): string {
  return `${JSON.stringify({ owner, ownerId, ...placeOf(owner), ...rest, ...besides })}\n`;
}

/** What the state keeps of a mark. */
export const holderOf = ({ owner, ownerId }: OwnerMark): Holder => ({ ownerId, ownerUrn: owner });
