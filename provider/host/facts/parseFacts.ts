import { parseFirewall } from "../netfilter/parseFirewall";
import { atOnce, type Steps } from "../turns";
import { aboutLink, aboutNeighbour, aboutRoute } from "./about";
import { leasesOf, parseDhcpClients } from "./dhcpClients";
import type { Facts } from "./facts";
import { withIfupdownsWords } from "./inIfupdownsWords";
import { parsingByHand } from "./inNetplansWords";
import { profileWords } from "./inNetworkManagersWords";
import { type ActiveProfiles, parseProfiles } from "./keyfile";
import type { DhcpClient, Link } from "./links";
import { parseNames, parseNameservers } from "./nameService";
import { parseAges, parseLinkAges } from "./parseAges";
import { files, parseMarks, parseRecords, parseUnplugged } from "./parseKept";
import { parseAsking } from "./parseLeases";
import { parsingLibvirt } from "./parseLibvirt";
import { parseLink, parseRoutes, parseVlans } from "./parseLinks";
import { parseIfstate, parseInterfaces, parseKeyfiles, parseNetplan } from "./parseOwnersFiles";
import { parseFilters } from "./parsePrograms";
import { parseClient, parseHeard, parseMentions, parseSysctls } from "./parseWay";
import { link, neighbour, portVlans, route } from "./printed";
import { withLeases } from "./profileLeases";
import { Reader } from "./reader";
import { parseSections } from "./sections";

const noMachineId = "there is no machine-id in /etc/machine-id (see systemd-machine-id-setup(1)).";

/** The host itself says so: nothing else has answered in its place. */
class NoMachineId extends Error {
  override readonly name = "NoMachineId";
}

/** At once; see `parsingFacts` for the way that lets others have a turn. */
export function parseFacts(output: Buffer): Facts {
  return atOnce(parsingFacts(output));
}

/**
 * What a host said of itself, each part for itself: what of one can't be read is told in `unreadable`, and the rest is there.
 * It yields every few milliseconds: a host that says much must not hold up another.
 *
 * @throws Error where it is no such reply, or not known which machine's
 */
export function* parsingFacts(output: Buffer): Steps<Facts> {
  const reader = new Reader(parseSections(output));
  const text = (name: string) => reader.text(name);
  const machineId = text("machineId");
  if (!machineId || !/^[0-9a-f]{32}$/.test(machineId))
    throw reader.section("machineId") ? new NoMachineId(noMachineId) : new Error(noMachineId);
  yield;
  if (reader.section("files")?.code)
    for (const part of ["netplan", "records", "files"] as const)
      reader.miss(part, undefined, "its files of netplan and of kvmnet can't be read: the host did not print them all");
  const { links, active, dhcpClients } = yield* parsingLinks(reader);
  yield;
  const owners = yield* parsingOwners(reader, links, active, dhcpClients);
  const way = yield* parsingWay(reader);
  const firewall = yield* parseFirewall(reader);
  const libvirtSection = reader.section("libvirt");
  const libvirt = libvirtSection && (yield* parsingLibvirt(libvirtSection, reader.miss));
  const netfilter = [files(reader, "netfilter"), files(reader, "enabled")].flatMap(({ byPath }) => [...byPath]);
  const taps = files(reader, "tap").byPath;
  return {
    machineId,
    uid: Number(text("uid")),
    hostName: text("hostName"),
    release: text("release"),
    sshAddress: text("sshConnection")?.split(" ")[2],
    tools: new Set(text("tools")?.split("\n")),
    links,
    ...way,
    client: parseClient(text("sshConnection"), text("client"), reader.miss),
    sysctls: parseSysctls(text("sysctls")),
    mentions: parseMentions(text("mentions")),
    nameservers: parseNameservers(
      reader.files("resolv", "system", () => []),
      text("nssResolve") !== undefined,
    ),
    names: parseNames(text("names")),
    wireless: parseWireless(text("wireless")),
    ...owners,
    records: parseRecords(reader),
    marks: parseMarks(reader),
    armed: text("armed"),
    incomplete: text("incomplete"),
    ...parseUnplugged(files(reader, "guest").byPath),
    cloudInit: text("cloudInit") !== undefined,
    cloudConfig: files(reader, "cloud").byPath,
    tryStamp: text("tryStamp"),
    vmAges: parseAges(text("vmStarts")),
    linkAges: parseLinkAges(text("linkStarts")),
    firewall,
    netfilter: new Map(netfilter),
    taps,
    libvirt,
    unreadable: reader.unreadable,
  };
}

