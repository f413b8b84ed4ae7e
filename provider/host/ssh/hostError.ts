/** Why a host could not be used at all; nothing was done on it. */
export type HostErrorKind =
  | "unreachable"
  | "noSuchName"
  | "hostKey"
  | "authentication"
  | "otherMachine"
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
