import type { Facts } from "../../../provider/host/facts/facts";
import type { LibvirtDomain, LibvirtNic } from "../../../provider/host/facts/libvirt";
import type { Link } from "../../../provider/host/facts/links";
import { noFirewall } from "../../../provider/host/netfilter/firewall";

/** A host on which all is well, but for what a test says. */
export function factsWith(parts: Partial<Facts>): Facts {
  return {
    machineId: "0123456789abcdef0123456789abcdef",
    uid: 0,
    hostName: "kvm1",
    release: "Debian GNU/Linux 12 (bookworm)",
    sshAddress: undefined,
    tools: new Set(["netplan", "virsh"]),
    links: [],
    routes: [],
    neighbours: [],
    client: undefined,
    sysctls: [],
    mentions: [],
    networkUnits: new Map(),
    nameservers: [],
    names: [],
    permanentNeighbours: [],
    wireless: new Set(),
    networkManager: new Set(),
    profiles: new Map(),
    profileIds: new Map(),
    ending: [],
    keyfiles: new Map(),
    netplan: new Map(),
    interfaces: new Map(),
    networkd: new Map(),
    records: new Map(),
    marks: new Map(),
    armed: undefined,
    incomplete: undefined,
    cloudInit: false,
    cloudConfig: new Map(),
    vmAges: new Map(),
    tryStamp: undefined,
    firewall: noFirewall,
    netfilter: new Map(),
    taps: new Map(),
    libvirt: { networks: [], domains: [], silent: false },
    unreadable: [],
    ...parts,
  };
}

export function link(name: string, parts: Partial<Link> = {}): Link {
  return {
    index: 1,
    name,
    mac: "02:00:00:00:00:01",
    permanentMac: undefined,
    mtu: 1500,
    rxPackets: undefined,
    up: true,
    carrier: true,
    loopback: false,
    kind: undefined,
    master: undefined,
    vlan: undefined,
    parent: undefined,
    macFollowsPorts: false,
    stp: parts.kind === "bridge" ? false : undefined,
    forwardDelay: parts.kind === "bridge" ? 0 : undefined,
    bridgeCalls: undefined,
    tap: undefined,
    portState: parts.master === undefined ? undefined : "forwarding",
    addresses: [],
    networkFile: undefined,
    networkdState: undefined,
    lease: undefined,
    dhcp6Iaid: undefined,
    ...parts,
  };
}

export function addressOf(cidr: string): Link["addresses"][number] {
  const [local = "", prefix] = cidr.split("/");
  return {
    family: local.includes(":") ? "inet6" : "inet",
    local,
    prefix: Number(prefix),
    scope: "global",
    flags: new Set(),
    dynamic: false,
    validLifetime: Number.POSITIVE_INFINITY,
    preferredLifetime: Number.POSITIVE_INFINITY,
    broadcast: undefined,
    metric: undefined,
  };
}

export function nic(mac: string, parts: Partial<LibvirtNic> = {}): LibvirtNic {
  return {
    mac,
    type: "bridge",
    network: undefined,
    bridge: "br0",
    device: undefined,
    model: "virtio",
    tap: undefined,
    linkState: "up",
    element: {},
    ...parts,
  };
}

export function domain(name: string, nics: readonly LibvirtNic[], running = true): LibvirtDomain {
  return { name, uuid: name, running, live: running ? nics : [], inactive: nics };
}
