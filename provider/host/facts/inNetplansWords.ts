import { stringify } from "yaml";
import type { Steps } from "../turns";
import { limits } from "./limits";
import type { Link } from "./links";
import { type Section, sectionsOf, unitFolders, valuesIn, wholeUnit } from "./networkUnit";
import type { Reader } from "./reader";

/** A port has no addressing of its own; the user's file that it had before is not in force. */
const portFile = /\/[0-9]+-kvmnet-port-[^/]+\.network$/;

/** Files of a host's network: path to text. */
interface NetworkFiles {
  readonly units: ReadonlyMap<string, string>;
  /** Those of networkd's that kvmnet wrote, .netdev files too. */
  readonly kvmnetFiles: ReadonlyMap<string, string>;
  readonly netplan: ReadonlyMap<string, string>;
}

/**
 * What networkd's own files say of the links that it has from them, in netplan's words: path to text, as netplan's files
 * are. Whoever asks what a link is to have asks one language. Of a link that netplan's files have, they are to say it.
 */
export function* parsingByHand(
  reader: Reader,
  links: readonly Link[],
  { units, kvmnetFiles, netplan }: NetworkFiles,
): Steps<[string, string][]> {
  const named = wordsIn(netplan);
  const byPath = grouped(
    links.filter(({ name, networkFile: path }) => path && isByHand(path) && !portFile.test(path) && !named.has(name)),
    ({ networkFile }) => networkFile,
  );
  const ports = grouped(links, ({ master }) => master);
  const texts: [string, string][] = [];
  let left = limits.netplan;
  for (const [path, having] of byPath) {
    yield;
    const whole = wholeUnit(units, path);
    if (whole.length === 0) continue;
    const netdev = kvmnetFiles.get(path.replace(/network$/, "netdev"));
    const stanza = stanzaIn(whole);
    left -= JSON.stringify(stanza).length * having.length;
    if (left < 0) {
      const size = `${limits.netplan / 1024} KB`;
      reader.miss("netplan", undefined, `what networkd's own files say of the host's links is longer than ${size}`);
      return [];
    }
    const entries = having.map((link) => entryOf(link, stanza, (ports.get(link.name) ?? []).map(nameOf), netdev));
    texts.push([path, entriesText(entries)]);
  }
  return texts;
}

