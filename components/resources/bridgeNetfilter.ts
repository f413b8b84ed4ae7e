// Written by tools/generate.ts from the definitions in provider/: change them there, then run `make generate`.
import * as pulumi from "../sdk";
import { packageOptions } from "./package";
import { secretParts } from "./secretParts";
import { noStackTraces } from "./stackTraces";
import type { ConnectionArgs } from "./types";

/** What a {@link BridgeNetfilter} takes. */
export interface BridgeNetfilterArgs {
  /** How the host is reached over SSH. Default, field by field: the provider's configuration. */
  readonly connection?: pulumi.Input<ConnectionArgs>;
  /** The host bridge whose frames are let through. */
  readonly bridge: pulumi.Input<string>;
  /** "accept": a rule in each chain on forward that can drop lets through what the bridge forwards between its own ports; what is routed is filtered as before, but that a chain of nftables' own can't tell a bridged frame from one routed from the bridge back onto it. "bypass": net.bridge.bridge-nf-call-iptables, -ip6tables and -arptables are 0, so that iptables and nft do not see the bridged frames of the whole host. Default: "accept". */
  readonly mode?: pulumi.Input<"accept" | "bypass">;
}

/** What the host's packet filter does with frames that a bridge forwards between its own ports, its VMs and the LAN. With the kernel module br_netfilter, which Docker and others load, iptables and nft see these too (see https://www.kernel.org/doc/html/latest/networking/ip-sysctl.html, bridge-nf-call-iptables): a FORWARD policy of drop makes VMs deaf. What is set holds across reboots and restarts of the firewall, also where the module is loaded later. */
export class BridgeNetfilter extends pulumi.CustomResource {
  /** The Pulumi type. */
  static readonly type: string = "kvmnet:index:BridgeNetfilter";

  /** A BridgeNetfilter of which the stack has a record, by its ID. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): BridgeNetfilter {
    return new BridgeNetfilter(name, undefined, { ...options, id });
  }

  /** Whether it is a BridgeNetfilter, also one from another copy of this package. */
  static override isInstance(value: unknown): value is BridgeNetfilter {
    return (value as { __pulumiType?: unknown } | null | undefined)?.__pulumiType === BridgeNetfilter.type;
  }

  /** The host bridge whose frames are let through. */
  declare readonly bridge: pulumi.Output<string>;
  /** "accept": a rule in each chain on forward that can drop lets through what the bridge forwards between its own ports; what is routed is filtered as before, but that a chain of nftables' own can't tell a bridged frame from one routed from the bridge back onto it. "bypass": net.bridge.bridge-nf-call-iptables, -ip6tables and -arptables are 0, so that iptables and nft do not see the bridged frames of the whole host. */
  declare readonly mode: pulumi.Output<"accept" | "bypass">;
  /** The host's machine-id (see machine-id(5)). */
  declare readonly hostId: pulumi.Output<string>;
  /** The host's key, as it was verified: this stack's record of which machine it is. Another key is an error, unless `connection.hostKey` or known_hosts has it. */
  declare readonly hostKey: pulumi.Output<string | undefined>;
  /** The ID that the host's record of this thing has too, made at create: only the resource that has it changes or deletes the thing, whatever its name, its stack or its URN is. */
  declare readonly ownerId: pulumi.Output<string | undefined>;
  /** The URN that the host's record has, in words for people: brought up to date by the next `pulumi up`. */
  declare readonly ownerUrn: pulumi.Output<string | undefined>;
  /** The URN of the resource that made the rules, as kvmnet 0.1.0 knows whose they are. See `ownerId`. */
  declare readonly owner: pulumi.Output<string>;
  /** What now happens to a frame that the bridge forwards between two of its ports, and which rule decides. */
  declare readonly effective: pulumi.Output<string>;
  /** How the host differs from the wanted state, a sentence each; empty: not at all. */
  declare readonly drift: pulumi.Output<string[]>;

  constructor(name: string, args: BridgeNetfilterArgs, options?: pulumi.CustomResourceOptions);
  /** @internal What {@link get} is made of. */
  constructor(name: string, args: BridgeNetfilterArgs | undefined, options: pulumi.CustomResourceOptions);
  constructor(name: string, args?: BridgeNetfilterArgs, options: pulumi.CustomResourceOptions = {}) {
    if (!options.id && !options.urn && args?.bridge === undefined) {
      throw new pulumi.RunError(`BridgeNetfilter "${name}": bridge: is missing`);
    }
    const traced = noStackTraces();
    try {
      super(
        BridgeNetfilter.type,
        name,
        {
          bridge: undefined,
          mode: undefined,
          hostId: undefined,
          hostKey: undefined,
          ownerId: undefined,
          ownerUrn: undefined,
          owner: undefined,
          effective: undefined,
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
