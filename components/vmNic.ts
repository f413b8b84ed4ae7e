import { attach, typeOf, wrong } from "./attach";
import { BridgeNetwork } from "./bridgeNetwork";
import type { Connection } from "./connection";
import { type GuestConnection, type GuestLogin, guestConnection } from "./guestConnection";
import { HostBridge } from "./hostBridge";
import { wholeConnection } from "./providerConnection";
import { type ConnectionArgs, Nic } from "./resources";
import type { VmNicInputs } from "./resources/componentInputs";
import * as pulumi from "./sdk";

/** What a {@link VmNic} takes: what its `Nic` does, with components in place of names. */
export interface VmNicArgs extends Omit<VmNicInputs, "network" | "bridge" | "device" | "connection" | "guestLogin"> {
  /** The network: a {@link BridgeNetwork}, or the name of one that libvirt has already. Either this, `bridge` or `device`. */
  readonly network?: BridgeNetwork | pulumi.Input<string>;
  /** The bridge: a {@link HostBridge}, or the name of one that the host has already. Either this, `network` or `device`. */
  readonly bridge?: HostBridge | pulumi.Input<string>;
  /** The host's NIC that it is directly on, by a macvtap; with a `connection`. Either this, `network` or `bridge`. */
  readonly device?: pulumi.Input<string>;
  /** How the host is reached, with a name; a component brings its own. Default, field by field: the provider's configuration. */
  readonly connection?: pulumi.Input<ConnectionArgs>;
}

type Places = Pick<VmNicArgs, "network" | "bridge" | "device">;

const placesOf = ({ network, bridge, device }: Partial<Places>) => ({
  network: network ?? undefined,
  bridge: bridge ?? undefined,
  device: device ?? undefined,
});

/** What the NIC is on, by the property that says it. */
function place(component: string, { network, bridge, device }: Places, connection: VmNicArgs["connection"]) {
  if (device !== undefined) return { property: "device", name: device, connection, whole: undefined } as const;
  if (bridge !== undefined) {
    const property = "bridge";
    return { property, ...attach({ component, property, type: HostBridge }, bridge, connection) } as const;
  }
  const property = "network";
  return { property, ...attach({ component, property, type: BridgeNetwork }, network, connection) } as const;
}

/**
 * A NIC of a virtual machine that exists, running or not. A running one gets it live and is not restarted; its
 * definition gets it as well, so that it is there after the next start.
 *
 * @throws pulumi.RunError where `network`, `bridge`, `device` and `connection` do not go together
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
  /** The guest's last known addresses on this NIC, IPv4 first, then those of IPv6 that last; empty while none is known. */
  readonly ipAddresses: pulumi.Output<string[]>;
  /** The NIC's TAP on the host; `""` while the VM is off. */
  readonly tap: pulumi.Output<string>;
  readonly #component: string;
  readonly #host: pulumi.Input<Connection>;
  readonly #hostKey: pulumi.Output<string | undefined>;

  constructor(name: string, args: VmNicArgs, options?: pulumi.ComponentResourceOptions) {
    // JavaScript may leave it out, and have null where nothing is meant.
    const { connection, ...given } = args ?? {};
    const { network, bridge, device, ...rest } = { ...given, ...placesOf(given) };
    const component = `VmNic "${name}"`;
    if (network !== undefined && bridge !== undefined) {
      throw wrong(component, "bridge", "and `network` are both given: a NIC is on one of them");
    }
    const other = network !== undefined ? "network" : "bridge";
    if (device !== undefined && (network ?? bridge) !== undefined) {
      throw wrong(component, "device", `and \`${other}\` are both given: a NIC is on one of them`);
    }
    const on = place(component, { network, bridge, device }, connection);
    super(VmNic.type, name, {}, options);
    const nic = new Nic(name, { ...rest, [on.property]: on.name, connection: on.connection }, { parent: this });
    this.macAddress = nic.macAddress;
    this.ipAddresses = nic.ipAddresses;
    this.tap = nic.tap;
    this.#component = component;
    this.#host = (on.whole ?? wholeConnection(this, on.connection)) as pulumi.Input<Connection>;
    this.#hostKey = nic.hostKey;
    this.registerOutputs({ macAddress: this.macAddress, ipAddresses: this.ipAddresses, tap: this.tap });
  }

  /**
   * A `connection` for `@pulumi/command`, into the guest at its first address, with the host as its proxy, whose host key
   * is the one that kvmnet verified. Known once the NIC is up, and secret when it holds a secret. `@pulumi/command` does
   * not read `~/.ssh/config`: what it needs to log in to the host has to stand in the host's `connection`. The guest's
   * address is what the guest claims, and without a `hostKey` of the guest's `@pulumi/command` takes any key there.
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
    return guestConnection(this.#component, login, this.#host, this.ipAddresses, this.#hostKey);
  }
}
