import type { Stanza } from "../../backends/entry/addressing";
import type { NetplanDefinition } from "../../backends/entry/definition";
import { acceptsAdvertisements, expectAddressing, kernelAddressing } from "../../backends/entry/wanted";
import { uplinkMtuWithoutBridge } from "../../backends/netplan/mtu";
import type { Facts } from "../../host/facts/facts";
import type { Address, Link, Route } from "../../host/facts/links";
import type { Change } from "../../host/transaction/change";
import { cidrOf, leasedOf, type PlannedAddresses } from "../../host/transaction/readdressing";
import { type Addressing, nothing, together } from "../../kernel/addressingOn";
import type { Target } from "../../kernel/target";
import { filtersVlans } from "../../kernel/vlans";
import { type Losses, lossesOf } from "../../plan/impact/losses";
import { findMtuDifferences, naturalMtu, type WantedBridge } from "../../plan/link/differences";
import { strayTaps, tapsToPutInVlans } from "../../plan/link/taps";
import type { BridgeInputs } from "./definition";
import type { BridgeFiles } from "./files";
import type { Site } from "./site";

/** What the kernel is to have of a bridge, and what that means for who reaches the host. */
export interface BridgeNetwork {
  readonly target: Target;
  /** What goes over from one link to the other. */
  readonly transferred: Addressing;
  readonly dropped: readonly Address[];
  readonly planned: PlannedAddresses;
  readonly losses: Losses;
}

/** What of a site decides it. */
export interface NetworkSite extends Pick<Site, "facts" | "there" | "onUplink" | "onBridge" | "entry"> {
  /** Its uplink, and netplan's entry of that; undefined: there is none. */
  readonly uplink: Link | undefined;
  readonly port: NetplanDefinition | undefined;
  readonly handling?: Site["handling"];
}

export function networkFor(
  site: NetworkSite,
  inputs: BridgeInputs,
  files: Pick<BridgeFiles, "wanted" | "stanza" | "kept">,
): BridgeNetwork {
  const { facts, uplink, port, there, onUplink, onBridge, entry, handling } = site;
  const { wanted, stanza, kept } = files;
  const { name } = inputs;
  const inherits = inputs.addressing === "inherit";
  // A bridge with addresses has the host's already: what a hand put on its port since goes away, not over.
  const stayed = inherits && onBridge.addresses.length > 0;
  const inherited = stayed ? nothing : onUplink;
  const byOwner = (one: Addressing) => handling?.asSet?.(one) ?? one;
  const transferred =
    inputs.addressing === "inherit" ? inherited : byOwner(kernelAddressing(inputs.addressing, onUplink, kept));
  const dropped = inherits ? [] : withoutAddressesOf(transferred, [...onBridge.addresses, ...onUplink.addresses]);
  // What DHCP gave leaves only once it gives another one.
  const lease = wanted.dhcp4 ? there?.lease?.address : undefined;
  const again = uplink && port && mtuAgain(facts, wanted, uplink, port);
  const bridge = {
    name,
    macAddress: wanted.macAddress,
    timers: { stp: wanted.stp, forwardDelay: wanted.forwardDelay },
    ...(wanted.vlans && { vlanFiltering: wanted.vlans.filtering }),
    addressing: stayed ? undefined : onceDone(inputs, { onBridge, onUplink, byOwner }, kept),
    dropped: dropped.filter(({ local }) => local !== lease),
    mtu: wanted.mtu ?? again?.bridge,
  };
  const taps = strayTaps(facts, name).map(({ tap, in: vlans }) => ({
    ...{ name: tap, master: name, mayBeGone: true as const },
    ...(vlans && { vlans }),
  }));
  const begins = wanted.vlans?.filtering === true && !filtersVlans(there);
  const ofVlans = (begins ? tapsToPutInVlans(facts, name) : []).map(({ tap, in: vlans }) => ({
    ...{ name: tap, master: name, vlans, mayBeGone: true as const },
  }));
  const ofPort = uplink && {
    ...{ name: uplink.name, master: name, mtu: wanted.mtu ?? again?.uplink, addressing: nothing },
    ...(wanted.vlans && (wanted.vlans.filtering || uplink.vlans) && { vlans: wanted.vlans.uplink }),
  };
  const leased = leasedOf([...onBridge.addresses, ...onUplink.addresses]);
  return {
    ...{
      target: { links: [bridge, ...(ofPort ? [ofPort] : []), ...taps, ...ofVlans], gone: [] },
      transferred,
      dropped,
    },
    planned: { device: name, dropped: dropped, addresses: wanted.addresses, dhcp4: wanted.dhcp4, leased },
    losses: lossesOf(facts, {
      links: [...(uplink ? [uplink.name] : []), name],
      before: [...onUplink.routes, ...onBridge.routes],
      after: inherits ? undefined : [...transferred.routes, ...learnedBy(stanza, onBridge.routes)],
      was: entry,
      stanza,
    }),
  };
}

/** What DHCP servers and routers have given a bridge that goes on to listen to them. */
function learnedBy(stanza: Stanza, routes: readonly Route[]): Route[] {
  return routes.filter(
    ({ protocol }) =>
      (protocol === "dhcp" && expectAddressing(stanza).dhcp4) || (protocol === "ra" && acceptsAdvertisements(stanza)),
  );
}

/** All that a bridge has in the end, but for what leaves it once the change is confirmed. */
function onceDone(
  { addressing }: BridgeInputs,
  {
    onBridge,
    onUplink,
    byOwner,
  }: Pick<Site, "onBridge" | "onUplink"> & { readonly byOwner: (one: Addressing) => Addressing },
  kept?: readonly Route[],
) {
  if (addressing === "inherit") return together(onUplink, onBridge);
  const said = byOwner(kernelAddressing(addressing, together(onBridge, onUplink), kept));
  return together(said, { ...nothing, addresses: routers(onBridge) });
}

/** Where the program says none, but a hand did, or the program before. */
export function mtuAgain(facts: Facts, wanted: WantedBridge, uplink: Link, definition: NetplanDefinition) {
  const own = uplinkMtuWithoutBridge(facts, wanted.name, uplink, definition);
  if (own === uplink.mtu && findMtuDifferences(facts, wanted).length === 0) return undefined;
  const links = facts.links.map((link) => (link.name === uplink.name ? { ...link, mtu: own } : link));
  return { uplink: own === uplink.mtu ? undefined : own, bridge: naturalMtu({ ...facts, links }, wanted.name) };
}

/** Addresses that an addressing does not have. What a router has a host make comes again. */
export function withoutAddressesOf(addressing: Addressing, addresses: readonly Address[]): Address[] {
  const known = new Set(addressing.addresses.map(cidrOf));
  const made = new Set(routers({ addresses }));
  return addresses.filter((one) => !made.has(one) && !known.has(cidrOf(one)));
}

/** Of addresses, those that a router has the host make: they are its affair and networkd's. */
export function routers({ addresses }: Pick<Addressing, "addresses">): Address[] {
  return addresses.filter(({ family, dynamic }) => family === "inet6" && dynamic);
}

/** How a host undoes a change that nobody confirms. */
export function undoneBy({ timeout, rebootAsLastResort }: BridgeInputs["confirm"]): Pick<Change, "timeout" | "reboot"> {
  return { timeout, ...(rebootAsLastResort && { reboot: true }) };
}
