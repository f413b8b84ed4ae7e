import { attach, typeOf, wrong } from "./attach";
import { BridgeNetwork } from "./bridgeNetwork";
import type { Connection } from "./connection";
import { type GuestConnection, type GuestLogin, guestConnection } from "./guestConnection";
import { HostBridge } from "./hostBridge";
import { type ConnectionArgs, Nic, type NicArgs } from "./resources";
import * as pulumi from "./sdk";

/** What a {@link VmNic} takes: what its `Nic` does, with components in place of names. */
export interface VmNicArgs extends Omit<NicArgs, "network" | "bridge" | "connection"> {
  /** The network: a {@link BridgeNetwork}, or the name of one that libvirt has already. Either this or `bridge`. */
  readonly network?: BridgeNetwork | pulumi.Input<string>;
  /** The bridge: a {@link HostBridge}, or the name of one that the host has already. Either this or `network`. */
  readonly bridge?: HostBridge | pulumi.Input<string>;
  /** How the host is reached. Needed with a name; a component brings its own. */
  readonly connection?: pulumi.Input<ConnectionArgs>;
}

/**
 * A NIC of a virtual machine that exists, running or not. A running one gets it live and is not restarted; its
 * definition gets it as well, so that it is there after the next start.
 *
 * @throws pulumi.RunError where `network`, `bridge` and `connection` do not go together
 * @example
 * ```ts
 * import { BridgeNetwork, HostBridge, VmNic } from "pulumi-kvmnet";
 *
 * const connection = { host: "kvm1.example", user: "root" };
 * const lan = new BridgeNetwork("lan", { bridge: new HostBridge("kvm1", { connection }) });
 * const web = new VmNic("web", { network: lan, domain: "web" });
 * const mail = new VmNic("mail", { network: "default", connection, domain: "mail" });
 * export const addresses = [web.ipAddresses, mail.ipAddresses];
 * ```
 */
export class VmNic extends pulumi.ComponentResource {
  /** The Pulumi type. */
  static readonly type = "kvmnet:index:VmNic";

  /** Whether it is a VmNic, also one from another copy of this package. */
  static override isInstance(value: unknown): value is VmNic {
    return pulumi.ComponentResource.isInstance(value) && typeOf(value) === VmNic.type;
  }

  /** The NIC's MAC address. */
  readonly macAddress: pulumi.Output<string>;
  /** The guest's last known addresses on this NIC, sorted; empty while none is known. */
  readonly ipAddresses: pulumi.Output<string[]>;
  /** The NIC's TAP on the host; `""` while the VM is off. */
  readonly tap: pulumi.Output<string>;
  readonly #component: string;
  readonly #host: pulumi.Input<Connection>;

  constructor(name: string, args: VmNicArgs, options?: pulumi.ComponentResourceOptions) {
    const { network, bridge, connection, ...rest } = args;
    const component = `VmNic "${name}"`;
    if (network !== undefined && bridge !== undefined) {
      throw wrong(component, "bridge", "and `network` are both given: a NIC is on one of them");
    }
    const on =
      bridge === undefined
        ? {
            property: "network" as const,
            ...attach({ component, property: "network", type: BridgeNetwork }, network, connection),
          }
        : {
            property: "bridge" as const,
            ...attach({ component, property: "bridge", type: HostBridge }, bridge, connection),
          };
    super(VmNic.type, name, {}, options);
    const nic = new Nic(name, { ...rest, [on.property]: on.name, connection: on.connection }, { parent: this });
    this.macAddress = nic.macAddress;
    this.ipAddresses = nic.ipAddresses;
    this.tap = nic.tap;
    this.#component = component;
    this.#host = on.connection as pulumi.Input<Connection>;
    this.registerOutputs({ macAddress: this.macAddress, ipAddresses: this.ipAddresses, tap: this.tap });
  }

  /**
   * A `connection` for `@pulumi/command`, into the guest at its first address, with the host as its proxy. Known once
   * the NIC is up, and secret when it holds a secret. `@pulumi/command` does not read `~/.ssh/config` and, without a
   * `hostKey`, takes any host key: what it needs for the host has to stand in the host's `connection`.
   *
   * @throws pulumi.RunError where the guest has no known address, or the host is behind a proxy itself
   * @example
   * ```ts
   * import { remote } from "@pulumi/command";
   * import { VmNic } from "pulumi-kvmnet";
   *
   * declare const privateKey: string;
   * const connection = { host: "kvm1.example", user: "root", privateKey };
   * const web = new VmNic("web", { network: "lan", connection, domain: "web" });
   * const guest = web.guestConnection({ user: "debian", privateKey });
   * export const kernel = new remote.Command("kernel", { connection: guest, create: "uname -r" }).stdout;
   * ```
   */
  guestConnection(login: GuestLogin): pulumi.Output<GuestConnection> {
    return guestConnection(this.#component, login, this.#host, this.ipAddresses);
  }
}