function* parsingLinks(reader: Reader) {
  const text = (name: string) => reader.text(name);
  const [states, leases, kept] = [files(reader, "link"), files(reader, "lease"), files(reader, "keptLease")];
  const asking = parseAsking(reader);
  const dhcpClients = parseDhcpClients(reader);
  const { active, leases: byProfile } = withLeases(parseProfiles(text("profiles")), text("profileLeases"));
  const clients = new Map([...leasesOf(dhcpClients, reader), ...byProfile]);
  const origins = new Map((text("macOrigins") ?? "").split("\n").map((line) => line.split(" ") as [string, string]));
  const filters = parseFilters(text("tcFilters"), reader.miss);
  const addresses = yield* reader.list("addresses", "links", link, aboutLink);
  const ofPorts = reader.section("vlans") ? yield* reader.list("vlans", "links", portVlans, aboutLink) : [];
  const vlans = new Map(ofPorts.map((one) => [one.ifname, parseVlans(one)]));
  const links = addresses
    .filter((one) => one.ifname)
    .map((one) =>
      parseLink(one, {
        states: states.byName,
        leases: leases.byName,
        asking,
        clients,
        kept: kept.byName,
        origins,
        filters,
        vlans,
      }),
    );
  return { links, active, dhcpClients };
}

type OwnersFacts = Pick<
  Facts,
  | ("networkUnits" | "networkManager" | "profiles" | "ending" | "profileIds" | "keyfiles" | "netplan" | "interfaces")
  | ("ifstate" | "dhcpClients" | "ifupdown2" | "pendingInterfaces" | "networkd")
>;

/** Who has which link, by what its files say. */
function* parsingOwners(
  reader: Reader,
  links: readonly Link[],
  active: ActiveProfiles,
  dhcpClients: readonly DhcpClient[],
): Steps<OwnersFacts> {
  const text = (name: string) => reader.text(name);
  const networkUnits = reader.files("unit", "system", () => undefined);
  const netplan = parseNetplan(reader);
  const networkd = files(reader, "networkd");
  const byHand = yield* parsingByHand(reader, links, { units: networkUnits, kvmnetFiles: networkd.byPath, netplan });
  const ifstate = parseIfstate(text("ifstate"), text("ifupdown2"));
  const pending = text("pendingInterfaces");
  const interfaces = ifstate === undefined ? new Map<string, string>() : parseInterfaces(reader);
  const nm = { ...active, keyfiles: parseKeyfiles(reader) };
  const withProfiles = new Map([...netplan, ...byHand, ...profileWords(new Map([...netplan, ...byHand]), nm, links)]);
  return {
    networkUnits,
    networkManager: new Set(
      (text("networkManager") ?? "")
        .split("\n")
        .filter((line) => line && !line.endsWith(":unmanaged"))
        .map((line) => line.split(":")[0] ?? ""),
    ),
    ...nm,
    netplan: withIfupdownsWords(
      withProfiles,
      interfaces,
      links,
      text("ifupdown2") === undefined ? "ifupdown" : "ifupdown2",
    ),
    interfaces,
    ...(ifstate !== undefined && { ifstate, dhcpClients }),
    ...(text("ifupdown2") !== undefined && { ifupdown2: true as const }),
    ...(pending && { pendingInterfaces: pending === "like" ? "like" : "unlike" }),
    networkd: networkd.byPath,
  };
}

/** Where the host's frames go: routes, and whom it has spoken to. */
function* parsingWay(reader: Reader) {
  const routes4 = yield* reader.list("routes", "routes", route, aboutRoute);
  const routes6 = yield* reader.list("routes6", "routes", route, aboutRoute);
  const neighbours = yield* reader.list("neighbours", "neighbours", neighbour, aboutNeighbour);
  const portOf = parseHeard(reader.text("heard"));
  return {
    routes: [
      ...routes4.flatMap((one) => parseRoutes(one, "inet")),
      ...routes6.flatMap((one) => parseRoutes(one, "inet6")),
    ],
    neighbours: neighbours.flatMap(({ lladdr, dst, dev, state = [] }) =>
      lladdr && dst
        ? [
            {
              mac: lladdr,
              address: dst,
              device: dev,
              port: portOf(dev, lladdr),
              reachable: state.includes("REACHABLE"),
            },
          ]
        : [],
    ),
    permanentNeighbours: neighbours.flatMap(({ lladdr, dst, dev, state = [] }) =>
      lladdr && dst && dev && state.includes("PERMANENT") ? [{ mac: lladdr, address: dst, device: dev }] : [],
    ),
  };
}

function parseWireless(text = ""): Set<string> {
  return new Set(
    text
      .split("\n")
      .filter((path) => path !== "")
      .map((path) => path.split("/")[0] ?? ""),
  );
}
