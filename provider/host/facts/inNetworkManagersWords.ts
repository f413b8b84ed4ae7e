import { isGuestPort } from "./facts";
import { entriesText, entryOf, wordsIn } from "./inNetplansWords";
import { controllerOf, keyfileSections, type Profile, valueIn } from "./keyfile";
import type { Link } from "./links";
import type { Section } from "./networkUnit";

/** Folders of keyfiles; those in /run are gone with the next boot. */
const folders = /^\/(etc|run|usr\/lib)\/NetworkManager\/system-connections\//;

/** Whether a file is a profile of NetworkManager's. */
export function isKeyfile(path: string): boolean {
  return folders.test(path);
}

/** Whether netplan makes a profile of its files, anew at each boot. */
export const isMadeByNetplan = (path: string) =>
  /^\/run\/NetworkManager\/system-connections\/netplan-[^/]+$/.test(path);

/** Whether NetworkManager made a profile of what it found in the kernel: of a link that is another's, or that a hand made. */
export function isExternal(sections: readonly Section[]): boolean {
  return valueIn(sections, ".nmmeta", "external") === "true";
}

/** kvmnet's profile of a port: it has no addressing of its own. */
const isPortProfile = (path: string) => /\/kvmnet-port-[^/]+\.nmconnection$/.test(path);

/**
 * What the profiles say of the links that have them from NetworkManager, in netplan's words: path to text, as netplan's files
 * are. Of a link that other files have, they are to say it; of what netplan has made a profile of, that says it as
 * NetworkManager has it, whatever name netplan's files have for the link.
 */
export function profileWords(
  others: ReadonlyMap<string, string>,
  nm: Profiles,
  links: readonly Link[],
): [string, string][] {
  const { profiles, keyfiles } = nm;
  if (profiles.size === 0) return [];
  const named = wordsIn(others);
  return links.flatMap((link): [string, string][] => {
    const path = profiles.get(link.name)?.path ?? idlePortProfile(link, keyfiles) ?? "";
    const text = keyfiles.get(path);
    if (text === undefined || !isKeyfile(path) || isPortProfile(path)) return [];
    if (named.has(link.name) && !isMadeByNetplan(path)) return [];
    if (isExternal(keyfileSections(text))) return [];
    return [[path, profileEntry(link, text, link.kind === "bridge" ? portsOf(link, text, nm, links) : [])]];
  });
}

/** That of a NIC which has none now, and by it is to be a port. */
function idlePortProfile(link: Link, keyfiles: ReadonlyMap<string, string>): string | undefined {
  const found = [...keyfiles].find(([, text]) => {
    const sections = keyfileSections(text);
    return controllerOf(sections) !== undefined && isForNic(sections, link);
  });
  return found?.[0];
}

interface Profiles {
  readonly profiles: ReadonlyMap<string, Profile>;
  readonly keyfiles: ReadonlyMap<string, string>;
}

/** Whether a profile says of a NIC that it is for that one; what it is for by a pattern, NetworkManager alone tells. */
export function isForNic(sections: readonly Section[], { name, mac, permanentMac, kind }: Link): boolean {
  const only = valueIn(sections, "connection", "interface-name") ?? "";
  const address = valueIn(sections, "ethernet", "mac-address")?.toLowerCase() ?? "";
  if ((kind !== undefined && kind !== "veth") || (only === "" && address === "")) return false;
  return (only === "" || only === name) && (address === "" || [mac, permanentMac].includes(address));
}

/** The profiles by which links become ports of a bridge that has this one: they name it, or its profile. */
export function portProfiles(bridge: string, text: string, { keyfiles }: Pick<Profiles, "keyfiles">): string[] {
  const names = [bridge, valueIn(keyfileSections(text), "connection", "uuid")];
  return [...keyfiles].flatMap(([path, one]) => {
    const sections = keyfileSections(one);
    const controller = controllerOf(sections);
    return controller !== undefined && names.includes(controller) && !isExternal(sections) ? [path] : [];
  });
}

/** What is to be in a bridge by profiles: links that the host has, and those that it may have again. */
function portsOf(bridge: Link, text: string, nm: Profiles, links: readonly Link[]): string[] {
  const said = portProfiles(bridge.name, text, nm).flatMap((path) => {
    const sections = keyfileSections(nm.keyfiles.get(path) ?? "");
    const fitting = links.filter((link) => nm.profiles.get(link.name)?.path === path || isForNic(sections, link));
    const name = valueIn(sections, "connection", "interface-name") || valueIn(sections, "connection", "id") || path;
    return fitting.length > 0 ? fitting.map((link) => link.name) : [name];
  });
  return [...new Set(said)].filter((name) => !links.some((link) => link.name === name && isGuestPort(link)));
}

