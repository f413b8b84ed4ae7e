// Written by tools/generate.ts from the definitions in provider/: change them there, then run `make generate`.
import * as pulumi from "../sdk";
import { packageOptions } from "./package";
import { secretParts } from "./secretParts";
import { noStackTraces } from "./stackTraces";
import type { ConnectionArgs, NicFilter, NicFilterArgs, NicPlace, NicVlan, NicVlanArgs } from "./types";

/** What a {@link Nic} takes. */
export interface NicArgs {
  /** How the host is reached over SSH. Default, field by field: the provider's configuration. */
  readonly connection?: pulumi.Input<ConnectionArgs>;
  /** The VM, by libvirt name or UUID. */
  readonly domain: pulumi.Input<string>;
  /** The libvirt network that the NIC is on. Either this, `bridge` or `device`. */
  readonly network?: pulumi.Input<string>;
  /** The host bridge that the NIC is on. Either this, `network` or `device`. */
  readonly bridge?: pulumi.Input<string>;
  /** The host's NIC that this one is directly on, by a macvtap and without a bridge. The host itself does not reach the guest on it, and does not hear its address. Either this, `network` or `bridge`. */
  readonly device?: pulumi.Input<string>;
  /** Who of those on one `device` hear each other: in "bridge" all do, in "vepa" by a switch that sends frames back, in "private" none; "passthrough" gives the NIC to this guest alone. Default: "bridge". */
  readonly mode?: pulumi.Input<"bridge" | "vepa" | "private" | "passthrough">;
  /** The device that the guest sees (see https://libvirt.org/formatdomain.html#setting-the-nic-model). A running VM gets another one when it was switched off and on. Default: "virtio"; of a NIC that the VM had already, its own. One of "e1000e", "e1000", "rtl8139". */
  readonly model?: pulumi.Input<"virtio" | "e1000e" | "e1000" | "rtl8139">;
  /** The NIC's MAC address. A NIC that the VM has already is moved here instead of adding one. One that another VM of the host has is refused. Default: 52:54:00 and a hash of host, VM, project, stack and the resource's name, the same each time. */
  readonly macAddress?: pulumi.Input<string>;
  /** Whether the NIC's cable is plugged in. One of "up", "down". Default: "up". */
  readonly linkState?: pulumi.Input<"up" | "down">;
  /** Seconds to wait for the guest's address while the VM runs; 0: not at all. When it ends without one, a warning. Default: 60. */
  readonly waitForAddress?: pulumi.Input<number>;
  /** Whether it is kept apart from all other isolated NICs of its bridge: of the VMs there, it reaches those alone that are not isolated, and the LAN and the host. Default: as somebody made it; a NIC that is made is not. */
  readonly isolated?: pulumi.Input<boolean>;
  /** What of the guest's frames libvirt lets through, so that the guest can't pass itself off as another (see https://libvirt.org/formatnwfilter.html). Default: as somebody made it; a NIC that is made has none. */
  readonly filter?: pulumi.Input<NicFilterArgs>;
  /** The VLANs of the LAN that the guest is in, by a bridge that tells VLANs apart (`vlanFiltering` of a Bridge; on another one a tag would do nothing, and is refused) and libvirt 11.0 or later. Default: as somebody made it; a NIC that is made is where the bridge's frames without a tag are. */
  readonly vlan?: pulumi.Input<NicVlanArgs>;
  /** Values by whose change the VM is looked at again, and given the NIC where it has lost it: for a VM that another tool undefines and defines again in the same `pulumi up`. */
  readonly triggers?: pulumi.Input<{ [key: string]: pulumi.Input<string> }>;
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
  /** The libvirt network that the NIC is on. Either this, `bridge` or `device`. */
  declare readonly network: pulumi.Output<string | undefined>;
  /** The host bridge that the NIC is on. Either this, `network` or `device`. */
  declare readonly bridge: pulumi.Output<string | undefined>;
  /** The host's NIC that this one is directly on, by a macvtap and without a bridge. The host itself does not reach the guest on it, and does not hear its address. Either this, `network` or `bridge`. */
  declare readonly device: pulumi.Output<string | undefined>;
  /** Who of those on one `device` hear each other: in "bridge" all do, in "vepa" by a switch that sends frames back, in "private" none; "passthrough" gives the NIC to this guest alone. Default: "bridge". */
  declare readonly mode: pulumi.Output<"bridge" | "vepa" | "private" | "passthrough" | undefined>;
  /** The device that the guest sees, or will see from its next start on. One of "virtio", "e1000e", "e1000", "rtl8139". */
  declare readonly model: pulumi.Output<"virtio" | "e1000e" | "e1000" | "rtl8139">;
  /** The NIC's MAC address. */
  declare readonly macAddress: pulumi.Output<string>;
  /** Whether the NIC's cable is plugged in. One of "up", "down". */
  declare readonly linkState: pulumi.Output<"up" | "down">;
  /** Seconds to wait for the guest's address while the VM runs; 0: not at all. When it ends without one, a warning. */
  declare readonly waitForAddress: pulumi.Output<number>;
  /** Whether it is kept apart from all other isolated NICs of its bridge: of the VMs there, it reaches those alone that are not isolated, and the LAN and the host. Default: as somebody made it; a NIC that is made is not. */
  declare readonly isolated: pulumi.Output<boolean | undefined>;
  /** What of the guest's frames libvirt lets through, so that the guest can't pass itself off as another (see https://libvirt.org/formatnwfilter.html). Default: as somebody made it; a NIC that is made has none. */
  declare readonly filter: pulumi.Output<NicFilter | undefined>;
  /** The VLANs of the LAN that the guest is in, by a bridge that tells VLANs apart (`vlanFiltering` of a Bridge; on another one a tag would do nothing, and is refused) and libvirt 11.0 or later. Default: as somebody made it; a NIC that is made is where the bridge's frames without a tag are. */
  declare readonly vlan: pulumi.Output<NicVlan | undefined>;
  /** Values by whose change the VM is looked at again, and given the NIC where it has lost it: for a VM that another tool undefines and defines again in the same `pulumi up`. */
  declare readonly triggers: pulumi.Output<{ [key: string]: string } | undefined>;
  /** The host's machine-id (see machine-id(5)). */
  declare readonly hostId: pulumi.Output<string>;
  /** The host's key, as it was verified: this stack's record of which machine it is. Another key is an error, unless `connection.hostKey` or known_hosts has it. */
  declare readonly hostKey: pulumi.Output<string | undefined>;
  /** The ID that the host's record of this thing has too, made at create: only the resource that has it changes or deletes the thing, whatever its name, its stack or its URN is. */
  declare readonly ownerId: pulumi.Output<string | undefined>;
  /** The URN that the host's record has, in words for people: brought up to date by the next `pulumi up`. */
  declare readonly ownerUrn: pulumi.Output<string | undefined>;
  /** The VM's UUID. */
  declare readonly domainId: pulumi.Output<string>;
  /** The TAP on the host, "" while the VM is off. Never drifts. */
  declare readonly tap: pulumi.Output<string>;
  /** The guest's last known addresses on this NIC, as the guest itself claims them: IPv4 first, then those of IPv6 that last (made of the NIC's MAC address, or numbered low; no temporary ones). Of its LAN, where the host has an address there, and nobody else's that the host knows. What is known keeps its place while it is valid, and stays while the VM is off. Never drift. */
  declare readonly ipAddresses: pulumi.Output<string[]>;
  /** Whether the running VM has the NIC. */
  declare readonly live: pulumi.Output<boolean>;
  /** Whether the VM's definition has the NIC, for its next start. */
  declare readonly persistent: pulumi.Output<boolean>;
  /** Where a NIC was that the VM had already, and what it was: destroy gives it back as it was instead of detaching it. */
  declare readonly previous: pulumi.Output<NicPlace | undefined>;
  /** How the host differs from the wanted state, a sentence each; empty: not at all. */
  declare readonly drift: pulumi.Output<string[]>;

  constructor(name: string, args: NicArgs, options?: pulumi.CustomResourceOptions);
  /** @internal What {@link get} is made of. */
  constructor(name: string, args: NicArgs | undefined, options: pulumi.CustomResourceOptions);
  constructor(name: string, args?: NicArgs, options: pulumi.CustomResourceOptions = {}) {
    if (!options.id && !options.urn && args?.domain === undefined) {
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
          device: undefined,
          mode: undefined,
          model: undefined,
          macAddress: undefined,
          linkState: undefined,
          waitForAddress: undefined,
          isolated: undefined,
          filter: undefined,
          vlan: undefined,
          triggers: undefined,
          hostId: undefined,
          hostKey: undefined,
          ownerId: undefined,
          ownerUrn: undefined,
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
        pulumi.mergeOptions({ ...packageOptions }, options),
      );
    } catch (error) {
      throw traced(error);
    } finally {
      traced();
    }
  }
}
