/** Why a host could not be used at all; nothing was done on it. */
export type HostErrorKind =
  | "unreachable"
  | "noSuchName"
  | "hostKey"
  | "authentication"
  | "otherMachine"
  | "newMachine"
  | "notRoot"
  | "sudo"
  | "dropped"
  | "config"
  | "nonsense"
  | "cancelled";

export class HostError extends Error {
  override readonly name = "HostError";
  constructor(
    readonly kind: HostErrorKind,
    readonly host: string,
    /** What stands after the host in the message. */
    readonly reason: string,
  ) {
    super(`${host}: ${reason}`);
  }
}

/** The user says that this is the host, and it is another machine than before: nothing of before is on it. */
export class NewMachine extends HostError {
  constructor(host: string, reason: string) {
    super("newMachine", host, reason);
  }
}
