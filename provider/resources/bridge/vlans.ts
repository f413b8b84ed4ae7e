import { unitFilesIn } from "../../backends/networkd/units";
import { filteringKey, filteringPath, portVlansPath, taggedIn } from "../../backends/networkd/vlans";
import { type Facts, linkNamed, ports } from "../../host/facts/facts";
import type { Link } from "../../host/facts/links";
import type { Host } from "../../host/host";
import { filtersVlans, givenVlans, ranges } from "../../kernel/vlans";
import { vlanIn, vlanWords } from "../../plan/attachment/vlan";
import type { WantedBridge } from "../../plan/link/differences";
import { Refusal } from "../../schema/refusal";
import { isUnknown } from "../../schema/unknown";
import type { CheckFailure } from "../lifecycle";
import type { BridgeInputs } from "./definition";
import type { Site } from "./site";

type VlanInputs = Pick<BridgeInputs, "vlanFiltering" | "vlans" | "uplink">;

/** What of them does not go together. A value may not be known yet. */
export function wrongVlans({ vlanFiltering, vlans, uplink }: Partial<VlanInputs>): CheckFailure[] {
  const failures: (CheckFailure | false)[] = [
    vlanFiltering === true &&
      (uplink === "none" || (typeof uplink === "object" && !isUnknown(uplink))) && {
        property: "vlanFiltering",
        reason: "is of a bridge on a NIC of the host's: one on nothing, or on a VLAN, is in one VLAN as a whole",
      },
    vlans !== undefined &&
      !isUnknown(vlans) &&
      vlanFiltering !== true &&
      !isUnknown(vlanFiltering) && { property: "vlans", reason: "needs `vlanFiltering: true` beside it" },
  ];
  return [...failures.filter((failure) => failure !== false), ...(Array.isArray(vlans) ? wrongRanges(vlans) : [])];
}

function wrongRanges(vlans: readonly unknown[]): CheckFailure[] {
  const seen = new Set<number>();
  return vlans.flatMap((one, at): CheckFailure[] => {
    if (typeof one !== "number" && typeof one !== "string") return [];
    const property = `vlans[${at}]`;
    const [from, to] = endsOf(one);
    if (from > to) return [{ property, reason: `ends before it begins; write "${to}-${from}"` }];
    if (from < 2 || to > 4094)
      return [
        {
          property,
          reason:
            "must be of 2 to 4094 (IEEE 802.1Q); VLAN 1 is that of frames without a tag, which the uplink carries in any case",
        },
      ];
    const twice = numbers(one).find((id) => seen.has(id));
    for (const id of numbers(one)) seen.add(id);
    return twice === undefined ? [] : [{ property, reason: `has ${twice}, which is there already` }];
  });
}

function endsOf(one: number | string): [number, number] {
  const [from = 0, to = from] = String(one).split("-").map(Number);
  return [from, to];
}

function numbers(one: number | string): number[] {
  const [from, to] = endsOf(one);
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}

/** kvmnet's files that say it of a bridge that is there: of the bridge, and of its port by netplan's id. */
function filesOf(facts: Facts, bridge: string, portId: string | undefined) {
  const units = unitFilesIn(facts.networkd.keys(), bridge).filter((path) => !path.includes(".d/"));
  const port = portId === undefined ? [] : [portVlansPath(portId)];
  return {
    bridge: [filteringPath(bridge), ...units.filter((path) => path.endsWith(".netdev"))],
    port: [...port, ...units.filter((path) => path.includes("-kvmnet-port-"))],
  };
}

/** As kvmnet's files have it, which are what its program said last; undefined: they say nothing. */
export function vlansWritten(facts: Facts, bridge: string, portId: string | undefined): VlanInputs | undefined {
  const files = filesOf(facts, bridge, portId);
  if (!files.bridge.some((path) => facts.networkd.get(path)?.includes(filteringKey))) return undefined;
  const tagged = files.port.flatMap((path) => taggedIn(facts.networkd.get(path)));
  return {
    vlanFiltering: true,
    ...(tagged.length > 0 && { vlans: tagged.map((one) => (one.includes("-") ? one : Number(one))) }),
  };
}

/** Drop-ins of kvmnet's that are there. */
export function vlanDropInsIn(facts: Facts, bridge: string, portIds: readonly string[]): string[] {
  return [filteringPath(bridge), ...portIds.map(portVlansPath)].filter((path) => facts.networkd.has(path));
}

/**
 * What a bridge and its uplink are to be; undefined: nobody says, now or until now.
 *
 * @throws Refusal of what the host's network can't be given, or what would be lost by it
 */
