import type { Host } from "../host/host";
import type { Connection } from "./connection";

/**
 * With "accept-new", which the connection or ~/.ssh/config says, the key that was taken on first use goes into the
 * state, as no known_hosts keeps it.
 */
export function pinned(connection: Connection, host: Host): string | undefined {
  return connection.strictHostKeyChecking === "accept-new" || host.acceptsNew ? host.hostKey : undefined;
}
