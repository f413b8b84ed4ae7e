import { posix } from "node:path";
import { parseFirewall } from "../netfilter/parseFirewall";
import { atOnce, type Steps } from "../turns";
import { leasesOf, parseDhcpClients } from "./dhcpClients";
import type { Facts } from "./facts";
import { withIfupdownsWords } from "./inIfupdownsWords";
import { parsingByHand } from "./inNetplansWords";
import { profileWords } from "./inNetworkManagersWords";
import { parseJson, shaped } from "./json";
import { parseProfiles } from "./keyfile";
import { limits } from "./limits";
import { parseNames, parseNameservers } from "./nameService";
import { parseAsking } from "./parseLeases";
import { parsingLibvirt } from "./parseLibvirt";
import { parseLink, parseRoutes, parseVlans } from "./parseLinks";
import { parseFilters } from "./parsePrograms";
import { parseClient, parseHeard, parseMentions, parseSysctls } from "./parseWay";
import { link, mark, neighbour, portVlans, record, route } from "./printed";
import { withLeases } from "./profileLeases";
import { Reader } from "./reader";
import type { BridgeRecord, OwnerMark } from "./records";
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
  yield;
  const networkUnits = reader.files("unit", "system", () => undefined);
  const netplan = parseNetplan(reader);
  const networkd = files(reader, "networkd");
  const byHand = yield* parsingByHand(reader, links, { units: networkUnits, kvmnetFiles: networkd.byPath, netplan });
  const ifstate = parseIfstate(text("ifstate"), text("ifupdown2"));
  const pending = text("pendingInterfaces");
  const interfaces = ifstate === undefined ? new Map<string, string>() : parseInterfaces(reader);
  const nm = { ...active, keyfiles: parseKeyfiles(reader) };
  const withProfiles = new Map([...netplan, ...byHand, ...profileWords(new Map([...netplan, ...byHand]), nm, links)]);
  const routes4 = yield* reader.list("routes", "routes", route, aboutRoute);
  const routes6 = yield* reader.list("routes6", "routes", route, aboutRoute);
  const neighbours = yield* reader.list("neighbours", "neighbours", neighbour, aboutNeighbour);
  const portOf = parseHeard(text("heard"));
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
    client: parseClient(text("sshConnection"), text("client"), reader.miss),
    sysctls: parseSysctls(text("sysctls")),
    mentions: parseMentions(text("mentions")),
    networkUnits,
    nameservers: parseNameservers(
      reader.files("resolv", "system", () => []),
      text("nssResolve") !== undefined,
    ),
    names: parseNames(text("names")),
    wireless: new Set(
      (text("wireless") ?? "")
        .split("\n")
        .filter((path) => path !== "")
        .map((path) => path.split("/")[0] ?? ""),
    ),
    networkManager: new Set(
      (text("networkManager") ?? "")
        .split("\n")
        .filter((line) => line && !line.endsWith(":unmanaged"))
        .map((line) => line.split(":")[0] ?? ""),
    ),
    ...nm,
    netplan: withIfupdownsWords(withProfiles, interfaces, links),
    interfaces,
    ...(ifstate !== undefined && { ifstate, dhcpClients }),
    ...(text("ifupdown2") !== undefined && { ifupdown2: true as const }),
    ...(pending && { pendingInterfaces: pending === "like" ? "like" : "unlike" }),
    networkd: networkd.byPath,
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

const named = (value: unknown, keys: readonly string[]) =>
  typeof value === "object" && value !== null
    ? keys.flatMap((key) => {
        const one = Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
        return typeof one === "string" ? [one] : [];
      })
    : [];

function aboutLink(element: unknown) {
  const [name] = named(element, ["ifname"]);
  // Whose port it is, and what it is on, is concerned as well.
  return name === undefined
    ? { name: "an interface", names: undefined }
    : { name: `the interface ${name}`, names: named(element, ["ifname", "master", "link"]) };
}

function aboutRoute(element: unknown) {
  const [device] = named(element, ["dev"]);
  const to = named(element, ["dst"])[0] ?? "somewhere";
  return device === undefined
    ? { name: `a route to ${to}`, names: undefined }
    : { name: `the route to ${to} by ${device}`, names: [device] };
}

function aboutNeighbour(element: unknown) {
  const [device] = named(element, ["dev"]);
  return {
    name: device === undefined ? "a neighbour" : `a neighbour on ${device}`,
    names: device === undefined ? undefined : [device],
  };
}