export function vlansFor(site: Site, inputs: BridgeInputs, portId: string): WantedBridge["vlans"] {
  const { facts, adopted, configuration, handling, uplink, present } = site;
  const { name, vlanFiltering, vlans = [] } = inputs;
  const filtering = vlanFiltering ?? (vlansWritten(facts, present?.name ?? name, portId) ? false : undefined);
  if (filtering === undefined) return undefined;
  const wanted = { filtering, uplink: { ...givenVlans(present), tagged: vlans.flatMap(numbers) } };
  if (!filtering) {
    refuseUntagging(facts, present);
    return wanted;
  }
  const owner = configuration?.owner ?? (handling.owner === "NetworkManager" ? handling.owner : undefined);
  if (owner !== undefined)
    throw new Refusal(
      `vlanFiltering: ${owner} has ${uplink.name}, and for now kvmnet has bridges tell VLANs apart where netplan or networkd has the NIC. Leave it out, or give each VLAN a bridge of its own by hand.`,
    );
  if (adopted)
    throw new Refusal(
      `vlanFiltering: ${name} was made by hand (${adopted.userDefinition.places.map(({ path }) => path).join(", ")}), and is told so by hand: a drop-in with [Bridge] VLANFiltering=yes for its .netdev, and [BridgeVLAN] for ${uplink.name}. Leave it out here; a Nic on it may have a vlan then.`,
    );
  refuseHostsVlans(facts, name, uplink, wanted.uplink.tagged);
  return wanted;
}

/** @throws Refusal where a guest would be in the LAN that its VLAN keeps it from */
function refuseUntagging(facts: Facts, bridge: Link | undefined): void {
  if (!filtersVlans(bridge)) return;
  const taps = new Set(ports(facts, bridge?.name ?? "").map(({ name }) => name));
  const [vm] = (facts.libvirt?.domains ?? []).flatMap(({ name, live }) =>
    live
      .filter(({ tap, element }) => taps.has(tap ?? "") && vlanIn(element))
      .map(({ mac, element }) => `the running VM ${name} (${mac}) is in ${vlanWords(vlanIn(element))}`),
  );
  if (vm !== undefined)
    throw new Refusal(
      `vlanFiltering: ${vm} on ${bridge?.name}, and without it is in the LAN of all others. Take the VLAN off the NIC first, or move it to another bridge.`,
    );
}

/** @throws Refusal of VLANs of the host's own that would get no frames any more, or take the guests'; not of what is so already */
function refuseHostsVlans(facts: Facts, bridge: string, uplink: Link, tagged: readonly number[]): void {
  const on = (name: string) => facts.links.filter(({ kind, parent }) => kind === "vlan" && parent === name);
  const filters = filtersVlans(linkNamed(facts, bridge));
  const [above] = filters ? [] : on(bridge);
  if (above)
    throw new Refusal(
      `vlanFiltering: ${above.name} is VLAN ${above.vlan} of the host's own on ${bridge}, and would get no frame any more. Put it on ${uplink.name}, or take it away.`,
    );
  const carried = filters ? (uplink.vlans?.tagged ?? []) : [];
  const taking = on(uplink.name).find(({ vlan = 0 }) => tagged.includes(vlan) && !carried.includes(vlan));
  if (taking)
    throw new Refusal(
      `vlans: ${taking.name} is VLAN ${taking.vlan} of the host's own on ${uplink.name}: what comes in for it goes there, and the bridge never sees it. Take ${taking.vlan} out, or ${taking.name} away.`,
    );
}

/** In a network that is gone with it. */
const probe = ["unshare", "--net", "ip", "link", "add", "name", "kvmnet0", "type", "bridge", "vlan_filtering", "1"];

/** @throws Refusal of a host whose kernel tells no VLANs apart */
export async function refuseWithoutFiltering(host: Host, facts: Facts, inputs: BridgeInputs): Promise<void> {
  if (inputs.vlanFiltering !== true || filtersVlans(linkNamed(facts, inputs.name))) return;
  await host.exec(probe, { purpose: "see whether the kernel's bridges tell VLANs apart" }).catch((error: Error) => {
    if (!/not supported/i.test(error.message)) throw error;
    throw new Refusal(
      `${host.label}: vlanFiltering: the bridges of this host's kernel do not tell VLANs apart (CONFIG_BRIDGE_VLAN_FILTERING). Leave it out, or install a kernel that has it.`,
    );
  });
}

/** What a change of it means for what is there, a sentence each. */
export function vlanWordsFor(facts: Facts, { name, uplink, vlans }: WantedBridge): string[] {
  const bridge = linkNamed(facts, name);
  if (!vlans) return [];
  const turns = filtersVlans(bridge) !== vlans.filtering;
  if (!vlans.filtering)
    return turns ? [`${name} tells VLANs apart no more: frames with a tag pass as all others do.`] : [];
  const carried = ranges(vlans.uplink.tagged);
  const lets = `${uplink} carries ${carried.length === 0 ? "no VLAN with a tag" : `the VLANs ${carried.join(", ")} with a tag`}`;
  if (!turns) return [`${lets}.`];
  return [
    `${name} tells VLANs apart then: ${lets}. The host, and VMs whose NIC has no VLAN, stay where frames without a tag are; what a guest sends with a tag of its own passes no more, unless its NIC has a trunk.`,
  ];
}
