import type { OwnerMark } from "../../host/facts/records";
import { Refusal } from "../../schema/refusal";
import { partsOfUrn } from "../../schema/urn";
import { stackOf } from "../stack";
import { type Holder, isMovedOn } from "./mark";
import type { Owned } from "./ownedResource";
import { Replaced } from "./replaced";
import { importing, inWords, isOfOtherStack } from "./words";

/**
 * What one operation of the engine has shown of its stack: what the state has, of which the Reads before the program
 * tell, what of it the program has too, and what was taken over. Nothing of it outlives the operation.
 */
export class Ownership {
  readonly #owned = new Map<string, Owned>();
  /** By the same key: under which URN the program has it. */
  readonly #staying = new Map<string, string>();
  /** By the same key: the URN of the resource that took over what it had. */
  readonly #taken = new Map<string, string>();
  readonly #asked = new Map<string, Promise<void>>();
  readonly #checked = new Set<string>();
  /** URNs that the state has: a Check is given their old inputs. */
  readonly #declared = new Set<string>();
  readonly #deleted: Owned[] = [];
  readonly #replaced = new Replaced();
  /** Stacks that this one was until it was renamed, or its state was moved. */
  readonly #formerStacks = new Set<string>();
  /** By the URN: what the host has of whose its thing is. */
  readonly #lost = new Map<string, OwnerMark>();
  /** By the URN of what 0.1.0 wrote last: whose the host says that it is. */
  readonly #undecided = new Map<string, string>();

  /** A Read: the state has it. */
  recordRead(urn: string, id: string, inputs: Owned["inputs"], state: Owned["state"]): void {
    const { type } = partsOfUrn(urn);
    this.#owned.set(keyOf({ urn, type, id, state }), { urn, type, id, inputs, state });
  }