/** One link's entry by the text of its profile. */
export function profileEntry(link: Pick<Link, "name" | "kind">, text: string, ports: readonly string[] = []): string {
  return entriesText([entryOf(link, stanzaOfProfile(keyfileSections(text)), ports)]);
}

/** A profile's addressing, and its MTU. One of a port has no addressing, whatever else it says. */
export function stanzaOfProfile(sections: readonly Section[]): Record<string, unknown> {
  const mtu = valueIn(sections, "ethernet", "mtu");
  const size = mtu !== undefined && /^[1-9]\d*$/.test(mtu) && { mtu: Number(mtu) };
  if (controllerOf(sections) !== undefined) return { dhcp4: false, dhcp6: false, ...size };
  const [method4 = "auto", method6 = "auto"] = ["ipv4", "ipv6"].map((name) => valueIn(sections, name, "method"));
  const both = ["ipv4", "ipv6"];
  const addresses = both.flatMap((name) => addressesIn(sections, name).map(({ cidr }) => cidr));
  const routes = both.flatMap((name) => routesIn(sections, name));
  const [servers, search] = ["dns", "dns-search"].map((key) => both.flatMap((name) => listIn(sections, name, key)));
  return {
    dhcp4: method4 === "auto",
    dhcp6: method6 === "dhcp",
    ...(method6 !== "ignore" && { "accept-ra": method6 === "auto" || method6 === "dhcp" }),
    ...(method6 === "disabled" && { "link-local": [] }),
    ...(addresses.length > 0 && { addresses }),
    ...(routes.length > 0 && { routes }),
    ...(servers?.length || search?.length
      ? { nameservers: { ...(servers?.length && { addresses: servers }), ...(search?.length && { search }) } }
      : {}),
    ...size,
  };
}

/** A list as keyfiles have it: "192.0.2.1;192.0.2.2;". */
export function listIn(sections: readonly Section[], section: string, key: string): string[] {
  return (valueIn(sections, section, key) ?? "").split(/[;,]/).flatMap((one) => one.trim() || []);
}

/** "192.0.2.100/24,192.0.2.1", and the gateway may be left out; the older form has semicolons: "192.0.2.100;24;192.0.2.1;". */
function addressesIn(sections: readonly Section[], family: string): { cidr: string; gateway: string | undefined }[] {
  return numbered(sections, family, /^address(es)?\d*$/).map(([first = "", ...rest]) => {
    const [cidr, gateway] = first.includes("/") ? [first, rest[0]] : [`${first}/${rest[0] ?? ""}`, rest[1]];
    return { cidr, gateway: isNone(gateway) ? undefined : gateway };
  });
}

const isNone = (gateway: string | undefined) => /^(0\.0\.0\.0|::|)$/.test(gateway ?? "");

function numbered(sections: readonly Section[], family: string, key: RegExp): string[][] {
  const entries = sections.find(({ name }) => name === family)?.entries ?? [];
  return entries.filter(([one]) => key.test(one)).map(([, value]) => value.split(/[;,]/).map((one) => one.trim()));
}

/** Its default route, unless it is not to have one, and the others: "203.0.113.0/24,192.0.2.1,50". */
function routesIn(sections: readonly Section[], family: string): object[] {
  const keyValue = (key: string) => valueIn(sections, family, key);
  const gateways = [keyValue("gateway"), ...addressesIn(sections, family).map(({ gateway }) => gateway)];
  const via = /^(true|yes|1)$/.test(keyValue("never-default") ?? "") ? undefined : gateways.find((one) => !isNone(one));
  const usual = metricIn(keyValue("route-metric"));
  const others = numbered(sections, family, /^routes?\d*$/).map(([first = "", ...rest]) => {
    const [to, gateway, metric] = first.includes("/") ? [first, ...rest] : [`${first}/${rest[0]}`, ...rest.slice(1)];
    const said = metricIn(metric) ?? usual;
    return {
      to: /^(0\.0\.0\.0|::)\/0$/.test(to) ? "default" : to,
      ...(!isNone(gateway) && { via: gateway }),
      ...(said !== undefined && { metric: said }),
    };
  });
  const first = via === undefined ? [] : [{ to: "default", via, ...(usual !== undefined && { metric: usual }) }];
  return [...first, ...others];
}

const metricIn = (text: string | undefined) => (text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined);
