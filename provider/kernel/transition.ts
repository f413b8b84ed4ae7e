import { type Facts, linkNamed } from "../host/facts/facts";
import { addressingOn } from "./addressingOn";
import { bridgeLines, line, timerLines } from "./lines";
import {
  addressLines,
  askedLines,
  filteringLines,
  type Given,
  heldLine,
  isBridge,
  isHeld,
  joinLines,
  mtuLine,
  portVlanLines,
  removals,
  routeLines,
  up,
} from "./linkLines";
import { type Rivals, rivalLines, rivalsIn } from "./rivals";
import type { Target, TargetLink } from "./target";
import { filtersVlans, givenVlans } from "./vlans";

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
