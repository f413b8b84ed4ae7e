// Written by tools/generate.ts from the definitions in provider/: change them there, then run `make generate`.
import * as pulumi from "../sdk";
import { packageOptions } from "./package";
import { secretParts } from "./secretParts";
import { noStackTraces } from "./stackTraces";
import type { ConnectionArgs } from "./types";

/** What a {@link Tap} takes. */
export interface TapArgs {
  /** How the host is reached over SSH. Default, field by field: the provider's configuration. */
  readonly connection?: pulumi.Input<ConnectionArgs>;
  /** The TAP's interface name. Default: the resource's name. */
  readonly name?: pulumi.Input<string>;
  /** The host bridge that the TAP is a port of. */
  readonly bridge: pulumi.Input<string>;
  /** The host's user, by name, who may open the TAP without being root. Default, if there is no `group` either: any user may (see https://docs.kernel.org/networking/tuntap.html). */
  readonly owner?: pulumi.Input<string>;
  /** The host's group, by name, whose members may open the TAP without being root; with `owner` as well, that user must be in it. Default: none. */
  readonly group?: pulumi.Input<string>;
  /** Several queues, for QEMU's `queues=N`; a program must open such a TAP with IFF_MULTI_QUEUE. Default: false. */
  readonly multiQueue?: pulumi.Input<boolean>;
  /** Frames have a virtio-net header, for offloads. Only what the TAP says before it is opened: QEMU sets it as it needs it, so that it never drifts. Default: false. */
  readonly vnetHdr?: pulumi.Input<boolean>;
}

/** A TAP for QEMU without libvirt, `-netdev tap,id=lan,ifname=tap0,script=no,downscript=no`: in a bridge, up, there again after a reboot and whenever the bridge is made anew. A unit of QEMU's own comes After=kvmnet-tap-<name>.service. Errors: an interface of that name that is not this resource's; no such bridge, user or group on the host; a program that has the TAP open, when it is to be deleted or made anew for another owner, group or queues. */
export class Tap extends pulumi.CustomResource {
  /** The Pulumi type. */
  static readonly type: string = "kvmnet:index:Tap";

  /** A Tap of which the stack has a record, by its ID. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): Tap {
    return new Tap(name, undefined, { ...options, id });
  }

  /** Whether it is a Tap, also one from another copy of this package. */
  static override isInstance(value: unknown): value is Tap {
    return (value as { __pulumiType?: unknown } | null | undefined)?.__pulumiType === Tap.type;
  }

  /** The TAP's interface name. */
  declare readonly name: pulumi.Output<string>;
  /** The host bridge that the TAP is a port of. */
  declare readonly bridge: pulumi.Output<string>;
  /** The host's user, by name, who may open the TAP without being root. Default, if there is no `group` either: any user may (see https://docs.kernel.org/networking/tuntap.html). */
  declare readonly owner: pulumi.Output<string | undefined>;
  /** The host's group, by name, whose members may open the TAP without being root; with `owner` as well, that user must be in it. Default: none. */
  declare readonly group: pulumi.Output<string | undefined>;
  /** Several queues, for QEMU's `queues=N`; a program must open such a TAP with IFF_MULTI_QUEUE. */
  declare readonly multiQueue: pulumi.Output<boolean>;
  /** Frames have a virtio-net header, for offloads. Only what the TAP says before it is opened: QEMU sets it as it needs it, so that it never drifts. */
  declare readonly vnetHdr: pulumi.Output<boolean>;
  /** The host's machine-id (see machine-id(5)). */
  declare readonly hostId: pulumi.Output<string>;
  /** The host's key, as it was verified: this stack's record of which machine it is. Another key is an error, unless `connection.hostKey` or known_hosts has it. */
  declare readonly hostKey: pulumi.Output<string | undefined>;
  /** The ID that the host's record of this thing has too, made at create: only the resource that has it changes or deletes the thing, whatever its name, its stack or its URN is. */
  declare readonly ownerId: pulumi.Output<string | undefined>;
  /** The URN that the host's record has, in words for people: brought up to date by the next `pulumi up`. */
  declare readonly ownerUrn: pulumi.Output<string | undefined>;
  /** The MAC address of the host's end: fe:54:00 and a hash of host and name, the same after each reboot; of a TAP that somebody else made, its own. */
  declare readonly macAddress: pulumi.Output<string>;
  /** The bridge that the TAP is a port of now; "" for none. */
  declare readonly master: pulumi.Output<string>;
  /** The URN of the resource that made the TAP, as kvmnet 0.1.0 knows whose it is (see `ownerId`). "" for one that was imported and that somebody else made, until kvmnet changes it. */
  declare readonly madeBy: pulumi.Output<string>;
  /** How the host differs from the wanted state, a sentence each; empty: not at all. */
  declare readonly drift: pulumi.Output<string[]>;

  constructor(name: string, args: TapArgs, options?: pulumi.CustomResourceOptions);
  /** @internal What {@link get} is made of. */
  constructor(name: string, args: TapArgs | undefined, options: pulumi.CustomResourceOptions);
  constructor(name: string, args?: TapArgs, options: pulumi.CustomResourceOptions = {}) {
    if (!options.id && !options.urn && args?.bridge === undefined) {
      throw new pulumi.RunError(`Tap "${name}": bridge: is missing`);
    }
    const traced = noStackTraces();
    try {
      super(
        Tap.type,
        name,
        {
          name: undefined,
          bridge: undefined,
          owner: undefined,
          group: undefined,
          multiQueue: undefined,
          vnetHdr: undefined,
          hostId: undefined,
          hostKey: undefined,
          ownerId: undefined,
          ownerUrn: undefined,
          macAddress: undefined,
          master: undefined,
          madeBy: undefined,
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
