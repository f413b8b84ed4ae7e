import ipaddr from "ipaddr.js";
import { entriesText, entryOf, wordsIn } from "./inNetplansWords";
import { ifaceOf, type OptionLine, type Stanza, sourcedFiles, stanzasOf } from "./interfacesFile";
import type { Link } from "./links";

export const ifupdownFolder = "/etc/network/";

/** Two programs read these files, which take some of what stands there another way. */
export type Program = "ifupdown" | "ifupdown2";

/**
 * Files of netplan's, and beside them in their words what ifupdown's say of the links that it may have: those that nobody else
 * has, as far as files and networkd say.
 */
export function withIfupdownsWords(
  netplan: ReadonlyMap<string, string>,
  interfaces: ReadonlyMap<string, string>,
  links: readonly Link[],
  program: Program,
): ReadonlyMap<string, string> {
  const others = new Map([...netplan].filter(([path]) => !path.startsWith(ifupdownFolder)));
  if (interfaces.size === 0) return others;
  const named = wordsIn(others);
  const left = links.filter(({ name, networkFile, loopback }) => !networkFile && !loopback && !named.has(name));
  return new Map([...others, ...interfacesWords(interfaces, left, program)]);
}

/**
 * What ifupdown's files say of links, in netplan's words: path to text, as netplan's files are. A NIC that is bare by them
 * (`iface enp1s0 inet manual`) is said to have nothing.
 */
export function interfacesWords(
  files: ReadonlyMap<string, string>,
  links: readonly Pick<Link, "name" | "kind" | "master">[],
  program: Program,
): [string, string][] {
  const { read } = sourcedFiles(files);
  const all = [...read.values()].flatMap(stanzasOf);
  const described = new Set(all.map((one) => ifaceOf(one)?.name));
  return [...read].flatMap(([path, text]) => {
    const stanzas = stanzasOf(text);
    const entries = links.flatMap((link) => {
      const own = stanzas.filter((one) => ifaceOf(one)?.name === link.name);
      const ports = links.filter(({ master }) => master === link.name).map(({ name }) => name);
      if (own.length > 0) return [entryOf(link, wordsOf(own, program), portsIn(own) ?? ports)];
      // One that stands among a bridge's ports alone is bare.
      return !described.has(link.name) && portsIn(stanzas)?.includes(link.name)
        ? [entryOf(link, wordsOf([], program))]
        : [];
    });
    return entries.length > 0 ? [[path, entriesText(entries)] as [string, string]] : [];
  });
}

/** bridge-utils-interfaces(5), and ifupdown2's bridge: both take a dash for an underscore. Undefined: no stanza says. */
function portsIn(stanzas: readonly Stanza[]): string[] | undefined {
  const said = stanzas.flatMap(({ options }) => options.filter(({ key }) => /^bridge[-_]ports$/.test(key)));
  return said.length === 0
    ? undefined
    : said.flatMap(({ value }) => value.split(/\s+/)).filter((word) => word !== "" && word !== "none");
}

function wordsOf(stanzas: readonly Stanza[], program: Program): Record<string, unknown> {
  const stanzasOfMethod = (family: string, method: string) =>
    stanzas.filter((one) => ifaceOf(one)?.family === family && ifaceOf(one)?.method === method);
  const all = stanzas.flatMap(({ options }) => options);
  const words = (key: RegExp) =>
    all.filter((one) => key.test(one.key)).flatMap(({ value }) => value.split(/\s+/).filter(Boolean));
  const fixed =
    program === "ifupdown2"
      ? stanzas.filter((one) => !isOfDhcp(one))
      : [...stanzasOfMethod("inet", "static"), ...stanzasOfMethod("inet6", "static")];
  const hooks = all.filter(({ key }) => key === "up").map(({ value }) => value);
  const addresses = [...fixed.flatMap((one) => addressOf(one, program)), ...hooks.flatMap(addedAddress)];
  const routes = [...fixed.flatMap(routeOf), ...hooks.flatMap(addedRoute)];
  const [servers, search] = [words(/^dns-nameservers?$/), words(/^dns-(search|domain)$/)];
  const mtu = words(/^mtu$/).at(-1);
  const ra = [...stanzas.flatMap((one) => acceptsRa(one, program)), ...all.flatMap(toldDeaf)].at(-1);
  return {
    dhcp4: stanzasOfMethod("inet", "dhcp").length > 0,
    dhcp6: stanzasOfMethod("inet6", "dhcp").length > 0,
    ...(ra !== undefined && { "accept-ra": ra }),
    ...(addresses.length > 0 && { addresses }),
    ...(routes.length > 0 && { routes }),
    ...(servers.length + search.length > 0 && {
      nameservers: { ...(servers.length > 0 && { addresses: servers }), ...(search.length > 0 && { search }) },
    }),
    ...(mtu !== undefined && /^\d+$/.test(mtu) && { mtu: Number(mtu) }),
  };
}

