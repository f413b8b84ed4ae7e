import type { Host } from "../host/host";

/** What a state keeps of its host's key: the one that was verified, by whatever means, or what it had where none was. */
export function pinHostKey(host: Host, before?: string): string | undefined {
  return host.voucher === "nobody" ? before : host.hostKey;
}
