import type { BridgeCalls, Firewall } from "../netfilter/firewall";

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
  /** Whom the host has spoken to over IPv4, as far as the kernel remembers. */
  readonly neighbours: readonly { readonly mac: string; readonly address: string }[];
  readonly resolved: boolean;
  readonly wireless: ReadonlySet<string>;
  /** Interfaces that NetworkManager manages. */
  readonly networkManager: ReadonlySet<string>;
  /** Path to text, in netplan's order: a later file of the same name in /run or /etc hides an earlier one. */
  readonly netplan: ReadonlyMap<string, string>;
  /** networkd drop-ins that kvmnet wrote. */
  readonly networkd: ReadonlyMap<string, string>;
  /** What kvmnet keeps on the host of each bridge it made, by the bridge's name. */
  readonly records: ReadonlyMap<string, BridgeRecord>;
  /** The id of a transaction that is armed now. */
  readonly armed: string | undefined;
  /** cloud-init writes the network's configuration, at some boots. */
  readonly cloudInit: boolean;
  /** Files that kvmnet wrote for cloud-init: path to text. */
  readonly cloudConfig: ReadonlyMap<string, string>;
  /** For how long each VM runs, by its name: seconds of the host's clock. */
  readonly vmAges: ReadonlyMap<string, number>;
  /** What an ended `netplan try` left behind, as `stat` prints it. */
  readonly tryStamp: string | undefined;
  readonly firewall: Firewall;
  /** What kvmnet keeps on the host to let bridged frames through: path to text. */
  readonly netfilter: ReadonlyMap<string, string>;
  /** What kvmnet keeps on the host of the TAPs it made: path to text. */
  readonly taps: ReadonlyMap<string, string>;
  /** Undefined: no virsh. */
  readonly libvirt: Libvirt | undefined;
}

export interface Link {
  readonly index: number;
  readonly name: string;
  readonly mac: string;
  readonly permanentMac: string | undefined;
  readonly mtu: number;
  /** What came in, in packets; of a TAP, what its VM sent. */
  readonly rxPackets: number | undefined;
  readonly up: boolean;
  readonly carrier: boolean;
  readonly loopback: boolean;
  /** "bridge", "bond", "vlan", "tun", "veth"…; undefined for a physical NIC. */
  readonly kind: string | undefined;
  readonly master: string | undefined;
  /** Of a VLAN: its number, and the link that it is on. */
  readonly vlan: number | undefined;
  readonly parent: string | undefined;
  /** Of a bridge: its MAC address follows its ports, since nobody set one. */
  readonly macFollowsPorts: boolean;
  readonly stp: boolean | undefined;
  /** Seconds. */
  readonly forwardDelay: number | undefined;
  /** A bridge's own switches for what iptables and nft see; they are in force beside the host's. */
  readonly bridgeCalls: BridgeCalls | undefined;
  /** Undefined: no TAP. */
  readonly tap: Tap | undefined;
  /** Of a bridge's port: "forwarding", "disabled", "blocking", "listening" or "learning". */
  readonly portState: string | undefined;
  readonly addresses: readonly Address[];
  /** networkd's file for it, and where networkd is with it ("configured"). */
  readonly networkFile: string | undefined;
  readonly networkdState: string | undefined;
  readonly lease: Lease | undefined;
  /** What networkd's DHCPv6 client calls itself on this link (IAID); undefined: it never asked. */
  readonly dhcp6Iaid: number | undefined;
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
  readonly dynamic: boolean;
  /** Seconds; Infinity for "forever". */
  readonly validLifetime: number;
  readonly preferredLifetime: number;
  readonly broadcast: string | undefined;
  /** Of the route to its own network. */
  readonly metric: number | undefined;
}

export interface Lease {
  readonly address: string;
  /** networkd's DHCP client identifier in hex. */
  readonly clientId: string | undefined;
  readonly nameservers: readonly string[];
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
}

/** /var/lib/kvmnet/bridges/<name>.json */
export interface BridgeRecord {
  /** The URN of the resource that the bridge belongs to. */
  readonly owner: string;
  readonly uplink: string;
  /** The host's files as they were before: path to text. */
  readonly previousConfig: Readonly<Record<string, string>>;
  /** Of a bridge that was there before kvmnet: the files that defined it, and the MAC address that it had. */
  readonly found?: { readonly files: readonly string[]; readonly macAddress: string } | undefined;
  /** It is on another uplink than at first: `previousConfig` is what that one would have had. */
  readonly moved?: true | undefined;
}

export interface Libvirt {
  readonly networks: readonly LibvirtNetwork[];
  readonly domains: readonly LibvirtDomain[];
  /** virsh is there, but libvirt did not answer it. */
  readonly silent: boolean;
}

export interface LibvirtNetwork {
  readonly name: string;
  readonly uuid: string;
  readonly active: boolean;
  readonly persistent: boolean;
  readonly autostart: boolean;
  readonly forward: string | undefined;
  /** The bridge that it is on now; of one that is not active, that it will be on. */
  readonly bridge: string | undefined;
  /** The bridge of its definition, for the network's next start. */
  readonly definedBridge: string | undefined;
  readonly xml: string;
}

export interface LibvirtDomain {
  readonly name: string;
  readonly uuid: string;
  readonly running: boolean;
  /** Of the running machine. */
  readonly live: readonly LibvirtNic[];
  /** Of its definition, for the next start. */
  readonly inactive: readonly LibvirtNic[];
}

export interface LibvirtNic {
  readonly mac: string;
  readonly type: string;
  readonly network: string | undefined;
  readonly bridge: string | undefined;
  /** Of a NIC of type "direct", a macvtap: the host's NIC that it is on. */
  readonly device: string | undefined;
  readonly model: string | undefined;
  readonly tap: string | undefined;
  readonly linkState: "up" | "down";
  /** All of its XML, what kvmnet has no words for too: an update takes away what it does not say. */
  readonly element: XmlElement;
}

/** An XML element as fast-xml-parser reads it: attributes as "@name". */
export type XmlElement = Readonly<Record<string, unknown>>;

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

/** A bridge's ports but for the TAPs, which come and go with VMs. */
export function fixedPorts(facts: Facts, bridge: string): Link[] {
  return ports(facts, bridge).filter(({ kind }) => kind !== "tun");
}
