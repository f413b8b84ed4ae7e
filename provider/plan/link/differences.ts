import { bridgeLacks } from "../../backends/lacks";
import { usersMtu } from "../../backends/netplan/mtu";
import { type Facts, linkNamed, ports } from "../../host/facts/facts";
import type { Owner } from "../../host/transaction/change";
import type { BridgeLink } from "../../kernel/bridgeLink";
import { filtersVlans, portVlanWords, sameVlans } from "../../kernel/vlans";
import { strayTaps } from "./taps";

/** The wanted state of a bridge, as far as the kernel and networkd show it. */
export interface WantedBridge extends BridgeLink {
  /** "192.0.2.10/24": must be on the bridge. */
  readonly addresses: readonly string[];
  readonly dhcp4: boolean;
  /** networkd's file of a bridge that was made by hand with one; NetworkManager's profile, and its port's. */
  readonly unit?: string | undefined;
  readonly portUnit?: string | undefined;
  /** Who is to have the bridge, where that is not networkd. */
  readonly owner?: Owner | undefined;
  /** Gateways of the default routes that must go over the bridge. */
  readonly gateways: readonly string[];
}

/** Of a bridge whose MTU the program does not say: the user's files', or the smallest of its ports', which the kernel takes. */
export function naturalMtu(facts: Facts, bridge: string): number | undefined {
  const said = usersMtu(facts, bridge);
  if (said !== undefined) return said;
  const all = ports(facts, bridge).map(({ mtu }) => mtu);
  return all.length > 0 ? Math.min(...all) : undefined;
}

/** How a hand changed an MTU, where `missing` does not say so: no change waits for that. */
export function findMtuDifferences(facts: Facts, { name, uplink, mtu }: WantedBridge): string[] {
  const [bridge, port] = [linkNamed(facts, name), linkNamed(facts, uplink ?? "")];
  if (!bridge || port?.master !== name) return [];
  if (mtu !== undefined)
    return port.mtu === mtu || bridge.mtu !== mtu
      ? []
      : [`the MTU of the port ${uplink} is ${port.mtu} instead of ${mtu}`];
  // A lease's is the bridge's alone: networkd gives it to the link that has the lease, and the port keeps its own from the next boot on.
  if (bridge.lease?.mtu !== undefined && bridge.mtu === bridge.lease.mtu) return [];
  const natural = naturalMtu(facts, name);
  return bridge.mtu === natural ? [] : [`the MTU of ${name} is ${bridge.mtu} instead of ${natural}`];
}

/** How the host differs from it, a sentence each: what is still to come during a change, and drift at any other time. */
export function findBridgeDifferences(facts: Facts, wanted: WantedBridge): string[] {
  const { name, uplink } = wanted;
  const bridge = linkNamed(facts, name);
  const port = linkNamed(facts, uplink ?? "");
  if (!bridge) return [`the bridge ${name} is not there`];
  if (bridge.kind !== "bridge") return [`${name} is no bridge`];
  const sentences: (string | false | undefined)[] = [
    uplink !== undefined && !port && `the uplink ${uplink} is not there`,
    port && port.master !== name && `the uplink ${uplink} is not a port of ${name}`,
    !bridge.up && `${name} is down`,
    bridge.mac !== wanted.macAddress && `${name} has the MAC address ${bridge.mac} instead of ${wanted.macAddress}`,
    bridge.stp !== wanted.stp && `STP on ${name} is ${bridge.stp ? "on" : "off"}`,
    bridge.forwardDelay !== wanted.forwardDelay &&
      `the forward delay of ${name} is ${bridge.forwardDelay} s instead of ${wanted.forwardDelay} s`,
    wanted.mtu !== undefined &&
      bridge.mtu !== wanted.mtu &&
      `the MTU of ${name} is ${bridge.mtu} instead of ${wanted.mtu}`,
    wanted.vlans &&
      filtersVlans(bridge) !== wanted.vlans.filtering &&
      `${name} ${filtersVlans(bridge) ? "tells VLANs apart" : "does not tell VLANs apart"}`,
    wanted.vlans &&
      port?.master === name &&
      port.vlans &&
      !sameVlans(port.vlans, wanted.vlans.uplink) &&
      `the port ${uplink} is in ${portVlanWords(port.vlans)} instead of in ${portVlanWords(wanted.vlans.uplink)}`,
    bridgeLacks(facts, bridge, wanted),
    wanted.dhcp4 && !bridge.lease && `${name} has no DHCP lease`,
  ];
  const held = bridge.addresses.map((address) => `${address.local}/${address.prefix}`);
  const left = port?.addresses.filter((address) => address.scope === "global") ?? [];
  const gateways = facts.routes
    .filter((route) => route.destination === "default" && route.device === name)
    .map((route) => route.gateway);
  return [
    ...sentences.filter((sentence) => typeof sentence === "string"),
    ...wanted.addresses.filter((address) => !held.includes(address)).map((address) => `${address} is not on ${name}`),
    ...left.map((address) => `${address.local}/${address.prefix} is on the port ${uplink}`),
    ...wanted.gateways
      .filter((gateway) => !gateways.includes(gateway))
      .map((gateway) => `the default route via ${gateway} does not go over ${name}`),
    ...strayTaps(facts, name).map(({ tap, vm }) => `${tap}, a NIC of the running VM ${vm}, is no port of ${name}`),
  ];
}
