import type { ConnectionArgs } from "./resources";
import * as pulumi from "./sdk";

/** How a host is reached, with every part known. */
export type Connection = pulumi.Unwrap<ConnectionArgs>;

/** The parts that must not stand in a state in plain text; the resources' schema marks the same ones. */
const secretParts = [
  "password",
  "privateKey",
  "privateKeyPassword",
  "proxy",
  "sudo",
] as const satisfies readonly (keyof Connection)[];

/**
 * A connection for what comes next: known only when `child` is there, so that whoever dials it waits for the change,
 * and secret when it holds a secret, also where the program gave that in plain text. The host's id, not the resource's:
 * a preview that reached the host knows it, and what comes next can be looked at on the host too.
 */
export function connectionAfter(
  child: { readonly hostId: pulumi.Output<string> },
  connection: pulumi.Input<ConnectionArgs>,
): pulumi.Output<Connection> {
  return pulumi.all([connection, child.hostId]).apply(([given]) => {
    const known = given as Connection;
    return secretParts.some((part) => known[part] !== undefined) ? pulumi.secret(known) : pulumi.output(known);
  });
}
