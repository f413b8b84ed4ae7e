// Written by tools/generate.ts from the definitions in provider/: change them there, then run `make generate`.
import { connectionOfProvider } from "../providerConnection";
import * as pulumi from "../sdk";
import { packageOptions } from "./package";
import { secretParts } from "./secretParts";
import type { ConnectionArgs } from "./types";

/** What a {@link Provider} takes. */
export interface ProviderArgs {
  /** How hosts are reached over SSH: the default of each field that the `connection` of a resource, or of a function, leaves out, and what an import by ID goes by. `proxy` and `sudo` are taken as a whole. */
  readonly connection?: pulumi.Input<ConnectionArgs>;
}

/** A provider of the program's own, for the resources that name it as their `provider`: with a connection of its own, in a plugin process of its own. */
export class Provider extends pulumi.ProviderResource {
  /** Whether it is a Provider, also one from another copy of this package. */
  static override isInstance(value: unknown): value is Provider {
    return pulumi.ProviderResource.isInstance(value);
  }

  constructor(name: string, { connection, ...others }: ProviderArgs = {}, options?: pulumi.ResourceOptions) {
    const parts = secretParts(connection, ["password", "privateKey", "privateKeyPassword", "proxy", "sudo"]);
    const json = parts === undefined ? undefined : pulumi.output(parts).apply((known) => JSON.stringify(known));
    // All of it, so that what is none of its properties is named.
    super("kvmnet", name, { ...others, connection: json }, pulumi.mergeOptions({ ...packageOptions }, options));
    if (parts !== undefined) connectionOfProvider.set(this, parts);
  }
}