/** Whatever netplan's files name, but in comments. */
export function wordsIn(netplan: ReadonlyMap<string, string>): Set<string> {
  const texts = [...netplan.values()].map((text) => text.replaceAll(/(^|\s)#.*/g, ""));
  return new Set(texts.flatMap((text) => text.split(/[\s"':{}[\],]+/)));
}

const nameOf = ({ name }: Link) => name;

function grouped(links: readonly Link[], by: (link: Link) => string | undefined): Map<string, Link[]> {
  const groups = new Map<string, Link[]>();
  for (const link of links) {
    const key = by(link);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group) group.push(link);
    else groups.set(key, [link]);
  }
  return groups;
}

/** Whether a file of networkd's is none of those that netplan makes anew at each boot. */
export function isByHand(path: string): boolean {
  return unitFolders.some((folder) => path.startsWith(`${folder}/`)) && !/\/10-netplan-[^/]+$/.test(path);
}

/** One interface as a file of netplan's has it. */
interface Entry {
  readonly section: string;
  readonly id: string;
  readonly stanza: object;
}

/** What a link is to have by what its unit says; of a bridge of kvmnet's, by its .netdev too. */
export function entryOf(
  { name: id, kind }: Pick<Link, "name" | "kind">,
  stanza: object,
  ports: readonly string[] = [],
  netdev = "",
): Entry {
  if (kind === "bridge")
    return { section: "bridges", id, stanza: { interfaces: ports, ...bridgeKeys(sectionsOf(netdev)), ...stanza } };
  return { section: kind === "bond" ? "bonds" : kind === "vlan" ? "vlans" : "ethernets", id, stanza };
}

export function entriesText(entries: readonly Entry[]): string {
  const sections = new Map<string, Map<string, object>>();
  for (const { section, id, stanza } of entries)
    sections.set(section, (sections.get(section) ?? new Map<string, object>()).set(id, stanza));
  return stringify(
    { network: new Map<string, unknown>([["version", 2], ...sections]) },
    { aliasDuplicateObjects: false },
  );
}

function bridgeKeys(netdev: readonly Section[]): object {
  const [macaddress] = valuesIn(netdev, "NetDev", "MACAddress");
  const [stp, delay] = ["STP", "ForwardDelaySec"].map((key) => valuesIn(netdev, "Bridge", key).at(-1));
  if (stp === undefined && delay === undefined) return macaddress ? { macaddress } : {};
  return { macaddress, parameters: { stp: isYes(stp), "forward-delay": Number(delay) } };
}

const isYes = (value = "") => /^(yes|y|true|t|on|1)$/i.test(value);

/** The same of a unit and its drop-ins: path and text. */
export function stanzaIn(whole: readonly (readonly [path: string, text: string])[]): Record<string, unknown> {
  return stanzaOfUnit(whole.flatMap(([, text]) => sectionsOf(text)));
}

/** A unit's addressing, and its MTU. What netplan has no word for keeps networkd's own, which begin with a capital. */
export function stanzaOfUnit(sections: readonly Section[]): Record<string, unknown> {
  const network = (key: string) => valuesIn(sections, "Network", key);
  const [dhcp, ra, mtu] = [
    network("DHCP").at(-1),
    network("IPv6AcceptRA").at(-1),
    valuesIn(sections, "Link", "MTUBytes").at(-1),
  ];
  const addresses = [...network("Address"), ...each(sections, "Address").flatMap((one) => one.get("Address") ?? [])];
  const routes = [
    ...network("Gateway")
      .filter((via) => !via.startsWith("_"))
      .map((via) => ({ to: "default", via })),
    ...each(sections, "Route").flatMap(routeOf),
  ];
  const rules = each(sections, "RoutingPolicyRule").map((one) => Object.fromEntries(one));
  const [servers, search] = [network("DNS"), network("Domains")].map((all) => all.flatMap((one) => one.split(/\s+/)));
  const local = network("LinkLocalAddressing").at(-1);
  return {
    dhcp4: /^(ipv4|v4)$/.test(dhcp ?? "") || isBoth(dhcp),
    dhcp6: /^(ipv6|v6)$/.test(dhcp ?? "") || isBoth(dhcp),
    ...(ra !== undefined && { "accept-ra": isYes(ra) }),
    ...(local !== undefined && { "link-local": linkLocal(local) }),
    ...(addresses.length > 0 && { addresses: addresses.map(withPrefix) }),
    ...(routes.length > 0 && { routes }),
    ...(rules.length > 0 && { "routing-policy": rules }),
    ...(servers?.length || search?.length ? { nameservers: nameservers(servers, search) } : {}),
    ...(mtu !== undefined && /^\d+$/.test(mtu) && { mtu: Number(mtu) }),
  };
}

const isBoth = (dhcp = "") => dhcp === "both" || isYes(dhcp);
const linkLocal = (value: string) =>
  isYes(value) ? ["ipv4", "ipv6"] : value === "ipv4" || value === "ipv6" ? [value] : [];
/** systemd.network(5): without one it is that of a host alone. */
const withPrefix = (address: string) =>
  address.includes("/") ? address : `${address}/${address.includes(":") ? 128 : 32}`;

function nameservers(addresses: readonly string[] = [], search: readonly string[] = []): object {
  return { ...(addresses.length > 0 && { addresses }), ...(search.length > 0 && { search }) };
}

/** Of a kind of section that stands once for each thing: what each says. */
function each(sections: readonly Section[], name: string): Map<string, string>[] {
  return sections.filter((one) => one.name === name).map(({ entries }) => new Map(entries));
}

function routeOf(all: Map<string, string>): object[] {
  const {
    Gateway: via,
    Destination: to = "default",
    Metric: metric,
    GatewayOnLink: onLink,
    ...rest
  } = Object.fromEntries(all);
  if (via?.startsWith("_")) return [];
  return [
    {
      ...{ to, ...(via !== undefined && { via }) },
      ...(metric !== undefined && { metric: Number(metric) }),
      ...(onLink !== undefined && { "on-link": isYes(onLink) }),
      ...rest,
    },
  ];
}
