// Written by tools/generate.ts from the definitions in provider/: change them there, then run `make generate`.
import * as pulumi from "../sdk";
import { packageOptions } from "./package";
import { secretParts } from "./secretParts";
import { noStackTraces } from "./stackTraces";
import type { Addressing, AddressingArgs, Confirm, ConfirmArgs, ConnectionArgs, VlanUplinkArgs } from "./types";

/** What a {@link Bridge} takes. */
export interface BridgeArgs {
  /** How the host is reached over SSH. Default, field by field: the provider's configuration. */
  readonly connection?: pulumi.Input<ConnectionArgs>;
  /** The bridge's interface name. Default: "br0". */
  readonly name?: pulumi.Input<string>;
  /** The NIC that becomes the bridge's port, by name (an alternative one too) or MAC address. Or a VLAN that is made on one, {link, vlan}; or "none", for VMs among themselves: then the host has no address on the bridge unless `addressing` says one. Default: the NIC with the default route. */
  readonly uplink?: pulumi.Input<string | VlanUplinkArgs>;
  /** "inherit": the uplink's addressing moves to the bridge and the host keeps its address. Or the addressing itself. Default: "inherit". */
  readonly addressing?: pulumi.Input<"inherit" | AddressingArgs>;
  /** Run the spanning tree protocol on the bridge. Default: false. */
  readonly stp?: pulumi.Input<boolean>;
  /** Seconds that a new port listens and learns before it forwards; with STP at least 2 (see ip-link(8)). Default: 0. */
  readonly forwardDelay?: pulumi.Input<number>;
  /** MTU of the bridge and its uplink, in bytes. Default: the uplink's; of a bridge that was there before, the one that netplan's files give it. */
  readonly mtu?: pulumi.Input<number>;
  /** Whether the bridge tells VLANs apart (IEEE 802.1Q): then a Nic on it may have a `vlan`, and frames with a tag pass by `vlans` alone. The host and all NICs without a `vlan` stay where frames without a tag are (VLAN 1 in the bridge, which no frame on the wire says). Default: as somebody made it; a bridge that is made does not. */
  readonly vlanFiltering?: pulumi.Input<boolean>;
  /** The VLANs whose frames the uplink takes and sends with a tag: numbers, 2 to 4094, and ranges like "100-199". With `vlanFiltering` alone. Default: none. */
  readonly vlans?: pulumi.Input<pulumi.Input<number | string>[]>;
  /** The bridge's MAC address. Default: the uplink's, so that DHCP knows the host; of a bridge that was there before, its own. */
  readonly macAddress?: pulumi.Input<string>;
  /** How a change of the host's network is confirmed. Default: {"timeout":60}. */
  readonly confirm?: pulumi.Input<ConfirmArgs>;
  /** What the change breaks on the host and may: a name each, as the preview gives them ("masquerade:enp1s0"). All else that would break is an error. */
  readonly accept?: pulumi.Input<pulumi.Input<string>[]>;
  /** Delete the bridge although running VMs hang on it. Default: false. */
  readonly forceDelete?: pulumi.Input<boolean>;
}

/** A bridge on a host's physical NIC. The NIC's addressing moves to the bridge in one transaction, which the host itself undoes unless it is confirmed over a new SSH connection. */
export class Bridge extends pulumi.CustomResource {
  /** The Pulumi type. */
  static readonly type: string = "kvmnet:index:Bridge";

  /** A Bridge of which the stack has a record, by its ID. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): Bridge {
    return new Bridge(name, undefined, { ...options, id });
  }

  /** Whether it is a Bridge, also one from another copy of this package. */
  static override isInstance(value: unknown): value is Bridge {
    return (value as { __pulumiType?: unknown } | null | undefined)?.__pulumiType === Bridge.type;
  }

