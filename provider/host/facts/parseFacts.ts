import { type Firewall, noFirewall } from "../netfilter/firewall";
import { parseIptables } from "../netfilter/parseIptables";
import { parseNft } from "../netfilter/parseNft";
import type { Address, BridgeRecord, Facts, Lease, Link, Route, Tap } from "./facts";
import { parseLibvirt } from "./parseLibvirt";
import { links, neighbours, readJson, record, routes } from "./printed";
import { parseSections, type Section } from "./sections";

// biome-ignore lint/suspicious/noExplicitAny: JSON of ip(8), its shape known by ./printed, read field by field.
type Json = any;

export function parseFacts(output: Buffer): Facts {
  const sections = parseSections(output);
  const section = (name: string) => sections.find((one) => one.name === name && one.code === 0)?.text.trim();
  const json = (name: string, shape: typeof links | typeof routes | typeof neighbours): Json[] => {
    const text = section(name);
    return text ? readJson(name, shape, text) : [];
  };
  const machineId = section("machineId");
  if (!machineId || !/^[0-9a-f]{32}$/.test(machineId))
    throw new Error("there is no machine-id in /etc/machine-id (see systemd-machine-id-setup(1)).");
  const states = keyed(sections, "link");
  const leases = keyed(sections, "lease");
  const origins = new Map((section("macOrigins") ?? "").split("\n").map((line) => line.split(" ") as [string, string]));
  const libvirt = sections.find((one) => one.name === "libvirt");
  return {
    machineId,
    uid: Number(section("uid")),
    hostName: section("hostName"),
    release: section("release"),
    sshAddress: section("sshConnection")?.split(" ")[2],
    tools: new Set(section("tools")?.split("\n")),
    links: json("addresses", links)
      .filter((link) => link.ifname)
      .map((link) => parseLink(link, { states, leases, origins })),
    routes: [
      ...json("routes", routes).flatMap((route) => parseRoutes(route, "inet")),
      ...json("routes6", routes).flatMap((route) => parseRoutes(route, "inet6")),
    ],
    neighbours: json("neighbours", neighbours).flatMap(({ lladdr, dst }) =>
      lladdr && dst ? [{ mac: lladdr, address: dst }] : [],
    ),
    resolved: section("resolved") === "active",
    wireless: new Set(
      section("wireless")
        ?.split("\n")
        .map((path) => path.split("/")[0] ?? ""),
    ),
    networkManager: new Set(
      (section("networkManager") ?? "")
        .split("\n")
        .filter((line) => line && !line.endsWith(":unmanaged"))
        .map((line) => line.split(":")[0] ?? ""),
    ),
    netplan: effective(keyed(sections, "netplan", (path) => path)),
    networkd: keyed(sections, "networkd", (path) => path),
    records: parseRecords(keyed(sections, "record")),
    armed: section("armed"),
    cloudInit: section("cloudInit") !== undefined,
    cloudConfig: keyed(sections, "cloud", (path) => path),
    tryStamp: section("tryStamp"),
    vmAges: parseAges(section("vmStarts")),
    firewall: parseFirewall(sections),
    netfilter: new Map([
      ...keyed(sections, "netfilter", (path) => path),
      ...keyed(sections, "enabled", (path) => path),
    ]),
    taps: keyed(sections, "tap", (path) => path),
    libvirt: libvirt && parseLibvirt(libvirt),
  };
}

function parseFirewall(sections: readonly Section[]): Firewall {
  const printed = (name: string) => sections.find((one) => one.name === name && one.code === 0)?.text.trim();
  const calls = printed("bridgeCalls");
  const nft = printed("nft");
  const iptables = [...keyed(sections, "iptables", (tool) => tool)].flatMap(([tool, text]) =>
    parseIptables(tool, text),
  );
  const translated = (family: string) =>
    iptables.some((chain) => chain.tool === (family === "ip" ? "iptables-nft" : "ip6tables-nft"));
  return {
    ...noFirewall,
    bridgeCalls:
      calls === undefined
        ? undefined
        : {
            ip: calls.includes("call-iptables:1"),
            ip6: calls.includes("call-ip6tables:1"),
            arp: calls.includes("call-arptables:1"),
          },
    chains: [
      ...iptables,
      // iptables' own tables are there a second time, with less in them: nft has no words for xtables' matches.
      ...(nft ? parseNft(nft) : []).filter(
        ({ family, table }) => !(table === "filter" && (family === "ip" || family === "ip6") && translated(family)),
      ),
    ],
  };
}

/** Now, and then a start and a file named by the VM each. */
function parseAges(text = ""): Map<string, number> {
  const [now, ...starts] = text.split("\n");
  return new Map(
    starts.flatMap((line) => {
      const [, start, name] = /^(\d+) .*\/(.+)\.pid$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, Number(now) - Number(start)] as const];
    }),
  );
}

function parseRecords(files: Map<string, string>): Map<string, BridgeRecord> {
  return new Map([...files].map(([name, text]) => [name.replace(/\.json$/, ""), readJson(name, record, text)]));
}

/** Files by a key made of their path; by its last part where nothing else is said. */
function keyed(
  sections: readonly Section[],
  kind: string,
  key = (path: string) => path.split("/").at(-1) ?? "",
): Map<string, string> {
  const prefix = `${kind}:`;
  return new Map(
    sections
      .filter((one) => one.name.startsWith(prefix) && one.code === 0)
      .map((one) => [key(one.name.slice(prefix.length)), one.text]),
  );
}

