// Written by tools/generate.ts from the definitions in provider/: change them there, then run `make generate`.
import * as pulumi from "../sdk";
import { packageOptions } from "../resources/package";
import type { Connection, ConnectionArgs, FoundBridge, FoundDomain, FoundInterface, FoundNetwork } from "../resources/types";

/** What {@link getHost} takes. */
export interface GetHostArgs {
  /** How the host is reached over SSH. Default, field by field: the provider's configuration. */
  readonly connection?: Connection;
}

/** What {@link getHostOutput} takes: as {@link getHost}, with values that may come later. */
export interface GetHostOutputArgs {
  /** How the host is reached over SSH. Default, field by field: the provider's configuration. */
  readonly connection?: pulumi.Input<ConnectionArgs>;
}

/** What {@link getHost} gives. */
export interface GetHostResult {
  /** The host's machine-id (see machine-id(5)). */
  readonly hostId: string;
  /** What the host calls itself (uname -n). */
  readonly hostName: string;
  /** Its release, like "Debian GNU/Linux 12 (bookworm)". */
  readonly release: string;
  /** The interface that carries the default route, or the port of the bridge that does: the one that a Bridge takes by default. */
  readonly uplink?: string;
  /** Its addresses with their prefix lengths, like "192.0.2.10/24": IPv4 first, none of link-local scope. */
  readonly addresses: string[];
  /** Its network interfaces, without lo, sorted by name. */
  readonly interfaces: FoundInterface[];
  /** Its bridges, sorted by name. */
  readonly bridges: FoundBridge[];
  /** Its libvirt networks, sorted by name; none without libvirt. */
  readonly networks: FoundNetwork[];
  /** Its VMs, sorted by name; none without libvirt. */
  readonly domains: FoundDomain[];
  /** What of it can't be read, a sentence each: it is missing from the lists above. */
  readonly unread: string[];
}

/** What a host is like now: its release, interfaces, addresses, bridges, libvirt networks and VMs. Changes nothing. An error where the host can't be looked at. */
export function getHost(args: GetHostArgs, options?: pulumi.InvokeOptions): Promise<GetHostResult> {
  return pulumi.invoke("kvmnet:index:getHost", { ...args }, { ...packageOptions, ...options });
}

/**
 * What a host is like now: its release, interfaces, addresses, bridges, libvirt networks and VMs. Changes nothing. An error where the host can't be looked at.
 * With an argument that is not known yet, the result is not known either; with a secret one, it is secret.
 */
export function getHostOutput(args: GetHostOutputArgs, options?: pulumi.InvokeOutputOptions): pulumi.Output<GetHostResult> {
  return pulumi.invokeOutput("kvmnet:index:getHost", { ...args }, { ...packageOptions, ...options });
}
