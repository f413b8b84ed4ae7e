import { connectionOf } from "./connection";
import { isLater } from "./later";
import type { ConnectionArgs } from "./resources";
import * as pulumi from "./sdk";

/** A component that something hangs on: it has a name on its host, and brings the way to that host along. */
interface Carrier {
  readonly name: pulumi.Output<string>;
  readonly connection: pulumi.Input<ConnectionArgs>;
}

/** Where the argument stands, for the words of an error. */
interface Place {
  /** `BridgeNetwork "lan"`. */
  readonly component: string;
  readonly property: string;
  readonly type: { readonly type: string; isInstance(value: unknown): value is Carrier };
}

/**
 * The name and the connection of what `property` refers to: a component, whose outputs they are, so that the order of
 * create and delete follows; or a name of something that the program does not manage.
 *
 * @throws pulumi.RunError that names the property
 */
export function attach(
  { component, property, type }: Place,
  to: Carrier | pulumi.Input<string> | undefined,
  connection: pulumi.Input<ConnectionArgs> | undefined,
): {
  name: pulumi.Input<string>;
  connection: pulumi.Input<ConnectionArgs> | undefined;
  /** With what the component's provider says, where it is a component that brings it. */
  whole?: pulumi.Input<ConnectionArgs>;
} {
  // Not the class's own name, which a bundler may change.
  const kind = type.type.split(":").at(-1);
  if (type.isInstance(to)) {
    if (connection === undefined) return { name: to.name, connection: connectionOf(to), whole: to.connection };
    throw wrong(component, "connection", `comes from the ${kind} that \`${property}\` is; leave it out`);
  }
  if (to === undefined || to === null) {
    throw wrong(component, property, `is missing: give a ${kind}, or a name`);
  }
  if (pulumi.Resource.isInstance(to) || (typeof to === "object" && !isLater(to)) || to === "") {
    throw wrong(component, property, `must be a ${kind} or a name`);
  }
  return { name: to, connection };
}

/** The type under which a resource was registered: the same in every copy of this package, as its class is not. */
export function typeOf(resource: pulumi.Resource): string {
  return (resource as unknown as { __pulumiType: string }).__pulumiType;
}

/** A mistake in the program: the words say where, and a stack trace through kvmnet would not add to them. */
export function wrong(component: string, property: string, reason: string): pulumi.RunError {
  return new pulumi.RunError(`${component}: ${property}: ${reason}`);
}
