// Written by tools/generate.ts from the definitions in provider/: change them there, then run `make generate`.
import type * as pulumi from "../sdk";
import type { AddressingArgs, BridgeTrialArgs, ConfirmArgs, ConnectionArgs, GuestLoginArgs, NicFilterArgs, NicVlanArgs, VlanUplinkArgs } from "./types";

/** What a BridgeNetwork takes. */
export interface BridgeNetworkInputs {
  /** How the host is reached over SSH. Default, field by field: the provider's configuration. */
  readonly connection?: pulumi.Input<ConnectionArgs>;
  /** The network's name in libvirt. Default: the resource's name. */
  readonly name?: pulumi.Input<string>;
  /** The host bridge that the network's NICs join: a HostBridge's `name`, or that of one that is there. */
  readonly bridge: pulumi.Input<string>;
  /** Start the network with the host. Default: true. */
  readonly autostart?: pulumi.Input<boolean>;
  /** Whether the network runs now. Default: true. */
  readonly active?: pulumi.Input<boolean>;
}

/** What a HostBridge takes. */
export interface HostBridgeInputs {
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
  /** What a packet filter of the host's does with what the bridge forwards between its own ports: the `mode` of a BridgeNetfilter. Without one, a FORWARD policy of drop can make VMs deaf. false: leave it as it is. Default: "accept". */
  readonly netfilter?: "accept" | "bypass" | false;
  /** Tries the bridge as a VM would, once the change is confirmed and again whenever the bridge's configuration changes: a BridgeSelfTest. Where it fails, the bridge stays, `pulumi up` fails and nothing is put on the bridge. It brings one more MAC address onto the LAN, which a switch's port security may mind. true: by DHCP. Default: false. */
  readonly selfTest?: boolean | BridgeTrialArgs;
}

/** What a VmNic takes. */
export interface VmNicInputs {
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
  /** How to log in to the guest: with it there is a `guestConnection`. */
  readonly guestLogin?: pulumi.Input<GuestLoginArgs>;
}