const optionOf = ({ options }: Stanza, key: string) => options.find((one) => one.key === key)?.value;
const optionsOf = ({ options }: Stanza, key: string) => options.filter((one) => one.key === key);

/** Whether a stanza has its link ask DHCP, whatever else is in it. */
export const isOfDhcp = (stanza: Stanza): boolean => /^dhcp6?$/.test(ifaceOf(stanza)?.method ?? "");

/**
 * As ifupdown sets it: the netmask before the prefix, and a number of bits or an address that has them. ifupdown2 takes several,
 * of any method and family, and the prefix before the netmask that stands as far down as the address.
 */
export function addressOf(stanza: Stanza, program: Program): string[] {
  const masks = optionsOf(stanza, "netmask").map(({ value }) => value);
  return optionsOf(stanza, "address").flatMap(({ value }, at) => cidrOf(value, masks, at, program));
}

function cidrOf(value: string, masks: readonly string[], at: number, program: Program): string[] {
  const [address, prefix] = value.split("/");
  if (address === undefined) return [];
  const said = program === "ifupdown2" ? (prefix ?? masks[at]) : (masks[0] ?? prefix);
  const mask = said ?? (address.includes(":") ? "128" : "32");
  const bits = ipaddr.IPv4.isValidFourPartDecimal(mask) ? ipaddr.IPv4.parse(mask).prefixLengthFromSubnetMask() : mask;
  return [`${address}/${bits ?? mask}`];
}

function routeOf(stanza: Stanza): object[] {
  const metric = optionOf(stanza, "metric");
  const more = metric !== undefined && { metric: Number(metric) };
  return optionsOf(stanza, "gateway").map(({ value: via }) => ({ to: "default", via, ...more }));
}

/** What kvmnet's lines add, for which a stanza has no option (plan/ifupdown/bridged). */
function addedAddress(hook: string): string[] {
  return /^ip address replace (\S+)(?: broadcast \+)? dev \$IFACE$/.exec(hook)?.slice(1) ?? [];
}

function addedRoute(hook: string): object[] {
  const [, to, via, metric] = /^ip route replace (\S+) via (\S+) dev \$IFACE(?: metric (\d+))?$/.exec(hook) ?? [];
  return to === undefined ? [] : [{ to, via, ...(metric !== undefined && { metric: Number(metric) }) }];
}

/** As ifupdown sets it of a stanza that does not say it. ifupdown2 leaves it to the kernel, which does. */
function acceptsRa(stanza: Stanza, program: Program): boolean[] {
  if (program === "ifupdown2") return [];
  const { family, method } = ifaceOf(stanza) ?? {};
  if (family !== "inet6" || method === "manual") return [];
  return [(optionOf(stanza, "accept_ra") ?? (method === "static" ? "0" : "2")) !== "0"];
}

function toldDeaf({ key, value }: OptionLine): boolean[] {
  return /^(pre|post)-up$/.test(key) && value === "echo 0 >/proc/sys/net/ipv6/conf/$IFACE/accept_ra" ? [false] : [];
}
