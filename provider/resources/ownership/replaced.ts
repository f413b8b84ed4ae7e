import type { Owned } from "./ownedResource";

/** What a property names, by which one thing is on another. */
const named: Readonly<Record<string, string>> = { bridge: "Bridge", network: "Network" };

/**
 * What is deleted before it is made anew, with what is on it. No request says so: before the program has come to what
 * is on it, the engine asks for a Diff of that with what is not known any more, then deletes.
 */
export class Replaced {
  /** By the URN: by which properties it is on what is made anew. */
  readonly #dependents = new Map<string, { readonly on: readonly string[]; readonly replaces: boolean }>();
  readonly #created = new Set<string>();

  recordDependent({ urn }: Owned, on: readonly string[], replaces: boolean): void {
    this.#dependents.set(urn, { on, replaces });
  }

  recordCreate(urn: string): void {
    this.#created.add(urn);
  }

  /** One that goes, and all that it is on and that goes with it; undefined: it goes for good, or was made anew already. */
  findReplaced(one: Owned, checked: ReadonlySet<string>, all: readonly Owned[]): readonly Owned[] | undefined {
    const isFirst = ({ urn }: Owned) => checked.has(urn) && !this.#created.has(urn);
    if (checked.has(one.urn)) return isFirst(one) ? [one] : undefined;
    const under = this.#under(one, all);
    // Destroy asks for the same Diffs, and has no program. What another provider has is told by nobody.
    const another = under.length === 0 && this.#dependents.get(one.urn)?.replaces === true && checked.size > 0;
    return another || under.some(isFirst) ? [one, ...under] : undefined;
  }

  /** NICs on what goes, which may go with it: what Pulumi does by replaceOnChanges and replaceWith, it says to nobody ahead. */
  listPossible(going: readonly Owned[], all: readonly Owned[]): Owned[] {
    return all.filter(
      (one) => one.type === "kvmnet:index:Nic" && this.#under(one, all).some((other) => going.includes(other)),
    );
  }

  #under(one: Owned, all: readonly Owned[]): Owned[] {
    const { on = [] } = this.#dependents.get(one.urn) ?? {};
    const under = all.filter(({ type, state }) =>
      on.some(
        (key) =>
          type === `kvmnet:index:${named[key]}` && state.hostId === one.state.hostId && state.name === one.inputs[key],
      ),
    );
    return under.flatMap((other) => [other, ...this.#under(other, all)]);
  }
}
