import type { Holder } from "./mark";

/** A resource of this stack's state, as its Read told it. */
export interface Owned {
  readonly urn: string;
  readonly type: string;
  /** The engine's ID of it. */
  readonly id: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly state: Readonly<Record<string, unknown>> & Holder;
}
