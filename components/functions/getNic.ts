// Written by tools/generate.ts from the definitions in provider/: change them there, then run `make generate`.
import * as pulumi from "../sdk";
import { packageOptions } from "../resources/package";
import type { Connection, ConnectionArgs, NicVlan } from "../resources/types";

/** What {@link getNic} takes. */
export interface GetNicArgs {
  /** How the host is reached over SSH. Default, field by field: the provider's configuration. */
  readonly connection?: Connection;
  /** The VM, by libvirt name or UUID. */
  readonly domain: string;
  /** The NIC's MAC address. Default: the VM's only NIC, of those that the other inputs leave. */
  readonly macAddress?: string;
  /** Only a NIC on this libvirt network. */
  readonly network?: string;
  /** Only a NIC on this bridge, and on no network. */
  readonly bridge?: string;
  /** Only a NIC that is directly on this NIC of the host's. */
  readonly device?: string;
  /** Seconds to wait for the guest's address while the VM runs; 0: not at all, and `ipAddresses` is empty. Default: 0. */
  readonly waitForAddress?: number;
}

/** What {@link getNicOutput} takes: as {@link getNic}, with values that may come later. */
export interface GetNicOutputArgs {
  /** How the host is reached over SSH. Default, field by field: the provider's configuration. */
  readonly connection?: pulumi.Input<ConnectionArgs>;
  /** The VM, by libvirt name or UUID. */
  readonly domain: pulumi.Input<string>;
  /** The NIC's MAC address. Default: the VM's only NIC, of those that the other inputs leave. */
  readonly macAddress?: pulumi.Input<string>;
  /** Only a NIC on this libvirt network. */
  readonly network?: pulumi.Input<string>;
  /** Only a NIC on this bridge, and on no network. */
  readonly bridge?: pulumi.Input<string>;
  /** Only a NIC that is directly on this NIC of the host's. */
  readonly device?: pulumi.Input<string>;
  /** Seconds to wait for the guest's address while the VM runs; 0: not at all, and `ipAddresses` is empty. Default: 0. */
  readonly waitForAddress?: pulumi.Input<number>;
}

/** What {@link getNic} gives. */
export interface GetNicResult {
  /** The host's machine-id (see machine-id(5)). */
  readonly hostId: string;
  /** The VM's UUID. */
  readonly domainId: string;
  /** The VM's libvirt name. */
  readonly domain: string;
  /** Whether the VM runs. */
  readonly running: boolean;
  /** The NIC's MAC address. */
  readonly macAddress: string;
  /** The libvirt network that it is on. */
  readonly network?: string;
  /** The bridge that it is on: its own, or the one of its network. */
  readonly bridge?: string;
  /** The host's NIC that it is directly on, by a macvtap. */
  readonly device?: string;
  /** The macvtap's mode. One of "bridge", "vepa", "private", "passthrough". */
  readonly mode?: "bridge" | "vepa" | "private" | "passthrough";
  /** The VLANs that libvirt has it in; none: its bridge decides, or there are none. */
  readonly vlan?: NicVlan;
  /** The device that the guest sees, like "virtio". */
  readonly model?: string;
  /** Whether its cable is plugged in. One of "up", "down". */
  readonly linkState: "up" | "down";
  /** The TAP on the host, "" while the VM is off. */
  readonly tap: string;
  /** The guest's addresses on this NIC, IPv4 first, then those of IPv6 that last. */
  readonly ipAddresses: string[];
  /** Whether the running VM has it. */
  readonly live: boolean;
  /** Whether the VM's definition has it, for its next start. */
  readonly persistent: boolean;
}

/** A NIC that a VM has now, whoever attached it. Changes nothing. An error where the VM has no such NIC, or several. */
export function getNic(args: GetNicArgs, options?: pulumi.InvokeOptions): Promise<GetNicResult> {
  return pulumi.invoke("kvmnet:index:getNic", { ...args }, { ...packageOptions, ...options });
}

/**
 * A NIC that a VM has now, whoever attached it. Changes nothing. An error where the VM has no such NIC, or several.
 * With an argument that is not known yet, the result is not known either; with a secret one, it is secret.
 */
export function getNicOutput(args: GetNicOutputArgs, options?: pulumi.InvokeOutputOptions): pulumi.Output<GetNicResult> {
  return pulumi.invokeOutput("kvmnet:index:getNic", { ...args }, { ...packageOptions, ...options });
}
