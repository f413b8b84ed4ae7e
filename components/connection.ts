import { isLater } from "./later";
import type { ConnectionArgs } from "./resources";
import { connectionParts, secretConnectionParts } from "./resources/connectionParts";
import * as pulumi from "./sdk";

/** How a host is reached, with every part known: the program's, and those of the provider's configuration. */
export type Connection = pulumi.Unwrap<ConnectionArgs> & { readonly host: string };

/** A connection of which each part comes by itself: what is secret in it makes a secret of nothing else. */
export type ConnectionParts = { readonly [part in keyof Connection]: pulumi.Output<NonNullable<Connection[part]>> };

/**
 * A connection for what comes next: known only when `child` is there, so that whoever dials it waits for the change,
 * and secret in the parts that hold a secret, also where the program gave that in plain text. The host's id, not the
 * resource's: a preview that reached the host knows it, and what comes next can be looked at on the host too.
 */
export function connectionAfter(
  child: { readonly hostId: pulumi.Output<string> },
  connection: pulumi.Input<ConnectionArgs> = {},
): ConnectionParts {
  const parts = connectionParts.flatMap((part) => {
    const given = partOf(connection, part);
    if (given === undefined) return [];
    const secret = secretConnectionParts.includes(part);
    // Of a connection that comes later, a part may turn out to be none.
    const mark = (value: unknown) => (secret && value !== undefined ? pulumi.secret(value) : value);
    return [[part, pulumi.all([given, child.hostId]).apply(([value]) => mark(value))]];
  });
  return Object.fromEntries(parts) as ConnectionParts;
}

function partOf(connection: pulumi.Input<ConnectionArgs>, part: keyof ConnectionArgs): pulumi.Input<unknown> {
  if (!isLater(connection)) return connection[part];
  return pulumi.output(connection).apply((known) => known?.[part]);
}

const carried = new WeakMap<object, ConnectionParts>();

/** The connection that a component brings along: all of it as one output for programs and, for `connectionOf`, what it was given in parts. */
export function carry(component: object, given: ConnectionParts, whole: ConnectionParts): pulumi.Output<Connection> {
  carried.set(component, given);
  return pulumi.output(whole) as unknown as pulumi.Output<Connection>;
}

/** What a component brings along, for what hangs on it; one of another copy of this package has the whole alone. */
export function connectionOf(component: {
  readonly connection: pulumi.Input<ConnectionArgs>;
}): pulumi.Input<ConnectionArgs> {
  return carried.get(component) ?? component.connection;
}
