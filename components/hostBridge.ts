import { typeOf } from "./attach";
import { type Connection, carry, connectionAfter } from "./connection";
import { wholeConnection } from "./providerConnection";
import { Bridge, BridgeNetfilter, BridgeSelfTest } from "./resources";
import type { HostBridgeInputs } from "./resources/componentInputs";
import * as pulumi from "./sdk";

/** What a {@link HostBridge} takes: what its `Bridge` does, and what becomes of the frames on it. */
export type HostBridgeArgs = HostBridgeInputs;

/**
 * A host whose physical NIC is the port of a bridge, so that virtual machines can stand on its LAN.
 *
 * The NIC's addressing moves to the bridge in one transaction: the host undoes it by itself unless the change was
 * confirmed over a new SSH connection. A failure is an error of `pulumi up`, and nothing that needs the bridge is made.
 *
 * @example
 * ```ts
 * import { HostBridge } from "pulumi-kvmnet";
 *
 * const bridge = new HostBridge("kvm1", { connection: { host: "kvm1.example", user: "root" } });
 * export const addresses = bridge.addresses;
 * ```
 */
export class HostBridge extends pulumi.ComponentResource {
  /** The Pulumi type. */
  static readonly type = "kvmnet:index:HostBridge";

  /** Whether it is a HostBridge, also one from another copy of this package. */
  static override isInstance(value: unknown): value is HostBridge {
    return pulumi.ComponentResource.isInstance(value) && typeOf(value) === HostBridge.type;
  }

  /** The bridge's interface name. Resolves when all of it is there and the change is confirmed. */
  readonly name: pulumi.Output<string>;
  /** The host's addresses on the bridge, with prefix length: `192.0.2.100/24`. */
  readonly addresses: pulumi.Output<string[]>;
  /** The bridge's MAC address; the uplink's, unless the program gave another. */
  readonly macAddress: pulumi.Output<string>;
  /** How the host is reached now that it has the bridge: what takes this waits for the bridge. */
  readonly connection: pulumi.Output<Connection>;

  constructor(name: string, args: HostBridgeArgs, options?: pulumi.ComponentResourceOptions) {
    // The inputs stay out of the component's state: they would stand there a second time, secrets included.
    super(HostBridge.type, name, {}, options);
    // JavaScript may leave it out, and have null where nothing is meant.
    const { netfilter: mode, selfTest: trial, ...rest } = args ?? {};
    const netfilter = mode ?? "accept";
    const selfTest = trial ?? false;
    const bridge = new Bridge(name, rest, { parent: this });
    const after = connectionAfter(bridge, rest.connection);
    const filter =
      netfilter === false
        ? undefined
        : new BridgeNetfilter(name, { bridge: bridge.name, mode: netfilter, connection: after }, { parent: this });
    const filtered = filter ? connectionAfter(filter, after) : after;
    // The host's id, which a preview knows too, as with the connection.
    const passable = pulumi.all([bridge.name, filter?.hostId]).apply(([known]) => known);
    const test =
      selfTest === false
        ? undefined
        : new BridgeSelfTest(
            name,
            {
              ...(selfTest === true ? {} : selfTest),
              bridge: passable,
              triggers: pulumi
                .all([bridge.config, netfilter])
                .apply(([config, through]) => ({ ...config, netfilter: `${through}` })),
              connection: filtered,
            },
            { parent: this },
          );
    this.name = test ? pulumi.all([passable, test.hostId]).apply(([known]) => known) : passable;
    this.addresses = bridge.addresses;
    this.macAddress = bridge.macAddress;
    const last = test ?? filter ?? bridge;
    const whole = connectionAfter(last, wholeConnection(this, rest.connection));
    this.connection = carry(this, connectionAfter(last, filtered), whole);
    this.registerOutputs({ name: this.name, addresses: this.addresses, macAddress: this.macAddress });
  }
}
