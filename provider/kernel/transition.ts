import { type Facts, linkNamed } from "../host/facts/facts";
import type { Address, PortVlans, Route } from "../host/facts/links";
import type { Change } from "../host/transaction/change";
import { addressingOn, isSameRoute, nothing } from "./addressingOn";
import {
  addressLine,
  bridgeLines,
  line,
  neighbourLine,
  noAddressLine,
  noNeighbourLines,
  noRouteLine,
  portLines,
  routeLine,
  timerLines,
} from "./lines";
import { type Rivals, rivalLines, rivalsIn, routeOn } from "./rivals";
import type { Target, TargetLink } from "./target";
import { filtersVlans, givenVlans, vlanLines } from "./vlans";

/** One change of the kernel's links, there or back. */
export interface Way {
  /** Lines for `ip -batch`. */
  readonly links: readonly string[];
  /** What follows them, and may be done already. */
  readonly tidy: readonly string[];
  /** Lines for `bridge -batch`, after both. */
  readonly vlans: readonly string[];
}

/** There, and back: each link that is touched is set to what the facts say that it is. */
export function transition(facts: Facts, target: Target): { readonly there: Way; readonly back: Way } {
  const now = (name: string) => unchangedLink(facts, name, !target.gone.includes(name));
  const touched = new Set([
    ...target.links.map(({ name }) => name),
    ...target.gone,
    ...facts.links.filter(({ master }) => target.gone.includes(master ?? "")).map(({ name }) => name),
  ]);
  const before = [...touched].flatMap((name) => now(name) ?? []);
  const rivals = rivalsIn(facts, before, target.links);
  const given = (bridge: string) => givenVlans(linkNamed(facts, bridge));
  return {
    there: way(before, target.links, rivals, given),
    back: way(target.links, before, rivals, given),
  };
}

/** A bridge that is there all the time keeps what nobody changes. */
function unchangedLink(facts: Facts, name: string, stays: boolean): TargetLink | undefined {
  const link = linkNamed(facts, name);
  if (!link) return undefined;
  const isBridge = link.kind === "bridge";
  return {
    name,
    master: link.master ?? null,
    mtu: link.mtu,
    up: link.up,
    ...(isBridge && {
      macAddress: link.mac,
      timers: { stp: link.stp ?? false, forwardDelay: link.forwardDelay ?? 0 },
      ...(!stays && { settings: link.settings }),
      ...(link.settings?.vlan_filtering !== undefined && { vlanFiltering: filtersVlans(link) }),
    }),
    ...(link.master !== undefined && { vlans: link.vlans }),
    portSettings: link.portSettings,
    addressing: addressingOn(facts, link),
  };
}

/**
 * As one `ip -batch`: no time passes in which the host has no address. A bridge has its address before it gets its port,
 * and a route is replaced, not added, as the same one is still there on the NIC. A port is out of one bridge before the
 * other one is in: on one LAN, two ports without STP are a loop.
 */
function way(from: readonly TargetLink[], to: readonly TargetLink[], rivals: Rivals, given: Given): Way {
  const was = (link: TargetLink) => from.find(({ name }) => name === link.name);
  const join = (port: TargetLink) => [...joinLines(port), ...(isHeld(port, was(port), given) ? [heldLine(port)] : [])];
  const certain = to.filter(({ mayBeGone }) => !mayBeGone);
  const bridges = certain.filter(isBridge);
  const others = certain.filter((link) => !isBridge(link));
  const ports = others.filter(({ master }) => typeof master === "string");
  return {
    links: [
      ...others
        .filter(({ master }) => master === null)
        .flatMap((link) => [
          `link set dev ${link.name} nomaster`,
          line([`link set dev ${link.name}`, up(link), link.mtu !== undefined && `mtu ${link.mtu}`]),
        ]),
      ...bridges.flatMap((bridge) => [
        ...(bridge.macAddress ? [line([`link set dev ${bridge.name} address ${bridge.macAddress}`])] : []),
        ...(bridge.timers ? timerLines(bridge.name, bridge.timers.stp, bridge.timers.forwardDelay) : []),
        ...bridgeLines(bridge),
        ...filteringLines(bridge, was(bridge)),
        ...addressLines(
          bridge,
          from.find(({ name }) => name === bridge.name),
        ),
        ...ports.filter(({ master }) => master === bridge.name).flatMap(join),
        ...mtuLine(bridge),
        `link set dev ${bridge.name} ${up(bridge)}`,
        ...routeLines(bridge, from, rivals),
      ]),
      ...ports.filter(({ master }) => !bridges.some(({ name }) => name === master)).flatMap(join),
      ...others.flatMap((link) => [
        ...addressLines(
          link,
          from.find(({ name }) => name === link.name),
        ),
        ...routeLines(link, from, rivals),
      ]),
    ],
    tidy: [
      ...to.filter(({ mayBeGone }) => mayBeGone).flatMap(join),
      ...to.flatMap(askedLines),
      ...to.flatMap((link) => rivalLines(link, from, to, rivals)),
      ...from.flatMap((link) => removals(link, to, rivals)),
    ],
    vlans: to.flatMap((link) => [
      ...portVlanLines(link, was(link), given),
      ...(isHeld(link, was(link), given) ? [line([`link set dev ${link.name} state 3`])] : []),
    ]),
  };
}