  /** A Check: the program has it. `known`: the state has one of this URN, which this process may not have read. */
  recordCheck(urn: string, known: boolean): void {
    this.#checked.add(urn);
    if (known) this.#declared.add(urn);
    for (const [key, owned] of this.#owned) if (owned.urn === urn) this.#staying.set(key, urn);
  }

  /**
   * A Diff: the program has it, by whatever URN it was read. The engine asks for one after a Read too, before there is a
   * program: what it has was checked first.
   */
  recordDiff(urn: string, id: string, state: Owned["state"]): void {
    if (!this.#checked.has(urn)) return;
    const { type } = partsOfUrn(urn);
    const own = keyOf({ urn, type, id, state });
    const former = [...this.#owned].find(([, one]) => keyOf({ ...one, urn }) === own) ?? [own];
    this.#staying.set(this.#owned.has(own) ? own : former[0], urn);
  }

  /** A Diff whose program has not come to it: what it would be if things that it is on were made anew. */
  isAnew(one: Owned, on: readonly string[], replaces: boolean): void {
    if (!this.#checked.has(one.urn)) this.#replaced.recordDependent(one, on, replaces);
  }

  /** A Create: what it replaces, if any, goes at the end. */
  recordCreate(urn: string): void {
    this.#replaced.recordCreate(urn);
  }

  /** What goes in the midst of the program, to be made anew, and all that it is on and that goes with it; undefined: it goes at the end. */
  findReplaced(one: Owned): readonly Owned[] | undefined {
    return this.#replaced.findReplaced(one, this.#checked, [...this.#owned.values()]);
  }

  /** NICs on what goes in the midst of the program that were not deleted yet, and may be. */
  listPossibleDeletions(first: readonly Owned[]): Owned[] {
    const deleted = new Set(this.#deleted.map(({ urn }) => urn));
    return this.#replaced.listPossible(first, [...this.#owned.values()]).filter(({ urn }) => !deleted.has(urn));
  }

  /** Whether the program has it, as far as it has come: one that goes all the same is replaced. */
  isInProgram(urn: string): boolean {
    return this.#checked.has(urn);
  }

  /** Who took over in this operation what a resource of the program has in the state. */
  taker(urn: string): string | undefined {
    const [key] = [...this.#owned].find(([key, owned]) => (this.#staying.get(key) ?? owned.urn) === urn) ?? [];
    const taker = this.#taken.get(key ?? "");
    return taker === urn ? undefined : taker;
  }

  /** The mark that 0.1.0 did not make of what it kept: a resource of the state that has no ID is its. */
  unmarked(type: string, is: (state: Owned["state"]) => boolean): OwnerMark | undefined {
    const owned = [...this.#owned.values()].find(
      (one) => one.type === type && one.state.ownerId === undefined && is(one.state),
    );
    return owned && { owner: owned.urn, before: owned.state.previous as OwnerMark["before"] };
  }

  /** A Read: a resource of this state is the one that is on record for another stack. */
  recordFormerStack(owner: string): void {
    this.#formerStacks.add(stackOf(owner));
  }

  /** Whether the one on record is this resource under its stack's name of before, by what the stack's others have told. */
  isFormerly(owner: string, urn: string): boolean {
    return isOfOtherStack(owner, urn) && this.#formerStacks.has(stackOf(owner));
  }

  /** A Read, which may come before those of the others. */
  recordUndecided(urn: string, owner: string): void {
    this.#undecided.set(urn, owner);
  }

  /** Whether the program's next change is to say anew whose a thing is that no Read could tell. */
  isDecided(urn: string): boolean {
    const owner = this.#undecided.get(urn);
    return owner !== undefined && this.#checked.has(urn) && this.isFormerly(owner, urn);
  }

  /** A Read: a thing that the state has is on record as another's. */
  recordLost(urn: string, mark: OwnerMark): void {
    this.#lost.set(urn, mark);
  }

  /**
   * Whether the program has this one and no more the one that took over what it had, which the state has still: a rename
   * that was cut off, and taken back.
   */
  isTakenBack(urn: string, mark = this.#lost.get(urn)): boolean {
    if (mark === undefined || !this.#checked.has(urn)) return false;
    const [key, holder] = this.#holderOf(mark);
    return holder !== undefined && holder.urn !== urn && [undefined, urn].includes(this.#staying.get(key));
  }

  /** Whether the state has one of this URN. */
  has(urn: string): boolean {
    return [...this.#owned.values()].some((one) => one.urn === urn);
  }

  /** What the state has of a resource: of one that is replaced, what it was. */
  stateOf(urn: string): Owned["state"] | undefined {
    return [...this.#owned].find(([key, one]) => (this.#staying.get(key) ?? one.urn) === urn)?.[1].state;
  }

  /** What the state has and the program has no more. */
  listDeletions(): Owned[] {
    return [...this.#owned].flatMap(([key, owned]) =>
      this.#staying.has(key) || this.sharer(owned) !== undefined ? [] : [owned],
    );
  }

  /** Which resource of the program has the very same thing in the state: it was imported under another name. */
  sharer(one: Owned): string | undefined {
    const [key] = [...this.#owned].find(([key, other]) => isShared(one, other) && this.#staying.has(key)) ?? [];
    return this.#staying.get(key ?? "");
  }

  /** Which resource has it too, and is deleted already. */
  goesWith(one: Owned): string | undefined {
    return this.#deleted.find((other) => isShared(one, other))?.urn;
  }

  /** The same with one that is deleted now, of which this process may have read nothing. */
  listDeletionsWith(one: Owned): Owned[] {
    const going = this.listDeletions();
    return going.some(({ urn, id }) => urn === one.urn && id === one.id) ? going : [...going, one];
  }

  /** A Delete: the engine does not leave it out, as it does by deletedWith and retainOnDelete. */
  recordDelete(one: Owned): void {
    this.#deleted.push(one);
  }

  /** What Deletes were asked for until now, whether they are through or not. */
  listDeleted(): readonly Owned[] {
    return this.#deleted;
  }

  /** What is done once on each host; whoever comes meanwhile, or later, has its result. */
  once(hostId: string, work: () => Promise<void>): Promise<void> {
    const done = this.#asked.get(hostId) ?? work();
    this.#asked.set(hostId, done);
    return done;
  }

  /**
   * A resource that is created finds what it is to be: it may have it where nobody else has.
   *
   * @throws Refusal that says whose it is, and how it is handed over
   */
  take(mark: OwnerMark | undefined, urn: string, thing: { readonly words: string; readonly importAs: string }): void {
    if (mark === undefined || (mark.ownerId === undefined && mark.owner === urn)) return;
    const [key, holder] = this.#holderOf(mark);
    // Its own, of a create or a replacement that was cut off before anybody recorded it; or of another provider's process.
    const own = mark.owner === urn && (mark.pending === true || this.#declared.has(urn) || this.has(urn));
    if (holder === undefined) {
      if (own) return;
      throw new Refusal(`${thing.words} belongs to ${inWords(mark.owner)}. ${handingOver(mark, urn, thing.importAs)}`);
    }
    const stays = this.#staying.get(key);
    if (stays !== undefined && stays !== urn)
      throw new Refusal(
        `${thing.words} belongs to ${inWords(stays)}, which this program has too. One of the two has to go.`,
      );
    this.#taken.set(key, urn);
  }

  /** What the state has of the one that a mark is of, and its key. */
  #holderOf(mark: OwnerMark): readonly [string, Owned | undefined] {
    const holders = [...this.#owned].filter(([, { urn, state }]) => isOf(mark, urn, state));
    return holders.find(([key]) => this.#staying.has(key)) ?? holders[0] ?? ["", undefined];
  }
}

function isShared({ urn, type, id, state: { ownerId } }: Owned, other: Owned): boolean {
  if (other.urn === urn || other.type !== type || other.state.ownerId !== ownerId) return false;
  return ownerId !== undefined || other.id === id;
}

function isOf(mark: OwnerMark, urn: string, state: Holder): boolean {
  if (mark.ownerId !== undefined && state.ownerId !== undefined)
    return mark.ownerId === state.ownerId && !isMovedOn(mark, state, urn);
  return mark.owner === urn || mark.owner === state.ownerUrn;
}

/** How to hand something over to `urn`, or to its stack. */
export function handingOver(mark: OwnerMark, urn: string, importAs: string): string {
  if (stackOf(mark.owner) !== stackOf(urn))
    return (
      `To hand it over, move it (pulumi state move); or have its stack forget it (pulumi state delete '${mark.owner}'), ` +
      `then import it here: ${importing(urn, importAs)}. Or take another name, or destroy it there first.`
    );
  const { name } = partsOfUrn(mark.owner);
  const alias = mark.owner === urn ? "" : `If this is the same resource, give it the alias ${JSON.stringify(name)}. `;
  return `${alias}If the state does not have it any more, import it: ${importing(urn, importAs)}. Or take another name.`;
}

const keyOf = ({ urn, type, id, state: { ownerId = "" } }: Omit<Owned, "inputs">): string =>
  JSON.stringify([urn, type, id, ownerId]);