  /** The bridge's interface name. */
  declare readonly name: pulumi.Output<string>;
  /** The NIC or VLAN that is the bridge's port; "none": there is none. */
  declare readonly uplink: pulumi.Output<string>;
  /** "inherit": the uplink's addressing moves to the bridge and the host keeps its address. Or the addressing itself. */
  declare readonly addressing: pulumi.Output<"inherit" | Addressing>;
  /** Run the spanning tree protocol on the bridge. */
  declare readonly stp: pulumi.Output<boolean>;
  /** Seconds that a new port listens and learns before it forwards; with STP at least 2 (see ip-link(8)). */
  declare readonly forwardDelay: pulumi.Output<number>;
  /** The bridge's MTU in bytes. */
  declare readonly mtu: pulumi.Output<number>;
  /** Whether the bridge tells VLANs apart (IEEE 802.1Q): then a Nic on it may have a `vlan`, and frames with a tag pass by `vlans` alone. The host and all NICs without a `vlan` stay where frames without a tag are (VLAN 1 in the bridge, which no frame on the wire says). Default: as somebody made it; a bridge that is made does not. */
  declare readonly vlanFiltering: pulumi.Output<boolean | undefined>;
  /** The VLANs whose frames the uplink takes and sends with a tag: numbers, 2 to 4094, and ranges like "100-199". With `vlanFiltering` alone. Default: none. */
  declare readonly vlans: pulumi.Output<(number | string)[] | undefined>;
  /** The bridge's MAC address. */
  declare readonly macAddress: pulumi.Output<string>;
  /** How a change of the host's network is confirmed. */
  declare readonly confirm: pulumi.Output<Confirm>;
  /** What the change breaks on the host and may: a name each, as the preview gives them ("masquerade:enp1s0"). All else that would break is an error. */
  declare readonly accept: pulumi.Output<string[] | undefined>;
  /** Delete the bridge although running VMs hang on it. */
  declare readonly forceDelete: pulumi.Output<boolean>;
  /** The host's machine-id (see machine-id(5)). */
  declare readonly hostId: pulumi.Output<string>;
  /** The host's key, as it was verified: this stack's record of which machine it is. Another key is an error, unless `connection.hostKey` or known_hosts has it. */
  declare readonly hostKey: pulumi.Output<string | undefined>;
  /** The ID that the host's record of this thing has too, made at create: only the resource that has it changes or deletes the thing, whatever its name, its stack or its URN is. */
  declare readonly ownerId: pulumi.Output<string | undefined>;
  /** The URN that the host's record has, in words for people: brought up to date by the next `pulumi up`. */
  declare readonly ownerUrn: pulumi.Output<string | undefined>;
  /** The addresses on the bridge, with prefix length. */
  declare readonly addresses: pulumi.Output<string[]>;
  /** The bridge's ports that are no TAPs of VMs. */
  declare readonly ports: pulumi.Output<string[]>;
  /** The host files that kvmnet writes: path to text. */
  declare readonly config: pulumi.Output<{ [key: string]: string }>;
  /** How the host differs from the wanted state, a sentence each; empty: not at all. */
  declare readonly drift: pulumi.Output<string[]>;
  /** The host's files as they were before: path to text. Deleting the bridge puts them back. */
  declare readonly previousConfig: pulumi.Output<{ [key: string]: string }>;

  constructor(name: string, args: BridgeArgs, options?: pulumi.CustomResourceOptions);
  /** @internal What {@link get} is made of. */
  constructor(name: string, args: BridgeArgs | undefined, options: pulumi.CustomResourceOptions);
  constructor(name: string, args?: BridgeArgs, options: pulumi.CustomResourceOptions = {}) {
    const traced = noStackTraces();
    try {
      super(
        Bridge.type,
        name,
        {
          name: undefined,
          uplink: undefined,
          addressing: undefined,
          stp: undefined,
          forwardDelay: undefined,
          mtu: undefined,
          vlanFiltering: undefined,
          vlans: undefined,
          macAddress: undefined,
          confirm: undefined,
          accept: undefined,
          forceDelete: undefined,
          hostId: undefined,
          hostKey: undefined,
          ownerId: undefined,
          ownerUrn: undefined,
          addresses: undefined,
          ports: undefined,
          config: undefined,
          drift: undefined,
          previousConfig: undefined,
          // All of it, so that Check can name what is none of its properties.
          ...args,
          connection: secretParts(args?.connection, ["password", "privateKey", "privateKeyPassword", "proxy", "sudo"]),
        },
        pulumi.mergeOptions({ ...packageOptions, additionalSecretOutputs: ["previousConfig"] }, options),
      );
    } catch (error) {
      throw traced(error);
    } finally {
      traced();
    }
  }
}
