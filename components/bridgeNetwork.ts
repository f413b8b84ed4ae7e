import { attach, typeOf } from "./attach";
import { type Connection, carry, connectionAfter } from "./connection";
import { HostBridge } from "./hostBridge";
import { wholeConnection } from "./providerConnection";
import { type ConnectionArgs, Network } from "./resources";
import type { BridgeNetworkInputs } from "./resources/componentInputs";
import * as pulumi from "./sdk";

/** What a {@link BridgeNetwork} takes: what its `Network` does, with a {@link HostBridge} in place of a name. */
export interface BridgeNetworkArgs extends Omit<BridgeNetworkInputs, "bridge" | "connection"> {
  /** The bridge: a {@link HostBridge}, or the name of one that the host has already. */
  readonly bridge: HostBridge | pulumi.Input<string>;
  /** How the host is reached, with a bridge's name; a {@link HostBridge} brings its own. Default, field by field: the provider's configuration. */
  readonly connection?: pulumi.Input<ConnectionArgs>;
}

/**
 * A libvirt network with `<forward mode='bridge'/>`: the VMs on it stand on the LAN, with addresses from the LAN.
 * See https://libvirt.org/formatnetwork.html#using-an-existing-host-bridge.
 *
 * @throws pulumi.RunError where `bridge` and `connection` do not go together
 * @example
 * ```ts
 * import { BridgeNetwork, HostBridge } from "pulumi-kvmnet";
 *
 * const connection = { host: "kvm1.example", user: "root" };
 * const bridge = new HostBridge("kvm1", { connection });
 * const lan = new BridgeNetwork("lan", { bridge });
 * const dmz = new BridgeNetwork("dmz", { bridge: "br1", connection });
 * export const networks = [lan.name, dmz.name];
 * ```
 */
export class BridgeNetwork extends pulumi.ComponentResource {
  /** The Pulumi type. */
  static readonly type = "kvmnet:index:BridgeNetwork";

  /** Whether it is a BridgeNetwork, also one from another copy of this package. */
  static override isInstance(value: unknown): value is BridgeNetwork {
    return pulumi.ComponentResource.isInstance(value) && typeOf(value) === BridgeNetwork.type;
  }

  /** The network's name in libvirt: the component's, unless `name` says another. */
  readonly name: pulumi.Output<string>;
  /** How its host is reached: what takes this waits for the network. */
  readonly connection: pulumi.Output<Connection>;

  constructor(name: string, args: BridgeNetworkArgs, options?: pulumi.ComponentResourceOptions) {
    // JavaScript may leave it out.
    const { bridge, connection, ...rest } = args ?? {};
    const on = attach(
      { component: `BridgeNetwork "${name}"`, property: "bridge", type: HostBridge },
      bridge,
      connection,
    );
    super(BridgeNetwork.type, name, {}, options);
    const network = new Network(name, { ...rest, bridge: on.name, connection: on.connection }, { parent: this });
    this.name = network.name;
    const whole = connectionAfter(network, on.whole ?? wholeConnection(this, on.connection));
    this.connection = carry(this, connectionAfter(network, on.connection), whole);
    this.registerOutputs({ name: this.name });
  }
}
