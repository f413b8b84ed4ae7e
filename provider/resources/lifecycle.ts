import type { Hosts } from "../host/hosts";
import type { Log as HostLog } from "../host/log";
import type { Finding } from "../plan/diagnose/finding";
import type { Entry } from "../plan/entry";
import type { Connection } from "../schema/connection";
import type { Definition } from "../schema/definition";
import type { Previewed } from "../schema/unknown";
import type { Claim } from "./claimRegistry";
import type { Notices } from "./notices";
import type { Ownership } from "./ownership/owned";

/** What an operation may use. `signal` aborts on Cancel: roll back, never go on. */
export interface Operation {
  readonly urn: string;
  /** The resource's name in the program, the last part of the URN. */
  readonly name: string;
  readonly preview: boolean;
  readonly hosts: Hosts;
  /** What this operation of the engine has shown of its stack. */
  readonly owned: Ownership;
  /** What other resources of it have said. */
  readonly notices: Notices;
  /** Whether a resource of the program claims a thing, "the bridge br0", on the host of this connection. */
  isClaimed(connection: Connection, thing: string): boolean;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** What is said, for another program: the text without the files, or what is wrong. */
export interface Data extends Partial<Pick<Entry, "text" | "files">> {
  readonly finding?: Finding;
}

/** Goes to the engine's log, beside the resource. Control codes and the engine's colour tags are taken out. */
export interface Log extends HostLog {
  info(message: string, data?: Data): void;
  warn(message: string, data?: Data): void;
}

export interface CheckFailure {
  /** A path that the schema has: "connection.host", "addressing.routes[0].via". */
  readonly property: string;
  readonly reason: string;
}

/** What a resource was until now: its inputs, and what the state has of it. */
export interface Old<I, S> {
  readonly inputs: I;
  readonly state: S;
}

/** What Read found. Unreachable is neither: Read throws, and the server keeps the state and warns. */
export type ReadResult<I, S> =
  | { readonly kind: "there"; readonly id: string; readonly inputs: I; readonly state: S }
  | { readonly kind: "gone"; readonly why: string };

/**
 * One thing on a host. Inputs have passed the definition. Values are known, but for those that `check` and `previewCreate`
 * are given.
 */
export interface Lifecycle<I, S> {
  readonly definition: Definition;
  /** Defaults that come from the resource's name, and rules between properties. A value may be UNKNOWN. `before`: what the state has. */
  check?(name: string, inputs: Partial<I>, before?: Partial<I>): { inputs: Partial<I>; failures: CheckFailure[] };
  /** Of what it is the only one on its host: a second resource that claims the same fails its Check. A value may be UNKNOWN. */
  listClaims?(name: string, inputs: Partial<I>): Claim[];
  /** Reads, says through `log` what `create` would do, returns what is known of the state then. Writes nothing. */
  previewCreate(operation: Operation, inputs: Previewed<I>): Promise<Partial<Previewed<S>>>;
  create(operation: Operation, inputs: I): Promise<{ id: string; state: Partial<S> }>;
  read(operation: Operation, id: string, inputs: I, state: S): Promise<ReadResult<I, S>>;
  /** What an ID stands for, where there is no state yet; inputs that are the defaults may be left out. Without it, import is an error that says so. */
  import?(operation: Operation, id: string, defaults: Partial<Connection>): Promise<ReadResult<Partial<I>, S>>;
  /** The same of `update`; outputs that stay are returned as they are. */
  previewUpdate(operation: Operation, id: string, old: Old<I, S>, inputs: I): Promise<Partial<S>>;
  update(operation: Operation, id: string, old: Old<I, S>, inputs: I): Promise<{ state: Partial<S> }>;
  /** Gone already is done. */
  delete(operation: Operation, id: string, inputs: I, state: S): Promise<void>;
}

/** The thing is there but not as wanted: it goes into the state with the reasons, and the operation fails. */
export class PartlyDone extends Error {
  override readonly name = "PartlyDone";
  constructor(
    readonly id: string,
    readonly state: Record<string, unknown>,
    readonly reasons: readonly string[],
  ) {
    super(reasons.join("\n"));
  }
}
