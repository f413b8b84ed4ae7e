import type { Facts } from "../host/facts/facts";
import { fixedPorts } from "../host/facts/facts";
import type { Link, PortVlans } from "../host/facts/links";
import { line } from "./lines";

/** Whether a bridge tells VLANs apart. Without that a tag does nothing, and nobody says so. */
export const filtersVlans = (link: Link | undefined): boolean => link?.settings?.vlan_filtering === 1;

/** What the Bridge of a program claims that is to do so. */
export const filteringOf = (bridge: string) => `the VLAN filtering of the bridge ${bridge}`;

/** What a bridge gives each port that joins it: its own VLAN, whose frames have no tag. */
export function givenVlans(bridge: Link | undefined): PortVlans {
  const pvid = Number(bridge?.settings?.vlan_default_pvid ?? 1);
  return pvid === 0 ? { pvid: undefined, untagged: [], tagged: [] } : { pvid, untagged: [pvid], tagged: [] };
}

export const numbersIn = ({ untagged, tagged }: PortVlans): number[] => ascending([...untagged, ...tagged]);

export const ascending = (numbers: readonly number[]): number[] => [...new Set(numbers)].sort((a, b) => a - b);

export function sameVlans(one: PortVlans, other: PortVlans): boolean {
  const serialize = ({ pvid, untagged, tagged }: PortVlans) => `${pvid} ${ascending(untagged)} ${ascending(tagged)}`;
  return serialize(one) === serialize(other);
}

/** "VLAN 20", "the VLANs 1, 100-199 tagged", "no VLAN": what a port is in. */
export function portVlanWords({ pvid, untagged, tagged }: PortVlans): string {
  const others = untagged.filter((one) => one !== pvid);
  const parts = [
    ...(pvid === undefined ? [] : [`VLAN ${pvid}`]),
    ...(tagged.length > 0 ? [`${ranges(tagged).join(", ")} tagged`] : []),
    ...(others.length > 0 ? [`${ranges(others).join(", ")} on the way out`] : []),
  ];
  return parts.length > 0 ? parts.join(" and ") : "no VLAN";
}

/** "20", "100-199": numbers as bridge(8) and networkd take them. */
export function ranges(numbers: readonly number[]): string[] {
  const runs: [number, number][] = [];
  for (const one of ascending(numbers)) {
    const last = runs.at(-1);
    if (last && last[1] === one - 1) last[1] = one;
    else runs.push([one, one]);
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`));
}

/** Commands for `bridge -batch` that give a port the VLANs that it is to have in place of those that it has. */
export function vlanLines(port: string, had: PortVlans, wanted: PortVlans): string[] {
  const membershipIn = ({ pvid, untagged, tagged }: PortVlans, one: number) =>
    untagged.includes(one) || tagged.includes(one)
      ? `${pvid === one ? " pvid" : ""}${untagged.includes(one) ? " untagged" : ""}`
      : undefined;
  const goes = numbersIn(had).filter((one) => membershipIn(wanted, one) === undefined);
  const comes = numbersIn(wanted).filter((one) => membershipIn(had, one) !== membershipIn(wanted, one));
  const kinds = [...new Set(comes.map((one) => membershipIn(wanted, one) ?? ""))];
  // What a port is to have no more goes first: a guest is not in two VLANs for a moment.
  return [
    ...ranges(goes).map((range) => line([`vlan del vid ${range} dev ${port}`])),
    ...kinds.flatMap((kind) =>
      ranges(comes.filter((one) => membershipIn(wanted, one) === kind)).map((range) =>
        line([`vlan add vid ${range} dev ${port}${kind}`]),
      ),
    ),
  ];
}

/** Of VLANs, those that no uplink of a bridge carries which tells VLANs apart, and what its uplinks are. */
export function notCarried(facts: Facts, bridge: Link | undefined, numbers: readonly number[]) {
  const uplinks = fixedPorts(facts, bridge?.name ?? "").filter(({ vlans }) => vlans !== undefined);
  const carried = new Set(uplinks.flatMap(({ vlans }) => (vlans ? numbersIn(vlans) : [])));
  const known = uplinks.length > 0 && filtersVlans(bridge);
  return { uplinks, missing: known ? numbers.filter((one) => !carried.has(one)) : [] };
}
