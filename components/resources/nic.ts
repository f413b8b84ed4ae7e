// Written by tools/generate.ts from the definitions in provider/: change them there, then run `make generate`.
import * as pulumi from "../sdk";
import { secretParts } from "./secretParts";
import { noStackTraces } from "./stackTraces";
import type { ConnectionArgs, NicPlace } from "./types";

/** What a {@link Nic} takes. */
export interface NicArgs {
  /** How the host is reached over SSH. */
  readonly connection: pulumi.Input<ConnectionArgs>;
  /** The VM, by libvirt name or UUID. */
  readonly domain: pulumi.Input<string>;
  /** The libvirt network that the NIC is on. Either this or `bridge`. */
  readonly network?: pulumi.Input<string>;
  /** The host bridge that the NIC is on. Either this or `network`. */
  readonly bridge?: pulumi.Input<string>;
  /** The device that the guest sees (see https://libvirt.org/formatdomain.html#setting-the-nic-model). A running VM gets another one when it was switched off and on. One of "virtio", "e1000e", "e1000", "rtl8139". Default: "virtio". */
  readonly model?: pulumi.Input<"virtio" | "e1000e" | "e1000" | "rtl8139">;
  /** The NIC's MAC address. A NIC that the VM has already is moved here instead of adding one. Default: 52:54:00 and a hash of host, VM and the resource's name, the same each time. */
  readonly macAddress?: pulumi.Input<string>;
  /** Whether the NIC's cable is plugged in. One of "up", "down". Default: "up". */
  readonly linkState?: pulumi.Input<"up" | "down">;
  /** Seconds to wait for the guest's address while the VM runs; 0: not at all. When it ends without one, a warning. Default: 60. */
  readonly waitForAddress?: pulumi.Input<number>;
}

/** A NIC of a VM that exists: attached live while the VM runs, and in its definition. */
export class Nic extends pulumi.CustomResource {
  /** The Pulumi type. */
  static readonly type: string = "kvmnet:index:Nic";

  /** A Nic of which the stack has a record, by its ID. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): Nic {
    return new Nic(name, undefined, { ...options, id });
  }

  /** Whether it is a Nic, also one from another copy of this package. */
  static override isInstance(value: unknown): value is Nic {
    return (value as { __pulumiType?: unknown } | null | undefined)?.__pulumiType === Nic.type;
  }

  /** The VM, by libvirt name or UUID. */
  declare readonly domain: pulumi.Output<string>;
  /** The libvirt network that the NIC is on. Either this or `bridge`. */
  declare readonly network: pulumi.Output<string | undefined>;
  /** The host bridge that the NIC is on. Either this or `network`. */
  declare readonly bridge: pulumi.Output<string | undefined>;
  /** The device that the guest sees (see https://libvirt.org/formatdomain.html#setting-the-nic-model). A running VM gets another one when it was switched off and on. One of "virtio", "e1000e", "e1000", "rtl8139". */
  declare readonly model: pulumi.Output<"virtio" | "e1000e" | "e1000" | "rtl8139">;
  /** The NIC's MAC address. */
  declare readonly macAddress: pulumi.Output<string>;
  /** Whether the NIC's cable is plugged in. One of "up", "down". */
  declare readonly linkState: pulumi.Output<"up" | "down">;
  /** Seconds to wait for the guest's address while the VM runs; 0: not at all. When it ends without one, a warning. */
  declare readonly waitForAddress: pulumi.Output<number>;
  /** The host's machine-id (see machine-id(5)). */
  declare readonly hostId: pulumi.Output<string>;
  /** The host key that was taken with strictHostKeyChecking "accept-new"; another one is an error. */
  declare readonly hostKey: pulumi.Output<string | undefined>;
  /** The VM's UUID. */
  declare readonly domainId: pulumi.Output<string>;
  /** The TAP on the host, "" while the VM is off. Never drifts. */
  declare readonly tap: pulumi.Output<string>;
  /** The guest's last known addresses on this NIC, sorted. Never drift. */
  declare readonly ipAddresses: pulumi.Output<string[]>;
  /** Whether the running VM has the NIC. */
  declare readonly live: pulumi.Output<boolean>;
  /** Whether the VM's definition has the NIC, for its next start. */
  declare readonly persistent: pulumi.Output<boolean>;
  /** Where a NIC was that the VM had already when it was moved here: destroy puts it back there instead of detaching it. */
  declare readonly previous: pulumi.Output<NicPlace | undefined>;
  /** How the host differs from the wanted state, a sentence each; empty: not at all. */
  declare readonly drift: pulumi.Output<string[]>;

  constructor(name: string, args: NicArgs, options?: pulumi.CustomResourceOptions);
  /** @internal What {@link get} is made of. */
  constructor(name: string, args: NicArgs | undefined, options: pulumi.CustomResourceOptions);
  constructor(name: string, args?: NicArgs, options: pulumi.CustomResourceOptions = {}) {
    if (!options.id && args?.connection === undefined) {
      throw new pulumi.RunError(`Nic "${name}": connection: is missing`);
    }
    if (!options.id && args?.domain === undefined) {
      throw new pulumi.RunError(`Nic "${name}": domain: is missing`);
    }
    const traced = noStackTraces();
    try {
      super(
        Nic.type,
        name,
        {
          domain: undefined,
          network: undefined,
          bridge: undefined,
          model: undefined,
          macAddress: undefined,
          linkState: undefined,
          waitForAddress: undefined,
          hostId: undefined,
          hostKey: undefined,
          domainId: undefined,
          tap: undefined,
          ipAddresses: undefined,
          live: undefined,
          persistent: undefined,
          previous: undefined,
          drift: undefined,
          // All of it, so that Check can name what is none of its properties.
          ...args,
          connection: secretParts(args?.connection, ["password", "privateKey", "privateKeyPassword", "proxy", "sudo"]),
        },
        options,
      );
    } catch (error) {
      throw traced(error);
    } finally {
      traced();
    }
  }
}