/** The VLANs that a bridge gives each port that joins it, by its name. */
type Given = (bridge: string) => PortVlans;

function filteringLines({ name, vlanFiltering }: TargetLink, had: TargetLink | undefined): string[] {
  if (vlanFiltering === undefined || vlanFiltering === (had?.vlanFiltering ?? false)) return [];
  return [line([`link set dev ${name} type bridge vlan_filtering ${vlanFiltering ? 1 : 0}`])];
}

const joins = ({ master }: TargetLink, had: TargetLink | undefined) =>
  typeof master === "string" && had?.master !== master;

function portVlanLines(port: TargetLink, had: TargetLink | undefined, given: Given): string[] {
  const { name, master, vlans } = port;
  if (vlans === undefined || typeof master !== "string") return [];
  return vlanLines(name, joins(port, had) ? given(master) : (had?.vlans ?? vlans), vlans);
}

/** A port that joins for another VLAN than the one of each port: until it is in that, it hears nothing. */
function isHeld(port: TargetLink, had: TargetLink | undefined, given: Given): boolean {
  const { master, vlans } = port;
  return vlans !== undefined && typeof master === "string" && joins(port, had) && vlans.pvid !== given(master).pvid;
}

const heldLine = ({ name }: TargetLink) => line([`link set dev ${name} type bridge_slave state 0`]);

function isBridge({ timers }: TargetLink): boolean {
  return timers !== undefined;
}

function joinLines(port: TargetLink): string[] {
  return [...mtuLine(port), line([`link set dev ${port.name}`, up(port), `master ${port.master}`]), ...portLines(port)];
}

/** "up" or "down"; a link that a change is about is up. */
function up(link: TargetLink): string {
  return link.up === false ? "down" : "up";
}

function mtuLine({ name, mtu }: TargetLink): string[] {
  return mtu === undefined ? [] : [line([`link set dev ${name} mtu ${mtu}`])];
}

/**
 * Addresses that are to leave come after those that stay, also where they were first: for the kernel the later ones of a
 * network are secondary, and networkd (systemd 252) loops over one of its own that ceases to be that.
 */
function addressLines({ name, addressing = nothing, dropped = [] }: TargetLink, had: TargetLink | undefined): string[] {
  const first = dropped.filter((address) => had?.addressing?.addresses.includes(address));
  return [
    ...addressing.addresses.map((address) => addressLine(address, name)),
    ...first.map((address) => noAddressLine(address, name)),
    ...dropped.map((address) => addressLine(address, name)),
  ];
}

/** The kernel asks nobody about one that is there, but shows it as one that is to be asked about. */
function askedLines({ name, addressing = nothing, dropped = [] }: TargetLink): string[] {
  return [...addressing.addresses, ...dropped]
    .filter(({ family, flags }) => family === "inet6" && !flags.has("nodad") && !flags.has("temporary"))
    .map((address) => addressLine(address, name, { dad: true }));
}

/**
 * A route without a gateway is taken from the link that it leaves first: networkd (systemd 257) takes one of the same
 * destination on another link for that one, waits for ever for the one that it then wants itself, and makes no route
 * that needs it. So a lease's default route was gone. It is made there before that: one that is gone would end the batch.
 */
function routeLines({ name, addressing = nothing }: TargetLink, from: readonly TargetLink[], rivals: Rivals): string[] {
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
function removals(
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

/** The kernel's part of a change, as the transaction takes it: the way back follows from the facts. */
export function kernelChange(
  facts: Facts,
  target: Target,
): Pick<
  Change,
  | "apply"
  | "tidy"
  | "rollback"
  | "vlansOnApply"
  | "vlansOnRollback"
  | "createOnApply"
  | "createOnRollback"
  | "deleteOnApply"
  | "deleteOnRollback"
> {
  const { there, back } = transition(facts, target);
  const made = target.links.filter((link) => (isBridge(link) || link.vlan) && !linkNamed(facts, link.name));
  const gone = target.gone.filter((name) => linkNamed(facts, name));
  return {
    apply: there.links,
    tidy: there.tidy,
    rollback: [...back.links, ...back.tidy],
    ...(there.vlans.length > 0 && { vlansOnApply: there.vlans }),
    ...(back.vlans.length > 0 && { vlansOnRollback: back.vlans }),
    createOnApply: made.map(creation),
    createOnRollback: gone.map((name) => creationAgain(facts, name)),
    deleteOnApply: gone,
    deleteOnRollback: made.map(({ name }) => name),
  };
}

/**
 * As transaction.sh takes it: a bridge's name; of a VLAN, what it is on and its number too, and networkd's file of that link,
 * which has networkd make it.
 */
function creation({ name, vlan }: TargetLink): string {
  return vlan === undefined ? name : `${name} ${vlan.link} ${vlan.vlan} ${vlan.file}`;
}

/** Its files are back by then. */
function creationAgain(facts: Facts, name: string): string {
  const { kind, parent, vlan } = linkNamed(facts, name) ?? {};
  return kind === "vlan" ? `${name} ${parent} ${vlan}` : name;
}
