import { wrong } from "./attach";
import type { Connection } from "./connection";
import * as pulumi from "./sdk";

/** How to log in to a guest: the fields of `@pulumi/command`'s `remote.ConnectionArgs`, less `host` and `proxy`. */
export interface GuestLogin {
  /** The user in the guest. */
  readonly user: pulumi.Input<string>;
  /** The port of its SSH server. Default: 22. */
  readonly port?: pulumi.Input<number>;
  /** The password of the user. */
  readonly password?: pulumi.Input<string>;
  /** The text of an SSH private key. */
  readonly privateKey?: pulumi.Input<string>;
  /** The password of an encrypted private key. */
  readonly privateKeyPassword?: pulumi.Input<string>;
  /** The socket of the SSH agent. Default: SSH_AUTH_SOCK. */
  readonly agentSocketPath?: pulumi.Input<string>;
  /** The guest's public key. Without it, `@pulumi/command` takes any. */
  readonly hostKey?: pulumi.Input<string>;
  /** How many dials may fail before it is an error; -1: no limit. Default: 10. */
  readonly dialErrorLimit?: pulumi.Input<number>;
  /** Seconds that one dial may take; 0: no limit. Default: 15. */
  readonly perDialTimeout?: pulumi.Input<number>;
}

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
): pulumi.Output<GuestConnection> {
  return pulumi.all([login, host, addresses]).apply(([given, through, known]) => {
    const way = wayTo(component, given, through as Connection, known);
    const secret = secretParts.some((part) => way[part] !== undefined || way.proxy[part] !== undefined);
    return secret ? pulumi.secret(way) : pulumi.output(way);
  }) as pulumi.Output<GuestConnection>;
}

/**
 * The same of values that are known.
 *
 * @throws pulumi.RunError where there is no way
 */
export function wayTo(
  component: string,
  login: pulumi.Unwrap<GuestLogin>,
  connection: Connection,
  [address]: readonly string[],
): GuestConnection {
  if (connection.proxy !== undefined) {
    throw wrong(component, "guestConnection", "the host is behind a proxy itself, and @pulumi/command takes one only");
  }
  if (address === undefined) {
    throw wrong(component, "guestConnection", "the guest's address is not known: is the VM on, does it have one?");
  }
  const parts = proxyParts.flatMap((part) => {
    const value = connection[part as keyof Connection];
    return value === undefined ? [] : [[part, value]];
  });
  return { ...login, host: address, proxy: Object.fromEntries(parts) } as GuestConnection;
}
