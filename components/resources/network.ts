// Written by tools/generate.ts from the definitions in provider/: change them there, then run `make generate`.
import * as pulumi from "../sdk";
import { packageOptions } from "./package";
import { secretParts } from "./secretParts";
import { noStackTraces } from "./stackTraces";
import type { ConnectionArgs, NetworkBefore } from "./types";

/** What a {@link Network} takes. */
export interface NetworkArgs {
  /** How the host is reached over SSH. Default, field by field: the provider's configuration. */
  readonly connection?: pulumi.Input<ConnectionArgs>;
  /** The network's name in libvirt. Default: the resource's name. */
  readonly name?: pulumi.Input<string>;
  /** The host bridge that the network's NICs join. Either this or `device`. */
  readonly bridge?: pulumi.Input<string>;
  /** The host's NIC that the network's NICs are directly on, each by a macvtap and without a bridge. The host itself does not reach the guests on it, and does not hear their addresses. Either this or `bridge`. */
  readonly device?: pulumi.Input<string>;
  /** Who of those on the `device` hear each other: in "bridge" all do, in "vepa" by a switch that sends frames back, in "private" none; "passthrough" gives the NIC to one guest alone. Default: "bridge". */
  readonly mode?: pulumi.Input<"bridge" | "vepa" | "private" | "passthrough">;
  /** Start the network with the host. Default: true. */
  readonly autostart?: pulumi.Input<boolean>;
  /** Whether the network runs now. Default: true. */
  readonly active?: pulumi.Input<boolean>;
}

/** A libvirt network on a bridge that the host has (see https://libvirt.org/formatnetwork.html#using-an-existing-host-bridge), or by macvtaps on one of its NICs (see https://libvirt.org/formatnetwork.html#using-a-macvtap-direct-connection). */
export class Network extends pulumi.CustomResource {
  /** The Pulumi type. */
  static readonly type: string = "kvmnet:index:Network";

  /** A Network of which the stack has a record, by its ID. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): Network {
    return new Network(name, undefined, { ...options, id });
  }

  /** Whether it is a Network, also one from another copy of this package. */
  static override isInstance(value: unknown): value is Network {
    return (value as { __pulumiType?: unknown } | null | undefined)?.__pulumiType === Network.type;
  }

  /** The network's name in libvirt. */
  declare readonly name: pulumi.Output<string>;
  /** The host bridge that the network's NICs join. Either this or `device`. */
  declare readonly bridge: pulumi.Output<string | undefined>;
  /** The host's NIC that the network's NICs are directly on, each by a macvtap and without a bridge. The host itself does not reach the guests on it, and does not hear their addresses. Either this or `bridge`. */
  declare readonly device: pulumi.Output<string | undefined>;
  /** Who of those on the `device` hear each other: in "bridge" all do, in "vepa" by a switch that sends frames back, in "private" none; "passthrough" gives the NIC to one guest alone. Default: "bridge". */
  declare readonly mode: pulumi.Output<"bridge" | "vepa" | "private" | "passthrough" | undefined>;
  /** Start the network with the host. */
  declare readonly autostart: pulumi.Output<boolean>;
  /** Whether the network runs now. */
  declare readonly active: pulumi.Output<boolean>;
  /** The host's machine-id (see machine-id(5)). */
  declare readonly hostId: pulumi.Output<string>;
  /** The host's key, as it was verified: this stack's record of which machine it is. Another key is an error, unless `connection.hostKey` or known_hosts has it. */
  declare readonly hostKey: pulumi.Output<string | undefined>;
  /** The ID that the host's record of this thing has too, made at create: only the resource that has it changes or deletes the thing, whatever its name, its stack or its URN is. */
  declare readonly ownerId: pulumi.Output<string | undefined>;
  /** The URN that the host's record has, in words for people: brought up to date by the next `pulumi up`. */
  declare readonly ownerUrn: pulumi.Output<string | undefined>;
  /** The network's UUID. */
  declare readonly uuid: pulumi.Output<string>;
  /** What a network was that libvirt had already: destroy gives it back as it was, instead of removing it. */
  declare readonly previous: pulumi.Output<NetworkBefore | undefined>;
  /** How the host differs from the wanted state, a sentence each; empty: not at all. */
  declare readonly drift: pulumi.Output<string[]>;

  constructor(name: string, args: NetworkArgs, options?: pulumi.CustomResourceOptions);
  /** @internal What {@link get} is made of. */
  constructor(name: string, args: NetworkArgs | undefined, options: pulumi.CustomResourceOptions);
  constructor(name: string, args?: NetworkArgs, options: pulumi.CustomResourceOptions = {}) {
    const traced = noStackTraces();
    try {
      super(
        Network.type,
        name,
        {
          name: undefined,
          bridge: undefined,
          device: undefined,
          mode: undefined,
          autostart: undefined,
          active: undefined,
          hostId: undefined,
          hostKey: undefined,
          ownerId: undefined,
          ownerUrn: undefined,
          uuid: undefined,
          previous: undefined,
          drift: undefined,
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
