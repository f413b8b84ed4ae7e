// Written by tools/generate.ts from the definitions in provider/: change them there, then run `make generate`.
import * as pulumi from "../sdk";
import { packageOptions } from "./package";
import { secretParts } from "./secretParts";
import { noStackTraces } from "./stackTraces";
import type { ConnectionArgs } from "./types";

/** What a {@link BridgeSelfTest} takes. */
export interface BridgeSelfTestArgs {
  /** How the host is reached over SSH. Default, field by field: the provider's configuration. */
  readonly connection?: pulumi.Input<ConnectionArgs>;
  /** The host bridge that is tried. */
  readonly bridge: pulumi.Input<string>;
  /** "dhcp": a lease is taken, and given back. Or an address with its prefix length, which must be free: "192.0.2.60/24"; the gateway and the name server are then the host's. Default: "dhcp". */
  readonly address?: pulumi.Input<string>;
  /** A name that must have an IPv4 address. Default: any answer of the name server will do. */
  readonly resolves?: pulumi.Input<string>;
  /** Values by whose change it is tried again, such as the `config` of the `Bridge`. Default: none. */
  readonly triggers?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
}

/** Tries a bridge as a VM would, over IPv4, from a network namespace of the host's that is gone afterwards: an address, a ping of the gateway, a question to the name server. It is tried when the resource is created and when its inputs change; where a step fails, so does `pulumi up`, and the next one tries again. It brings one more MAC address onto the LAN, the same each time, which a switch's port security may mind. */
export class BridgeSelfTest extends pulumi.CustomResource {
  /** The Pulumi type. */
  static readonly type: string = "kvmnet:index:BridgeSelfTest";

  /** A BridgeSelfTest of which the stack has a record, by its ID. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): BridgeSelfTest {
    return new BridgeSelfTest(name, undefined, { ...options, id });
  }

  /** Whether it is a BridgeSelfTest, also one from another copy of this package. */
  static override isInstance(value: unknown): value is BridgeSelfTest {
    return (value as { __pulumiType?: unknown } | null | undefined)?.__pulumiType === BridgeSelfTest.type;
  }

  /** The host bridge that is tried. */
  declare readonly bridge: pulumi.Output<string>;
  /** "dhcp": a lease is taken, and given back. Or an address with its prefix length, which must be free: "192.0.2.60/24"; the gateway and the name server are then the host's. */
  declare readonly address: pulumi.Output<string>;
  /** A name that must have an IPv4 address. Default: any answer of the name server will do. */
  declare readonly resolves: pulumi.Output<string | undefined>;
  /** Values by whose change it is tried again, such as the `config` of the `Bridge`. Default: none. */
  declare readonly triggers: pulumi.Output<{ [key: string]: string }>;
  /** The host's machine-id (see machine-id(5)). */
  declare readonly hostId: pulumi.Output<string>;
  /** The host's key, as it was verified: this stack's record of which machine it is. Another key is an error, unless `connection.hostKey` or known_hosts has it. */
  declare readonly hostKey: pulumi.Output<string | undefined>;
  /** What worked when it was tried last, step by step. */
  declare readonly passed: pulumi.Output<string[]>;

  constructor(name: string, args: BridgeSelfTestArgs, options?: pulumi.CustomResourceOptions);
  /** @internal What {@link get} is made of. */
  constructor(name: string, args: BridgeSelfTestArgs | undefined, options: pulumi.CustomResourceOptions);
  constructor(name: string, args?: BridgeSelfTestArgs, options: pulumi.CustomResourceOptions = {}) {
    if (!options.id && !options.urn && args?.bridge === undefined) {
      throw new pulumi.RunError(`BridgeSelfTest "${name}": bridge: is missing`);
    }
    const traced = noStackTraces();
    try {
      super(
        BridgeSelfTest.type,
        name,
        {
          bridge: undefined,
          address: undefined,
          resolves: undefined,
          triggers: undefined,
          hostId: undefined,
          hostKey: undefined,
          passed: undefined,
          // All of it, so that Check can name what is none of its properties.
          ...args,
          connection: secretParts(args?.connection, ["password", "privateKey", "privateKeyPassword", "proxy", "sudo"]),
        },
        pulumi.mergeOptions({ ...packageOptions }, options),
      );
    } catch (error) {
      throw traced(error);
    } finally {
      traced();
    }
  }
}
