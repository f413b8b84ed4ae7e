/** Who has the links of a change, where that is not networkd. */
export type Owner = "ifupdown" | "ifupdown2" | "NetworkManager";

/** One change of a host's network, whole: what is written, what the kernel is told, the way back, and what must hold. */
export interface Change {
  /** Absolute path to text. */
  readonly files: ReadonlyMap<string, string>;
  readonly remove: readonly string[];
  /** Commands for `ip -batch`, there and back. */
  readonly apply: readonly string[];
  readonly rollback: readonly string[];
  /** Commands for `bridge -batch`, once those are through: which VLANs ports are in, there and back. */
  readonly vlansOnApply?: readonly string[];
  readonly vlansOnRollback?: readonly string[];
  /** Addresses with prefix length that the host has until the change is confirmed: networkd is told to keep them. */
  readonly leaving: readonly string[];
  /** Commands after `apply` that may find their work done: networkd takes an address off a port by itself, or not. */
  readonly tidy: readonly string[];
  /** Bridges and VLANs that the new files describe and networkd is to make before the commands run: see `creation` of plan/link/transition. */
  readonly createOnApply: readonly string[];
  readonly createOnRollback: readonly string[];
  /** Links to delete when the way there, or back, is done. */
  readonly deleteOnApply: readonly string[];
  readonly deleteOnRollback: readonly string[];
  /** Who has the links that the change is about; undefined: networkd. */
  readonly owner?: Owner | undefined;
  /** Of ifupdown's links, and of NetworkManager's: whose lease goes over on the way there, and comes back on the way back. */
  readonly handOver?: HandOver | undefined;
  /**
   * Names of networkd .network files whose links keep their addresses while networkd takes them over; of ifupdown, links that
   * it is to have up; of NetworkManager, links and the profiles that it is to have them by: "br0 UUID".
   */
  readonly keepOnApply: readonly string[];
  readonly keepOnRollback: readonly string[];
  /** The way on which the uplink leaves a bridge, if it does. */
  readonly release: "apply" | "rollback" | "both" | "none";
  /** Tried before; those that hold must hold after. */
  readonly probes: readonly Probe[];
  /** Gateways that are new: they must answer ARP before anything is armed, and ping afterwards. */
  readonly required: readonly Probe[];
  /** Of the probes, those of which one must hold before and after; none: the connection itself shows that the LAN is there. */
  readonly proofs: readonly Probe[];
  /** Seconds until the host undoes what is not confirmed. */
  readonly timeout: number;
  /** Whether the host restarts where nothing else brings its network back. */
  readonly reboot?: boolean;
}

/** A DHCP client that ends on one link, and goes on with its lease on another. */
export interface HandOver {
  readonly client: "dhclient" | "dhcpcd" | "NetworkManager";
  readonly from: string;
  readonly to: string;
}

export type Probe =
  /** Whether it answers; "route": whether a default route goes via it. */
  | { readonly kind: "gateway" | "ping" | "route"; readonly address: string }
  /** Whether the host has a name server that answers at all. */
  | { readonly kind: "dns" }
  /** Of several one will do. */
  | { readonly kind: "names"; readonly names: readonly string[] }
  | { readonly kind: "neighbours"; readonly addresses: readonly string[] }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number };
