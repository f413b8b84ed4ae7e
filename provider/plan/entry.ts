import { type Finding, sentences } from "./diagnose/finding";

/** What a preview, an operation, the doctor and the history of a host say: one form for all, for another program to read. */
export interface Entry {
  /**
   * "preview": what `up` would do. "operation": what the engine's operation did, or met. "finding": what is wrong. "change": a
   * change of the host's network that was made. "thing": what kvmnet has on the host.
   */
  readonly kind: "preview" | "operation" | "finding" | "change" | "thing";
  readonly severity: "info" | "warning" | "error";
  /** As kvmnet calls it, "root@kvm1.example"; left out where it is about none, or several. */
  readonly host?: string | undefined;
  /** The URN of the resource. */
  readonly resource?: string | undefined;
  /** When it was said, when a change began, since when a thing is there: ISO 8601. */
  readonly time?: string | undefined;
  /** The sentences, a line each; of what is written on the host, no more than that. */
  readonly text: string;
  /** What is written on the host, as `diff -u` has it. */
  readonly files?: readonly FileChange[] | undefined;
}

export interface FileChange {
  readonly path: string;
  readonly diff: string;
}

/** A finding as an entry, with all that it has. */
export const findingEntry = (one: Finding, host: string | undefined, time: Date): Entry & Finding => ({
  ...{ kind: "finding", host, time: time.toISOString(), text: sentences(one) },
  ...one,
});
