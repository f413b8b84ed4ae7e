import ipaddr from "ipaddr.js";
import type { Address, Route } from "../../host/facts/links";
import { type Addressing, isSameRoute, pickForeign } from "../../kernel/addressingOn";
import type { Addressing as AddressingInput } from "../../schema/addressing";
import { Refusal } from "../../schema/refusal";
import type { Stanza } from "./addressing";

/** The `addressing` input in netplan's words. */
export function stanzaOf(addressing: AddressingInput): Stanza {
  return {
    dhcp4: addressing.dhcp4,
    dhcp6: addressing.dhcp6,
    ...(addressing.acceptRa !== undefined && { "accept-ra": addressing.acceptRa }),
    ...(addressing.addresses.length > 0 && { addresses: addressing.addresses }),
    ...((addressing.routes?.length ?? 0) > 0 && { routes: addressing.routes?.map(routeOf) }),
    ...((addressing.nameservers?.length ?? 0) > 0 && { nameservers: { addresses: addressing.nameservers } }),
  };
}

/** Its keys in one order: in the program they are in the author's, in the state in the alphabet's. */
function routeOf({ to, via, metric }: NonNullable<AddressingInput["routes"]>[number]): Stanza {
  return { to, via, ...(metric !== undefined && { metric }) };
}

/** What a stanza promises: whether DHCP runs, which addresses are there, which gateways have the default route. */
export interface ExpectedAddressing {
  readonly dhcp4: boolean;
  readonly addresses: readonly string[];
  readonly gateways: readonly string[];
}

export function expectAddressing(stanza: Stanza): ExpectedAddressing {
  const routes = listIn(stanza, "routes").filter((route) => typeof route === "object" && route !== null) as {
    to?: unknown;
    via?: unknown;
  }[];
  const gateways = [
    stanza.gateway4,
    stanza.gateway6,
    ...routes.filter((route) => isDefault(route.to)).map((route) => route.via),
  ];
  return {
    dhcp4: isTrue(stanza.dhcp4),
    // With options it is a map, whose one key is the address.
    addresses: listIn(stanza, "addresses").map((address) =>
      normalCidr(typeof address === "string" ? address : (Object.keys(address ?? {})[0] ?? "")),
    ),
    gateways: gateways.filter((gateway) => typeof gateway === "string").map(normalAddress),
  };
}

export function asksDhcp6(stanza: Stanza): boolean {
  return isTrue(stanza.dhcp6);
}

function listIn(stanza: Stanza, key: string): unknown[] {
  const value = stanza[key] ?? [];
  if (!Array.isArray(value))
    throw new Refusal(`uplink: its ${key} in /etc/netplan are no list; netplan takes none either.`);
  return value;
}

/** Whether routers' advertisements are taken: networkd does, unless told not to. */
export function acceptsAdvertisements(stanza: Stanza): boolean {
  return stanza["accept-ra"] === undefined || isTrue(stanza["accept-ra"]);
}

/** The explicit addressing as the kernel will have it once networkd is done: what the change itself sets before that. */
export function kernelAddressing(
  addressing: AddressingInput,
  now: Addressing,
  kept: readonly Route[] = [],
): Addressing {
  const fixed = addressing.addresses.map((cidr): Address => {
    const [address, prefix] = ipaddr.parseCIDR(cidr);
    return {
      family: address.kind() === "ipv4" ? "inet" : "inet6",
      local: address.toString(),
      prefix,
      scope: "global",
      flags: new Set(),
      dynamic: false,
      validLifetime: Number.POSITIVE_INFINITY,
      preferredLifetime: Number.POSITIVE_INFINITY,
      broadcast: broadcastOf(cidr),
      metric: undefined,
    };
  });
  const routes = (addressing.routes ?? []).map(
    (route): Route => ({
      family: ipaddr.parse(route.via).kind() === "ipv4" ? "inet" : "inet6",
      type: "unicast",
      destination: route.to,
      gateway: normalAddress(route.via),
      device: undefined,
      protocol: "static",
      scope: undefined,
      source: undefined,
      metric: route.metric,
      table: undefined,
      onlink: false,
      expires: undefined,
    }),
  );
  const learning = acceptsAdvertisements(stanzaOf(addressing));
  const leased = now.addresses.filter(
    ({ family, dynamic }) => dynamic && (family === "inet" ? addressing.dhcp4 : addressing.dhcp6 || learning),
  );
  const learned = now.routes.filter(
    ({ protocol }) => (protocol === "dhcp" && addressing.dhcp4) || (protocol === "ra" && learning),
  );
  return {
    addresses: [...leased, ...fixed.filter((one) => !leased.some((other) => other.local === one.local))],
    ...pickForeign(now),
    routes: [...learned, ...routes, ...kept, ...pickForeign(now).routes].filter(isFirst),
  };
}

function isFirst(route: Route, index: number, all: readonly Route[]): boolean {
  return all.findIndex((other) => isSameRoute(route, other)) === index;
}

/**
 * As networkd sets it: of IPv4, where a network has one. An address without it is for networkd (systemd 252) another one
 * than that of its file, until the kernel tells of it anew; then it asks for it for ever, and gives the link up ("Failed
 * to configure address: Numerical result out of range").
 */
function broadcastOf(cidr: string): string | undefined {
  const [address, prefix] = ipaddr.parseCIDR(cidr);
  if (address.kind() !== "ipv4" || prefix > 30) return undefined;
  return ipaddr.IPv4.broadcastAddressFromCIDR(cidr).toString();
}

/** netplan reads YAML 1.1, where these are all true. */
function isTrue(value: unknown): boolean {
  return value === true || /^(y|yes|on|true)$/i.test(String(value));
}

function isDefault(to: unknown): boolean {
  return to === "default" || to === "0.0.0.0/0" || to === "::/0" || to === "0/0";
}

/** As the kernel writes it. */
function normalCidr(text: string): string {
  const [address = "", prefix] = text.split("/");
  return `${normalAddress(address)}/${prefix}`;
}

function normalAddress(text: string): string {
  return ipaddr.isValid(text) ? ipaddr.parse(text).toString() : text;
}
