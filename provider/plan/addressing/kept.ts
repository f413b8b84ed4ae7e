import ipaddr from "ipaddr.js";
import { listOf, type Stanza } from "../../backends/entry/addressing";
import { acceptsAdvertisements, expectAddressing, stanzaOf } from "../../backends/entry/wanted";
import type { Link, Route } from "../../host/facts/links";
import type { Addressing } from "../../kernel/addressingOn";
import type { Addressing as AddressingInput } from "../../schema/addressing";
import { Refusal } from "../../schema/refusal";
import { isNear, mayBeGiven } from "./gateways";

/** What there is where a program says an addressing, and may leave out its routes or name servers. */
export interface Present {
  /** The bridge's, or that of the NIC which becomes its port. */
  readonly stanza: Stanza;
  readonly addressing: Pick<Addressing, "addresses" | "routes">;
  readonly lease: Link["lease"];
}

/** A program's addressing, complete: what it leaves out is as it is now. */
export interface Completed {
  readonly stanza: Stanza;
  /** Those that no DHCP server and no router has given. */
  readonly routes: readonly Route[];
}

/**
 * Left out, routes and name servers stay as netplan's files have them. What a lease gave, or a router, stays too where the
 * program ends that: it becomes the host's own. Where it begins to ask DHCP, the default route is the server's to give.
 */
export function completed(addressing: AddressingInput, present: Present): Completed {
  const said = stanzaOf(addressing);
  const asksAnew = addressing.dhcp4 && !expectAddressing(present.stanza).dhcp4;
  const given = (route: Route) => asksAnew && route.family === "inet" && route.destination === "default";
  const own = present.addressing.routes.filter(({ protocol }) => protocol !== "dhcp" && protocol !== "ra");
  const ended = addressing.routes === undefined ? findEndedRoutes(addressing, present) : [];
  const routes =
    addressing.routes === undefined
      ? {
          ...picked(present.stanza, ["gateway4", "gateway6", "routes", "routing-policy"], asksAnew && addressing),
          ...(ended.length > 0 && { routes: [...listOf(present.stanza.routes), ...ended.map(inWords)] }),
        }
      : {};
  const nameservers = addressing.nameservers === undefined ? keptNameservers(addressing, present) : {};
  const stanza: Stanza = { ...said, ...routes, ...nameservers };
  const staying = own
    .filter((route) => !given(route))
    .map((route) => (asksAnew && comesFirst(addressing, route.gateway) ? { ...route, onlink: true } : route));
  if (addressing.routes === undefined) for (const route of staying) refuseUnreachable(addressing, route);
  return {
    stanza: Object.fromEntries(order.flatMap((key) => (stanza[key] === undefined ? [] : [[key, stanza[key]]]))),
    routes: addressing.routes === undefined ? [...staying, ...ended.map(asConfigured)] : [],
  };
}

/** As kvmnet's file has always had them. */
const order = [
  ...["dhcp4", "dhcp6", "accept-ra", "addresses", "gateway4", "gateway6", "routes", "routing-policy", "nameservers"],
];

/** `asking`: the addressing with which the link begins to ask DHCP. */
function picked(stanza: Stanza, keys: readonly string[], asking: AddressingInput | false): Stanza {
  const isDefault4 = (route: unknown) =>
    expectAddressing({ routes: [route] }).gateways.some((gateway) => !gateway.includes(":"));
  const routes = asking
    ? listOf(stanza.routes)
        .filter((route) => !isDefault4(route))
        .map((route) => (comesFirst(asking, viaOf(route)) ? { ...(route as Stanza), "on-link": true } : route))
    : listOf(stanza.routes);
  const all: Stanza = Object.assign({}, stanza, { routes: routes.length > 0 ? routes : undefined });
  return Object.fromEntries(keys.filter((key) => !(asking && key === "gateway4")).map((key) => [key, all[key]]));
}

function viaOf(route: unknown): string | undefined {
  const { via } = (route ?? {}) as { via?: unknown };
  return typeof via === "string" && ipaddr.isValid(via) ? via : undefined;
}

/**
 * Whether a route comes before the address through which its gateway is reached, which DHCP has yet to give: where it does
 * not say so, networkd (systemd 252) may set it too early, and gives the whole link up.
 */
function comesFirst({ addresses }: AddressingInput, gateway: string | undefined): boolean {
  return gateway !== undefined && ipaddr.parse(gateway).kind() === "ipv4" && !isNear(addresses, gateway);
}

function keptNameservers(addressing: AddressingInput, { stanza, lease }: Present): Stanza {
  const kept = (stanza.nameservers ?? {}) as { addresses?: unknown };
  const own = listOf(kept.addresses).map(String);
  const ends = expectAddressing(stanza).dhcp4 && !addressing.dhcp4;
  const leased = ends ? (lease?.nameservers ?? []) : [];
  const addresses = [...new Set([...own, ...leased])];
  if (addresses.length === 0) return stanza.nameservers === undefined ? {} : { nameservers: stanza.nameservers };
  return { nameservers: { ...kept, addresses } };
}

/** Routes that go with a lease, or with the ear for routers, which this addressing ends. */
function findEndedRoutes(addressing: AddressingInput, { stanza, addressing: now }: Present): Route[] {
  const ends = ({ protocol }: Route) =>
    (protocol === "dhcp" && expectAddressing(stanza).dhcp4 && !addressing.dhcp4) ||
    (protocol === "ra" && acceptsAdvertisements(stanza) && !acceptsAdvertisements(stanzaOf(addressing)));
  return now.routes.filter((route) => ends(route) && route.gateway !== undefined && inWay(addressing, route));
}

/** Whether its gateway is on a network that the host keeps; a default route that can't stay has to be said. */
function inWay({ addresses }: AddressingInput, { gateway = "", destination }: Route): boolean {
  if (isNear(addresses, gateway) || ipaddr.parse(gateway).range() === "linkLocal") return true;
  if (destination !== "default") return false;
  throw new Refusal(
    `addressing.routes: the default route via ${gateway} can't stay, as ${gateway} is in no network of addressing.addresses. Say the new one, or [] for none.`,
  );
}

/** @throws Refusal of a route in netplan's files whose gateway is on no network that the program leaves the host */
function refuseUnreachable(addressing: AddressingInput, { protocol, destination, gateway, onlink }: Route): void {
  if (protocol !== "static" || gateway === undefined || onlink) return;
  if (isNear(addressing.addresses, gateway) || mayBeGiven(addressing, gateway)) return;
  const to = destination === "default" ? "the default route" : `the route to ${destination}`;
  throw new Refusal(
    `addressing.routes: ${to} via ${gateway} can't stay, as ${gateway} is in no network of addressing.addresses. Say the routes that there are to be, or [] for none.`,
  );
}

function inWords({ destination, gateway }: Route): Stanza {
  return { to: destination, via: gateway };
}

/** As networkd will set it once it is in its file. */
function asConfigured(route: Route): Route {
  return { ...route, protocol: "static", source: undefined, metric: undefined, scope: undefined, expires: undefined };
}
