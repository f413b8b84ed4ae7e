import type { BridgeCalls, Firewall } from "../netfilter/firewall";

import type { Profile } from "./keyfile";
import type { Libvirt, LibvirtDomain } from "./libvirt";
import type { BridgeRecord, OwnerMark } from "./records";
import { need, type Unreadable } from "./unreadable";

/** What a host is like now, as the kernel, networkd, netplan's files and libvirt tell it. Plain values; read by readFacts. */
export interface Facts {
  readonly machineId: string;
  readonly uid: number;
  /** What the host calls itself. */
  readonly hostName: string | undefined;
  /** "Debian GNU/Linux 12 (bookworm)". */
  readonly release: string | undefined;
  /** The host's own address of the SSH connection that the facts were read over. */
  readonly sshAddress: string | undefined;
  readonly tools: ReadonlySet<string>;
  readonly links: readonly Link[];
  readonly routes: readonly Route[];
  /** Whom the host has spoken to, as far as the kernel remembers. */
  readonly neighbours: readonly Neighbour[];
  /** Where the SSH client is that reads this; undefined: no SSH, or the host has no route to it. */
  readonly client: Client | undefined;
  /** Settings under /proc/sys/net of a link that are unlike those of a new one. */
  readonly sysctls: readonly Sysctl[];
  /** Files in /etc, netplan's apart, that name a link otherwise than in a comment. */
  readonly mentions: readonly { readonly link: string; readonly path: string }[];
  /** networkd's .network files and their drop-ins, netplan's too, wherever networkd reads them: path to text. */
  readonly networkUnits: ReadonlyMap<string, string>;
  /** The name servers that the host's programs ask, be it through systemd-resolved; undefined: no file says. */
  readonly nameservers: readonly string[] | undefined;
  /** Names that its files have it ask for: of package archives and time servers. */
  readonly names: readonly string[];
  /** Neighbours that somebody wrote down for good, of both families. */
  readonly permanentNeighbours: readonly PermanentNeighbour[];
  readonly wireless: ReadonlySet<string>;
  /** Interfaces that NetworkManager manages. */
  readonly networkManager: ReadonlySet<string>;
  /** Which profile of NetworkManager's each link has. */
  readonly profiles: ReadonlyMap<string, Profile>;
  /** Connections of its that end with it, in words: "office (vpn)". */
  readonly ending: readonly string[];
  /** NetworkManager's UUIDs of its profiles, by their file. */
  readonly profileIds: ReadonlyMap<string, string>;
  /** NetworkManager's profiles of wired links, where it runs: path to text. */
  readonly keyfiles: ReadonlyMap<string, string>;
  /**
   * Path to text, in netplan's order: a later file of the same name in /run or /etc hides an earlier one. Then, in netplan's
   * words too, the files that networkd has links from without netplan, ifupdown's, and NetworkManager's profiles.
   */
  readonly netplan: ReadonlyMap<string, string>;
  /** ifupdown's files, where it is there: path to text. */
  readonly interfaces: ReadonlyMap<string, string>;
  /** What ifupdown, or ifupdown2, has up, by what name of its files; undefined: neither is there. */
  readonly ifstate?: ReadonlyMap<string, string> | undefined;
  /** That is ifupdown2. */
  readonly ifupdown2?: true;
  /** /etc/network/interfaces.new is there, which Proxmox VE's next boot puts in the file's place, and unlike that, or like it. */
  readonly pendingInterfaces?: "unlike" | "like";
  /** Programs that ask DHCP beside networkd, where ifupdown is there. */
  readonly dhcpClients?: readonly DhcpClient[];
  /** networkd's files and drop-ins that kvmnet wrote. */
  readonly networkd: ReadonlyMap<string, string>;
  /** What kvmnet keeps on the host of each bridge it made, by the bridge's name. */
  readonly records: ReadonlyMap<string, BridgeRecord>;
  /** Whose networks, NICs, TAPs and filters are, by the path of the record: see plan/ownership. */
  readonly marks: ReadonlyMap<string, OwnerMark>;
  /** The id of a transaction that is armed now. */
  readonly armed: string | undefined;
  /** What that one lacks, a line each, where it could not be undone to its end. */
  readonly incomplete: string | undefined;
  /** NICs of VMs that were taken out of the running VM, where they were on `device`, for a change of the host's network. */
  readonly unplugged?: readonly { readonly vm: string; readonly mac: string; readonly device: string }[];
  /** cloud-init writes the network's configuration, at some boots. */
  readonly cloudInit: boolean;
  /** Files that kvmnet wrote for cloud-init: path to text. */
  readonly cloudConfig: ReadonlyMap<string, string>;
  /** For how long each VM runs, by its name: seconds of the host's clock. */
  readonly vmAges: ReadonlyMap<string, number>;
  /** For how long udev has known each link, by its index: seconds. */
  readonly linkAges?: ReadonlyMap<number, number>;
  /** What an ended `netplan try` left behind, as `stat` prints it. */
  readonly tryStamp: string | undefined;
  readonly firewall: Firewall;
  /** What kvmnet keeps on the host to let bridged frames through: path to text. */
  readonly netfilter: ReadonlyMap<string, string>;
  /** What kvmnet keeps on the host of the TAPs it made: path to text. */
  readonly taps: ReadonlyMap<string, string>;
  /** Undefined: no virsh. */
  readonly libvirt: Libvirt | undefined;
  /** What of all this can't be read, and so is missing above. */
  readonly unreadable: readonly Unreadable[];
}

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

/** What kvmnet keeps of a bridge. @throws UnreadFact where it keeps something that can't be read */
export function recordOf(facts: Facts, bridge: string): BridgeRecord | undefined {
  need(facts, "records", [bridge]);
  return facts.records.get(bridge);
}

/** Whose something else than a bridge is, by the path of its mark. @throws UnreadFact where that can't be read */
export function ownerMarkOf(facts: Facts, path: string): OwnerMark | undefined {
  need(facts, "records", [path]);
  return facts.marks.get(path);
}

export function linkNamed(facts: Facts, name: string): Link | undefined {
  return facts.links.find((link) => link.name === name);
}

/** The default route that wins, of the main table. */
export function defaultRoute(facts: Facts, family: "inet" | "inet6" = "inet"): Route | undefined {
  return facts.routes
    .filter(
      (route) =>
        route.family === family && route.destination === "default" && route.table === undefined && route.device,
    )
    .sort((a, b) => (a.metric ?? 0) - (b.metric ?? 0))[0];
}

/** VMs that run and have a TAP among `taps`. */
export function runningOn(facts: Facts, taps: ReadonlySet<string>): LibvirtDomain[] {
  return (facts.libvirt?.domains ?? []).filter(
    (domain) => domain.running && domain.live.some((nic) => nic.tap && taps.has(nic.tap)),
  );
}

export function ports(facts: Facts, bridge: string): Link[] {
  return facts.links.filter((link) => link.master === bridge);
}

/** A bridge's ports but for those which come and go with VMs and containers. */
export function fixedPorts(facts: Facts, bridge: string): Link[] {
  return ports(facts, bridge).filter((port) => !isGuestPort(port));
}
/** Whether a port comes and goes with a VM or container: a TAP, and the end of a pair that Proxmox VE puts into a bridge for one. */

export function isGuestPort({ name, kind }: Pick<Link, "name" | "kind">): boolean {
  return kind === "tun" || (kind === "veth" && /^(veth\d+i|fwpr\d+p)\d+$/.test(name));
}
