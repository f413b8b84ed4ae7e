import { wrong } from "./attach";
import type { Connection } from "./connection";
import type { GuestLoginArgs } from "./resources";
import * as pulumi from "./sdk";

/** How to log in to a guest: the fields of `@pulumi/command`'s `remote.ConnectionArgs`, less `host` and `proxy`. */
export type GuestLogin = GuestLoginArgs;

/** What `@pulumi/command` takes as a `connection`, with every part known. */
export interface GuestConnection extends pulumi.Unwrap<GuestLogin> {
  /** The guest's address. */
  readonly host: string;
  /** The host that the guest runs on. */
  readonly proxy: Omit<pulumi.Unwrap<GuestLogin>, "user"> & { readonly host: string; readonly user?: string };
}

/** What a connection has that @pulumi/command knows: its schema takes nothing else. */
const proxyParts = [
  ...["host", "port", "user", "password", "privateKey", "privateKeyPassword", "agentSocketPath", "hostKey"],
  ...["dialErrorLimit", "perDialTimeout"],
] as const;

const secretParts = ["password", "privateKey", "privateKeyPassword"] as const;

/** The way to a guest through its host. Unknown until the guest's address is known, which is when its NIC is up. */
export function guestConnection(
  component: string,
  login: GuestLogin,
  host: pulumi.Input<Connection>,
  addresses: pulumi.Output<string[]>,
  hostKey?: pulumi.Output<string | undefined>,
): pulumi.Output<GuestConnection> {
  return pulumi.all([login, host, addresses, hostKey]).apply(([given, through, known, key]) => {
    const way = wayTo(component, given, through as Connection, known, key);
    const secret = secretParts.some((part) => way[part] !== undefined || way.proxy[part] !== undefined);
    return secret ? pulumi.secret(way) : pulumi.output(way);
  }) as pulumi.Output<GuestConnection>;
}

/**
 * The same of values that are known. `hostKey` is the host's, as kvmnet verified it: `@pulumi/command` takes any without.
 *
 * @throws pulumi.RunError where there is no way
 */
export function wayTo(
  component: string,
  login: pulumi.Unwrap<GuestLogin>,
  connection: Connection,
  [address]: readonly string[],
  hostKey?: string,
): GuestConnection {
  if (connection.proxy !== undefined) {
    throw wrong(component, "guestConnection", "the host is behind a proxy itself, and @pulumi/command takes one only");
  }
  if (address === undefined) {
    throw wrong(component, "guestConnection", "the guest's address is not known: is the VM on, does it have one?");
  }
  if (connection.host === undefined) {
    throw wrong(component, "guestConnection", "the program does not say the host: give it in `connection`");
  }
  const known = { ...connection, hostKey: connection.hostKey ?? hostKey };
  const parts = proxyParts.flatMap((part) => {
    const value = known[part];
    return value === undefined ? [] : [[part, value]];
  });
  return { ...login, host: address, proxy: Object.fromEntries(parts) } as GuestConnection;
}