/** kvmnet's own files; those of a TAP, or of a bridge's netfilter, have to do with that alone. */
function files(reader: Reader, kind: string): { byPath: Map<string, string>; byName: Map<string, string> } {
  const byPath = reader.files(kind, "files", (path) => {
    const [, folder, unit] = /^\/var\/lib\/kvmnet\/\w+\/([^/]+)\/|kvmnet-(?:netfilter|tap)-(.+)\.\w+$/.exec(path) ?? [];
    const name = folder ?? unit;
    return name === undefined ? undefined : [name];
  });
  return { byPath, byName: new Map([...byPath].map(([path, text]) => [posix.basename(path), text])) };
}

/** A folder for each, as plug.sh has them. */
function parseUnplugged(files: ReadonlyMap<string, string>): Pick<Facts, "unplugged"> {
  const folders = [...new Set([...files.keys()].map((path) => posix.dirname(path)))];
  const unplugged = folders.map((folder) => {
    const text = (name: string) => files.get(posix.join(folder, name))?.trim() ?? "";
    return { vm: text("vm"), mac: text("mac"), device: text("device") };
  });
  return unplugged.length > 0 ? { unplugged } : {};
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

/** /proc/uptime, then of each file of udev's when it first saw the link, in microseconds since the boot. */
function parseLinkAges(text = ""): Map<number, number> {
  const [uptime = "", ...starts] = text.split("\n");
  const now = Number(uptime.split(" ")[0]);
  return new Map(
    starts.flatMap((line) => {
      const [, index, start] = /\/n(\d+):I:(\d+)$/.exec(line) ?? [];
      return index === undefined || Number.isNaN(now)
        ? []
        : [[Number(index), Math.floor(now - Number(start) / 1e6)] as const];
    }),
  );
}

function parseRecords(reader: Reader): Map<string, BridgeRecord> {
  const nameOf = (path: string) => posix.basename(path, ".json");
  const records = new Map<string, BridgeRecord>();
  for (const [path, text] of reader.files("record", "records", (path) => [nameOf(path)])) {
    try {
      records.set(nameOf(path), shaped(record, parseJson(text)));
    } catch (error) {
      const what = `what kvmnet keeps of the bridge ${nameOf(path)} can't be read: ${path} ${(error as Error).message}`;
      reader.miss("records", [nameOf(path)], what);
    }
  }
  return records;
}

/** Whose the other things are. Without one, its program says whose it is; of one that can't be read, nobody does. */
function parseMarks(reader: Reader): Map<string, OwnerMark> {
  const marks = new Map<string, OwnerMark>();
  for (const [path, text] of reader.files("mark", "records", (path) => [path])) {
    try {
      marks.set(path, shaped(mark, parseJson(text)));
    } catch (error) {
      reader.miss("records", [path], `the record of an owner can't be read: ${path} ${(error as Error).message}`);
    }
  }
  return marks;
}

function parseNetplan(reader: Reader): Map<string, string> {
  const files = effective(reader.files("netplan", "netplan", () => undefined));
  const size = [...files.values()].reduce((sum, text) => sum + text.length, 0);
  if (size <= limits.netplan) return files;
  const which = [...files.keys()].slice(0, 3).join(", ");
  reader.miss("netplan", undefined, `netplan's files (${which}…) are longer than ${limits.netplan / 1024} KB together`);
  return new Map();
}

function parseInterfaces(reader: Reader): Map<string, string> {
  const files = reader.files("interfaces", "netplan", () => undefined);
  const size = [...files.values()].reduce((sum, text) => sum + text.length, 0);
  if (size <= limits.netplan) return files;
  reader.miss("netplan", undefined, `ifupdown's files are longer than ${limits.netplan / 1024} KB together`);
  return new Map();
}

function parseKeyfiles(reader: Reader): Map<string, string> {
  const files = reader.files("keyfile", "netplan", () => undefined);
  const size = [...files.values()].reduce((sum, text) => sum + text.length, 0);
  if (size <= limits.netplan) return files;
  reader.miss("netplan", undefined, `NetworkManager's profiles are longer than ${limits.netplan / 1024} KB together`);
  return new Map();
}

/** "enp1s0=enp1s0" a line: the link, and the name that its stanza has. Of ifupdown2 they are one, a line each. */
function parseIfstate(text: string | undefined, names: string | undefined): Map<string, string> | undefined {
  if (text === undefined)
    return names === undefined ? undefined : new Map(names.split("\n").map((name) => [name, name]));
  return new Map(
    text.split("\n").flatMap((line) => {
      const [, name, logical] = /^([^=]+)=(.+)$/.exec(line) ?? [];
      return name === undefined || logical === undefined ? [] : [[name, logical] as const];
    }),
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
