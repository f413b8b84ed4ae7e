import type { Firewall } from "../netfilter/firewall";
import type { Profile } from "./keyfile";
import type { Libvirt, LibvirtDomain } from "./libvirt";
import type { Client, DhcpClient, Link, Neighbour, PermanentNeighbour, Route, Sysctl } from "./links";
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