/** netplan-generate(8): /run hides /etc hides /lib by file name; all are read in the order of their names. */
function effective(files: Map<string, string>): Map<string, string> {
  const byName = new Map<string, string>();
  for (const folder of ["/lib/netplan/", "/etc/netplan/", "/run/netplan/"]) {
    for (const path of files.keys()) if (path.startsWith(folder)) byName.set(path.slice(folder.length), path);
  }
  return new Map(
    [...byName.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => [path, files.get(path) ?? ""]),
  );
}

/** networkd's own key=value files under /run/systemd/netif. */
function keyValues(text: string | undefined): Map<string, string> {
  return new Map(
    (text ?? "")
      .split("\n")
      .flatMap((line) =>
        /^[A-Z0-9_]+=/.test(line)
          ? [[line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)] as [string, string]]
          : [],
      ),
  );
}

/** What other files than ip's tell of links: networkd's by their index, the kernel's by their name. */
interface Beside {
  readonly states: Map<string, string>;
  readonly leases: Map<string, string>;
  readonly origins: Map<string, string>;
}

function parseLink(link: Json, { states, leases, origins }: Beside): Link {
  const index = String(link.ifindex);
  const state = keyValues(states.get(index));
  const flags = new Set<string>(link.flags ?? []);
  const bridge = link.linkinfo?.info_kind === "bridge" ? link.linkinfo.info_data : undefined;
  const lease = parseLease(leases.get(index));
  const dhcp6Iaid = state.get("DHCP6_CLIENT_IAID");
  return {
    index: link.ifindex,
    name: link.ifname,
    mac: link.address ?? "",
    permanentMac: link.permaddr,
    mtu: link.mtu,
    rxPackets: link.stats64?.rx.packets,
    up: flags.has("UP"),
    carrier: flags.has("LOWER_UP"),
    loopback: flags.has("LOOPBACK"),
    kind: link.linkinfo?.info_kind,
    master: link.master,
    vlan: link.linkinfo?.info_kind === "vlan" ? link.linkinfo.info_data?.id : undefined,
    parent: link.linkinfo?.info_kind === "vlan" ? link.link : undefined,
    macFollowsPorts: bridge !== undefined && (origins.get(link.ifname) ?? "3") !== "3",
    stp: bridge && bridge.stp_state !== 0,
    forwardDelay: bridge && bridge.forward_delay / 100,
    bridgeCalls: bridge && {
      ip: bridge.nf_call_iptables === 1,
      ip6: bridge.nf_call_ip6tables === 1,
      arp: bridge.nf_call_arptables === 1,
    },
    tap: link.linkinfo?.info_kind === "tun" ? parseTap(link.linkinfo.info_data) : undefined,
    portState: link.linkinfo?.info_slave_kind === "bridge" ? link.linkinfo.info_slave_data?.state : undefined,
    addresses: (link.addr_info ?? [])
      .filter((address: Json) => address.local)
      .map(parseAddress)
      // For ever, and so not dynamic to the kernel, is one that networkd leased while it was told to keep what there is.
      .map((address: Address) => (address.local === lease?.address ? { ...address, dynamic: true } : address)),
    networkFile: state.get("NETWORK_FILE"),
    networkdState: state.get("ADMIN_STATE"),
    lease,
    dhcp6Iaid: dhcp6Iaid === undefined ? undefined : Number(dhcp6Iaid),
  };
}

/** A user or group without a name on the host is shown as its number. */
function parseTap(data: Json): Tap | undefined {
  if (data?.type !== "tap") return undefined;
  return {
    owner: data.user === undefined ? undefined : String(data.user),
    group: data.group === undefined ? undefined : String(data.group),
    multiQueue: data.multi_queue === true,
    vnetHdr: data.vnet_hdr === true,
  };
}

function parseAddress(address: Json): Address {
  const known = new Set([
    "family",
    "local",
    "prefixlen",
    "scope",
    "broadcast",
    "label",
    "peer",
    "address",
    "valid_life_time",
    "preferred_life_time",
    "metric",
    "protocol",
  ]);
  return {
    family: address.family,
    local: address.local,
    prefix: address.prefixlen,
    scope: address.scope,
    flags: new Set(Object.keys(address).filter((key) => !known.has(key) && address[key] === true)),
    dynamic: address.dynamic === true,
    validLifetime: lifetime(address.valid_life_time),
    preferredLifetime: lifetime(address.preferred_life_time),
    broadcast: address.broadcast,
    metric: address.metric,
  };
}

/** 2^32-1 is the kernel's "forever". */
function lifetime(seconds: number | undefined): number {
  return seconds === undefined || seconds >= 4294967295 ? Number.POSITIVE_INFINITY : seconds;
}

function parseLease(text: string | undefined): Lease | undefined {
  const values = keyValues(text);
  const address = values.get("ADDRESS");
  return address
    ? { address, clientId: values.get("CLIENTID"), nameservers: values.get("DNS")?.split(" ") ?? [] }
    : undefined;
}

/** The kernel makes one of several routes of IPv6 with one metric, as of a gateway's by hand and of one that advertises. */
function parseRoutes(route: Json, family: "inet" | "inet6"): Route[] {
  const hops: Json[] = route.nexthops ?? [route];
  return hops.map(({ gateway, dev, flags }) => parseRoute({ ...route, gateway, dev, flags }, family));
}

function parseRoute(route: Json, family: "inet" | "inet6"): Route {
  return {
    family,
    type: route.type ?? "unicast",
    destination: route.dst,
    gateway: route.gateway,
    device: route.dev,
    protocol: route.protocol ?? "boot",
    scope: route.scope,
    source: route.prefsrc,
    metric: route.metric,
    table: route.table === "main" ? undefined : route.table,
    onlink: (route.flags ?? []).includes("onlink"),
    expires: route.expires,
  };
}
