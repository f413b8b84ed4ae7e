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
  | "cancelled";

export class HostError extends Error {
  override readonly name = "HostError";
  constructor(
    readonly kind: HostErrorKind,
    readonly host: string,
    message: string,
  ) {
    super(`${host}: ${message}`);
  }
}
