import type { DhcpClient, Lease } from "./links";
import type { Reader } from "./reader";

/** Programs that ask DHCP by themselves on a link, beside networkd: facts.sh prints each one's name and command line. */
export function parseDhcpClients(reader: Reader): DhcpClient[] {
  return (reader.text("dhcpClients") ?? "").split("\n").flatMap((line) => {
    const [program = "", ...words] = line.trim().split(" ");
    if (program === "dhclient") return [dhclientOf(words)];
    // Of its processes, those of its own that see to one thing each have that in their title: "dhcpcd: [BPF ARP] enp1s0 …".
    if (program === "dhcpcd") return words[1]?.startsWith("[") ? managing(words) : [dhcpcdOf(words)];
    return program === "" ? [] : [{ program, link: words.at(-1), files: undefined, family: "inet" as const }];
  });
}

/** dhclient(8): its links come last; -lf is its file of leases, -pf that of its process. */
function dhclientOf([, ...words]: readonly string[]): DhcpClient {
  const after = (option: string) => (words.includes(option) ? (words[words.indexOf(option) + 1] ?? "") : "");
  return {
    program: "dhclient",
    link: words.at(-1),
    files: { lease: after("-lf"), process: after("-pf") },
    family: words.includes("-6") ? "inet6" : "inet",
  };
}

/** "dhcpcd: enp1s0 [ip4] [ip6]", as it writes into its title. */
function dhcpcdOf([, link]: readonly string[]): DhcpClient {
  const files = { lease: `/var/lib/dhcpcd/${link}.lease`, process: `/run/dhcpcd/${link}.pid` };
  return { program: "dhcpcd", link, files, family: "inet" };
}

/** One that has all links: "dhcpcd: [manager] [ip4]". */
function managing(words: readonly string[]): DhcpClient[] {
  const isAll = words[1] === "[manager]" || words[1] === "[master]";
  return isAll ? [{ program: "dhcpcd", link: undefined, files: undefined, family: "inet" }] : [];
}

/**
 * What such a client has leased, by its link: of dhclient its file says it, dhcpcd prints it (dhcpcd --dumplease). They are
 * said of a lease of before too, which they ask for anew: see `heldLease`.
 */
export function leasesOf(clients: readonly DhcpClient[], reader: Reader): Map<string, Lease> {
  const leases = reader.files("dhcpLease", "links", (path) => /dhclient\.(.+)\.leases$/.exec(path)?.slice(1));
  const dumped = reader.texts("dhcpcdLease", "links");
  return new Map(
    clients.flatMap(({ program, link, files, family }): [string, Lease][] => {
      if (link === undefined || family !== "inet") return [];
      const lease =
        program === "dhclient" ? parseDhclients(leases.get(files?.lease ?? ""), link) : parseDumped(dumped.get(link));
      return lease === undefined ? [] : [[link, lease]];
    }),
  );
}

/** dhclient.leases(5): the last lease of a link is the one in force. */
function parseDhclients(text: string | undefined, link: string): Lease | undefined {
  const own = (text ?? "")
    .split(/^lease \{$/m)
    .slice(1)
    .filter((block) => block.includes(`\n  interface "${link}";`));
  const said = new Map(
    (own.at(-1) ?? "").split("\n").flatMap((line) => {
      const [, key, value] = /^ {2}(fixed-address|option [\w-]+) (.*);$/.exec(line) ?? [];
      return key === undefined || value === undefined ? [] : [[key.replace("option ", ""), value] as const];
    }),
  );
  return leaseOf("dhclient", {
    address: said.get("fixed-address"),
    servers: said.get("domain-name-servers")?.split(","),
    mtu: said.get("interface-mtu"),
    time: said.get("dhcp-lease-time"),
  });
}

/** "ip_address='192.0.2.150'", for a shell. Where no server answered it has made itself an address, and tells of that too. */
function parseDumped(text: string | undefined): Lease | undefined {
  const lent = (text ?? "").split(/^(?=reason=)/m).filter((block) => !/^protocol='?ipv4ll'?$/m.test(block));
  const said = new Map(
    lent
      .flatMap((block) => block.split("\n"))
      .flatMap((line) => {
        const [, key, value] = /^(\w+)='?([^']*)'?$/.exec(line) ?? [];
        return key === undefined || value === undefined ? [] : [[key, value] as const];
      }),
  );
  return leaseOf("dhcpcd", {
    address: said.get("ip_address"),
    servers: said.get("domain_name_servers")?.split(" "),
    mtu: said.get("interface_mtu"),
    time: said.get("dhcp_lease_time"),
  });
}

interface PrintedLease {
  readonly address: string | undefined;
  readonly servers: readonly string[] | undefined;
  readonly mtu: string | undefined;
  readonly time: string | undefined;
}

/** What a client says of its lease, as all say it. */
export function leaseOf(
  client: Lease["client"],
  { address, servers = [], mtu, time }: PrintedLease,
): Lease | undefined {
  if (address === undefined) return undefined;
  return {
    ...{ client, address, clientId: undefined, nameservers: servers.map((one) => one.trim()) },
    ...(mtu !== undefined && /^\d{1,5}$/.test(mtu) && { mtu: Number(mtu) }),
    // RFC 2131, section 3.3.
    ...(time === "4294967295" && { endless: true as const }),
  };
}
