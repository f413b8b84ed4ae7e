import type { Connection } from "../schema/connection";
import { isUnknown } from "../schema/unknown";
import { stackOf } from "./stack";

/** A thing on a host of which there is one: two resources that both want it would undo each other's work. */
export interface Claim {
  /** The property that says it. */
  readonly property: string;
  /** As an error names it: "the network lan". The same thing is always said in the same words. */
  readonly subject: string;
  /** What things of other kinds are too that there may be one of: "the interface br0" is a bridge or a TAP. */
  readonly alike?: string;
}

/**
 * What the resources of a program claim, as their Checks say it: a Check sees one resource, and has no host to ask.
 * Hosts are told apart by the way they are reached; one that is reached in two ways is not recognised here.
 */
export class ClaimRegistry {
  readonly #owners = new Map<string, string>();

  /** Takes the claims of a resource, in place of those it had; those that another resource has are given back. */
  take(urn: string, connection: unknown, claims: readonly Claim[]): { claim: Claim; owner: string }[] {
    for (const [key, owner] of this.#owners) if (owner === urn) this.#owners.delete(key);
    const place = placeOf(connection);
    if (place === undefined) return [];
    return claims.flatMap((claim) => {
      const things = [claim.subject, ...(claim.alike === undefined ? [] : [claim.alike])];
      for (const thing of things) {
        const owner = this.#owners.get(keyOf(urn, place, thing));
        if (owner !== undefined) return [{ claim: { ...claim, subject: thing }, owner }];
      }
      for (const thing of things) this.#owners.set(keyOf(urn, place, thing), urn);
      return [];
    });
  }

  /** Whether any resource of the stack has it. */
  has(urn: string, connection: unknown, thing: string): boolean {
    const place = placeOf(connection);
    return place !== undefined && this.#owners.has(keyOf(urn, place, thing));
  }

  /** The next operation's program is another one. */
  clear(): void {
    this.#owners.clear();
  }
}

/** One process may serve several stacks; each has its own say. */
function keyOf(urn: string, place: string, thing: string): string {
  return JSON.stringify([stackOf(urn), place, thing]);
}

/** Undefined where only `up` will know it. */
function placeOf(connection: unknown): string | undefined {
  if (isUnknown(connection)) return undefined;
  const { proxy, ...own } = connection as Partial<Connection>;
  const hops = [own, ...(proxy ? [proxy] : [])].map(({ host, port = 22 }) => [host, port]);
  if (isUnknown(proxy) || hops.flat().some(isUnknown)) return undefined;
  return JSON.stringify(hops).toLowerCase();
}
