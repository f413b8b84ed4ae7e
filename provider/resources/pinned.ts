import type { Host } from "../host/host";

/** With "accept-new" the key that was taken on first use goes into the state, as no known_hosts keeps it. */
export function pinned(host: Host): string | undefined {
  return host.acceptsNew ? host.hostKey : undefined;
}
