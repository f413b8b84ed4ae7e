import type { BridgeCalls } from "../netfilter/firewall";

export interface Neighbour {
  readonly mac: string;
  readonly address: string;
  readonly device: string | undefined;
  /** Of a bridge's: the port that it is behind. */
  readonly port?: string | undefined;
  /** It has answered a moment ago. */
  readonly reachable: boolean;
}

/** How the host reaches the SSH client. */
export interface Client {
  readonly address: string;
  readonly device: string | undefined;
  readonly gateway: string | undefined;
}

export interface Sysctl {
  readonly family: "ipv4" | "ipv6";
  readonly link: string;
  readonly key: string;
  readonly value: string;
}

export interface Link {
  readonly index: number;
  readonly name: string;
  readonly mac: string;
  readonly permanentMac: string | undefined;
  /** Other names that it may be called by (ip-link(8), altname). */
  readonly altNames?: readonly string[];
  readonly mtu: number;
  /** What came in, in packets; of a TAP, what its VM sent. */
  readonly rxPackets: number | undefined;
  readonly up: boolean;
  readonly carrier: boolean;
  readonly loopback: boolean;
  /** "bridge", "bond", "vlan", "tun", "veth"…; undefined for a physical NIC. */
  readonly kind: string | undefined;
  readonly master: string | undefined;
  /** Of a VLAN: its number. */
  readonly vlan: number | undefined;
  /** Of a VLAN, a macvlan, a macvtap or an ipvlan: the link that it is on. */
  readonly parent: string | undefined;
  /** Of a bridge: its MAC address follows its ports, since nobody set one. */
  readonly macFollowsPorts: boolean;
  readonly stp: boolean | undefined;
  /** Seconds. */
  readonly forwardDelay: number | undefined;
  /** What else a bridge has, and what it has as a bridge's port, as `ip -d -j link` names it. */
  readonly settings?: Readonly<Record<string, string | number | boolean>> | undefined;
  readonly portSettings?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** Of a bridge, and of its ports: the VLANs that it has, also where the bridge does not tell VLANs apart. */
  readonly vlans?: PortVlans | undefined;
  /** A bridge's own switches for what iptables and nft see; they are in force beside the host's. */
  readonly bridgeCalls: BridgeCalls | undefined;
  /** Undefined: no TAP. */
  readonly tap: Tap | undefined;
  /** Of a bridge's port: "forwarding", "disabled", "blocking", "listening" or "learning". */
  readonly portState: string | undefined;
  /** Programs that see its frames before or after the host's network does, as the host calls them: XDP's, and tc's filters that may take frames away. */
  readonly programs?: readonly string[];
  readonly addresses: readonly Address[];
  /** networkd's file for it, and where networkd is with it ("configured"). */
  readonly networkFile: string | undefined;
  readonly networkdState: string | undefined;
  readonly lease: Lease | undefined;
  /**
   * By which identity networkd asks DHCP on it, with a lease or without, in hex: where networkd tells (systemd 261 and later).
   * Such a one gives a lease back to the server once it lets go of the link, unless told not to.
   */
  readonly asksBy?: string | undefined;
  /** What networkd's DHCPv6 client calls itself on this link (IAID); undefined: it never asked. */
  readonly dhcp6Iaid: number | undefined;
}

export interface PermanentNeighbour {
  readonly address: string;
  readonly mac: string;
  readonly device: string;
}

/** VLANs of a bridge's port, in the order of their numbers. */
export interface PortVlans {
  /** That of frames that come in without a tag; undefined: those are dropped. */
  readonly pvid: number | undefined;
  /** Frames of these leave without a tag. */
  readonly untagged: readonly number[];
  readonly tagged: readonly number[];
}

/** A TAP as the kernel has it. */
export interface Tap {
  /** Who may open it, by name; undefined: not only one. */
  readonly owner: string | undefined;
  readonly group: string | undefined;
  readonly multiQueue: boolean;
  /** As the program that opened it last has it. */
  readonly vnetHdr: boolean;
}

export interface Address {
  readonly family: "inet" | "inet6";
  readonly local: string;
  readonly prefix: number;
  readonly scope: string;
  readonly flags: ReadonlySet<string>;
  /** Whether a DHCP server or a router gives it, with an end or for ever. */
  readonly dynamic: boolean;
  /** Seconds; Infinity for "forever". */
  readonly validLifetime: number;
  readonly preferredLifetime: number;
  readonly broadcast: string | undefined;
  /** Of the route to its own network. */
  readonly metric: number | undefined;
  /** The other end of a line from point to point; the prefix is its. */
  readonly peer?: string | undefined;
  /** What its label has behind the link's name and a colon. */
  readonly label?: string | undefined;
}

/** A program that asks DHCP on a link, as it runs. */
export interface DhcpClient {
  /** "dhclient", "dhcpcd"… */
  readonly program: string;
  /** Undefined: on all. */
  readonly link: string | undefined;
  /** Where it keeps its leases, and the number of its process; undefined: not known of this program. */
  readonly files: { readonly lease: string; readonly process: string } | undefined;
  readonly family: "inet" | "inet6";
}

export interface Lease {
  readonly address: string;
  /** The DHCP client identifier in hex, as networkd or NetworkManager tells it. */
  readonly clientId: string | undefined;
  readonly nameservers: readonly string[];
  /** Option 26 (RFC 2132), which networkd gives the link unless netplan's use-mtu says otherwise. */
  readonly mtu?: number | undefined;
  /** Whose it is, where that is a program of its own for the link. */
  readonly client?: "dhclient" | "dhcpcd" | "NetworkManager" | undefined;
  /** Of such a one: it has no end. */
  readonly endless?: true;
}

export interface Route {
  readonly family: "inet" | "inet6";
  readonly type: string;
  readonly destination: string;
  readonly gateway: string | undefined;
  readonly device: string | undefined;
  readonly protocol: string;
  readonly scope: string | undefined;
  readonly source: string | undefined;
  readonly metric: number | undefined;
  /** Undefined: main. */
  readonly table: string | undefined;
  readonly onlink: boolean;
  /** Seconds that a router's advertisement still gives it (ip-route(8), expires; IPv6 only); undefined: it stays. */
  readonly expires: number | undefined;
  /** That of a gateway which is of the other family. */
  readonly gatewayFamily?: "inet" | "inet6" | undefined;
  /** What else it has, as words of ip-route(8): "mtu 1400 initcwnd 20". */
  readonly attributes?: string | undefined;
  /** Of a route with several: all of them. It is among the routes once for each, with that one's gateway. */
  readonly hops?: readonly Hop[] | undefined;
}

/** One of several ways that a route goes. */
export interface Hop extends Pick<Route, "gateway" | "gatewayFamily" | "device" | "onlink"> {
  readonly weight: number;
}
