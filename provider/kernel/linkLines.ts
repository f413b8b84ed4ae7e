import type { Address, PortVlans, Route } from "../host/facts/links";
import { isSameRoute, nothing } from "./addressingOn";
import {
  addressLine,
  line,
  neighbourLine,
  noAddressLine,
  noNeighbourLines,
  noRouteLine,
  portLines,
  routeLine,
} from "./lines";
import { type Rivals, routeOn } from "./rivals";
import type { TargetLink } from "./target";
import { vlanLines } from "./vlans";

/** The VLANs that a bridge gives each port that joins it, by its name. */
export type Given = (bridge: string) => PortVlans;

export function filteringLines({ name, vlanFiltering }: TargetLink, had: TargetLink | undefined): string[] {
  if (vlanFiltering === undefined || vlanFiltering === (had?.vlanFiltering ?? false)) return [];
  return [line([`link set dev ${name} type bridge vlan_filtering ${vlanFiltering ? 1 : 0}`])];
}

const joins = ({ master }: TargetLink, had: TargetLink | undefined) =>
  typeof master === "string" && had?.master !== master;

export function portVlanLines(port: TargetLink, had: TargetLink | undefined, given: Given): string[] {
  const { name, master, vlans } = port;
  if (vlans === undefined || typeof master !== "string") return [];
  return vlanLines(name, joins(port, had) ? given(master) : (had?.vlans ?? vlans), vlans);
}

/** A port that joins for another VLAN than the one of each port: until it is in that, it hears nothing. */
export function isHeld(port: TargetLink, had: TargetLink | undefined, given: Given): boolean {
  const { master, vlans } = port;
  return vlans !== undefined && typeof master === "string" && joins(port, had) && vlans.pvid !== given(master).pvid;
}

export const heldLine = ({ name }: TargetLink) => line([`link set dev ${name} type bridge_slave state 0`]);

export function isBridge({ timers }: TargetLink): boolean {
  return timers !== undefined;
}

export function joinLines(port: TargetLink): string[] {
  return [...mtuLine(port), line([`link set dev ${port.name}`, up(port), `master ${port.master}`]), ...portLines(port)];
}

/** "up" or "down"; a link that a change is about is up. */
export function up(link: TargetLink): string {
  return link.up === false ? "down" : "up";
}

export function mtuLine({ name, mtu }: TargetLink): string[] {
  return mtu === undefined ? [] : [line([`link set dev ${name} mtu ${mtu}`])];
}

/**
 * Addresses that are to leave come after those that stay, also where they were first: for the kernel the later ones of a
 * network are secondary, and networkd (systemd 252) loops over one of its own that ceases to be that.
 */
export function addressLines(
  { name, addressing = nothing, dropped = [] }: TargetLink,
  had: TargetLink | undefined,
): string[] {
  const first = dropped.filter((address) => had?.addressing?.addresses.includes(address));
  return [
    ...addressing.addresses.map((address) => addressLine(address, name)),
    ...first.map((address) => noAddressLine(address, name)),
    ...dropped.map((address) => addressLine(address, name)),
  ];
}

/** The kernel asks nobody about one that is there, but shows it as one that is to be asked about. */
export function askedLines({ name, addressing = nothing, dropped = [] }: TargetLink): string[] {
  return [...addressing.addresses, ...dropped]
    .filter(({ family, flags }) => family === "inet6" && !flags.has("nodad") && !flags.has("temporary"))
    .map((address) => addressLine(address, name, { dad: true }));
}

/**
 * A route without a gateway is taken from the link that it leaves first: networkd (systemd 257) takes one of the same
 * destination on another link for that one, waits for ever for the one that it then wants itself, and makes no route
 * that needs it. So a lease's default route was gone. It is made there before that: one that is gone would end the batch.
 */
export function routeLines(
  { name, addressing = nothing }: TargetLink,
  from: readonly TargetLink[],
  rivals: Rivals,
): string[] {
  const had = (route: Route) => from.filter((link) => link.name !== name && routeOn(link, route));
  return [
    ...addressing.routes
      .filter((route) => rivals(route).length === 0)
      .flatMap((route) => [
        ...(route.family === "inet" && route.gateway === undefined && !route.hops
          ? had(route).flatMap((link) => [routeLine(route, link.name), noRouteLine(route, link.name)])
          : []),
        routeLine(route, name),
      ]),
    ...addressing.neighbours.map((neighbour) => neighbourLine(neighbour, name)),
  ];
}

/** What a link had and is not to have. A route that is another link's by then is gone from this one. */
export function removals(
  { name, addressing = nothing, dropped = [] }: TargetLink,
  to: readonly TargetLink[],
  rivals: Rivals,
): string[] {
  const here = to.find((link) => link.name === name);
  const wanted = here ? here.addressing : nothing;
  if (wanted === undefined) return [];
  const kept = [...wanted.addresses, ...(here?.dropped ?? [])];
  const routes = to.flatMap((link) => link.addressing?.routes ?? []);
  return [
    ...[...addressing.addresses, ...dropped]
      .filter((address) => !kept.some((one) => isSameAddress(one, address)))
      .map((address) => noAddressLine(address, name)),
    ...addressing.routes
      .filter((route) => !(rivals(route).length > 0 ? wanted.routes : routes).some((one) => isSameRoute(one, route)))
      .map((route) => noRouteLine(route, name)),
    ...addressing.neighbours
      .filter(({ address }) => !wanted.neighbours.some((one) => one.address === address))
      .flatMap((neighbour) => noNeighbourLines(neighbour, name)),
  ];
}

function isSameAddress(one: Address, other: Address): boolean {
  return one.local === other.local && one.prefix === other.prefix && one.peer === other.peer;
}
