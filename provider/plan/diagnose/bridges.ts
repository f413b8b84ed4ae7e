import { addressingOf } from "../../backends/entry/addressing";
import { findDefinition } from "../../backends/entry/definition";
import { asksDhcp6, expectAddressing } from "../../backends/entry/wanted";
import { isOfIfupdown } from "../../backends/ifupdown/owner";
import { type Facts, linkNamed, ports } from "../../host/facts/facts";
import { isKeyfile } from "../../host/facts/inNetworkManagersWords";
import type { Link } from "../../host/facts/links";
import { noUplink } from "../../host/facts/records";
import { Refusal } from "../../schema/refusal";
import { type Check, finding } from "./finding";

/** Bridges that this is about: those with a NIC of the host's as a port, and those that kvmnet made. libvirt's own NAT bridges have neither. */
export function lanBridges(facts: Facts): { bridge: Link; uplinks: Link[] }[] {
  return facts.links
    .filter(({ kind }) => kind === "bridge")
    .map((bridge) => ({ bridge, uplinks: ports(facts, bridge.name).filter((port) => isUplink(facts, bridge, port)) }))
    .filter(({ bridge, uplinks }) => uplinks.length > 0 || hadUplink(facts, bridge));
}

/** One that kvmnet made without an uplink is no way to the LAN. */
function hadUplink(facts: Facts, { name }: Link): boolean {
  const record = facts.records.get(name);
  return record !== undefined && record.uplink !== noUplink;
}

/**
 * Bridges whose VMs a packet filter concerns: those to the LAN, and those whose VMs reach it by a port of whatever kind (VXLAN,
 * a team, a veth). A bridge that libvirt makes for a network of its own is that network's affair.
 */
export function filteredBridges(facts: Facts): Link[] {
  const { networks = [], domains = [] } = facts.libvirt ?? {};
  const made = new Set(networks.flatMap(({ forward, bridge }) => (forward === "bridge" ? [] : [bridge])));
  const taps = new Set(domains.flatMap(({ live }) => live.map(({ tap }) => tap)));
  const isUsed = ({ name }: Link) =>
    networks.some(({ forward, bridge }) => forward === "bridge" && bridge === name) ||
    ports(facts, name).some(
      (port) => taps.has(port.name) || facts.taps.has(`/var/lib/kvmnet/taps/${port.name}/parameters`),
    );
  const isLan = new Set(lanBridges(facts).map(({ bridge }) => bridge.name));
  return facts.links.filter(
    (link) =>
      link.kind === "bridge" &&
      (isLan.has(link.name) ||
        (!made.has(link.name) && isUsed(link) && ports(facts, link.name).some(({ kind }) => kind !== "tun"))),
  );
}

/** Not a VM's TAP. A NIC has no kind; the uplink that kvmnet enslaved may be of any. */
function isUplink(facts: Facts, bridge: Link, port: Link): boolean {
  return (
    port.kind === undefined ||
    ["bond", "vlan"].includes(port.kind) ||
    facts.records.get(bridge.name)?.uplink === port.name
  );
}

const global = ({ addresses }: Link) => addresses.filter(({ scope }) => scope === "global");
const listed = (link: Link) =>
  global(link)
    .map(({ local, prefix }) => `${local}/${prefix}`)
    .join(", ");

export const addressOnPort: Check = (facts) =>
  facts.links.flatMap((port) => {
    const on = port.master === undefined ? undefined : linkNamed(facts, port.master);
    if (on?.kind !== "bridge" || (global(port).length === 0 && !port.lease)) return [];
    return finding("address-on-port", "error", {
      subject: `port ${port.name}`,
      evidence: `${port.name} master ${on.name}, ${listed(port) || `DHCP lease ${port.lease?.address}`}`,
      cause: `${port.name} is a port of ${on.name} and has an address of its own: what is sent to it is the bridge's, and answers may leave by neither.`,
      fix: `Give the address to ${on.name} and none to ${port.name}, in the files that the host has its network from.`,
      fixable: true,
    });
  });

export const bridgeWithoutAddress: Check = (facts) =>
  lanBridges(facts).flatMap(({ bridge }) => {
    // A bridge for VMs alone is right without; one that kvmnet moved addressing to is not.
    if (!facts.records.has(bridge.name) || global(bridge).length > 0 || !isToHave(facts, bridge)) return [];
    return finding("bridge-without-address", "error", {
      subject: `bridge ${bridge.name}`,
      evidence: `${bridge.name}: ${bridge.addresses.map(({ local, prefix }) => `${local}/${prefix}`).join(", ") || "no address"}`,
      cause: `${bridge.name} is to have an address, and has none now.`,
      fix: "See whether a DHCP server answers (networkctl status), or run pulumi up to have the configuration back.",
      fixable: true,
    });
  });

/**
 * Whether netplan's files give it an address, or have it ask for one; where they do not have it, whether they did so for its
 * uplink before it was one. Where they can't be read, whether a file had to be changed for it: one with an address has.
 */
function isToHave(facts: Facts, bridge: Link): boolean {
  const { uplink = "", previousConfig = {}, found } = facts.records.get(bridge.name) ?? {};
  const before = Object.entries(previousConfig).filter(([path]) => path.startsWith("/etc/netplan/"));
  const wasMoved = before.length > 0 || found !== undefined;
  try {
    const definition =
      findDefinition(facts.netplan, bridge.name) ?? findDefinition(new Map([...facts.netplan, ...before]), uplink);
    if (!definition) return wasMoved;
    const stanza = addressingOf(definition);
    const { dhcp4, addresses } = expectAddressing(stanza);
    return dhcp4 || asksDhcp6(stanza) || addresses.length > 0;
  } catch (error) {
    if (error instanceof Refusal) return wasMoved;
    throw error;
  }
}

export const portHeldBack: Check = (facts) =>
  lanBridges(facts).flatMap(({ bridge }) =>
    ports(facts, bridge.name).flatMap((port) => {
      const held = ["listening", "learning", "blocking"].includes(port.portState ?? "");
      if (!held || !port.carrier) return [];
      return finding("port-held-back", "error", {
        subject: `port ${port.name}`,
        evidence: `${port.name} master ${bridge.name} state ${port.portState}, stp ${bridge.stp ? "on" : "off"}, forward delay ${bridge.forwardDelay} s`,
        cause: `${bridge.name} holds ${port.name} back: with STP on, a port that comes up forwards after twice the forward delay, or never where it closes a loop.`,
        fix: "Switch STP off where nothing else is connected to the bridge but VMs and one NIC, or wait; a guest's DHCP may have given up meanwhile.",
        fixable: true,
      });
    }),
  );

export const portWithoutCarrier: Check = (facts) =>
  lanBridges(facts).flatMap(({ bridge, uplinks }) =>
    uplinks.flatMap((port) => {
      if (port.up && port.carrier) return [];
      return finding("port-without-carrier", "error", {
        subject: `port ${port.name}`,
        evidence: `${port.name} master ${bridge.name}: ${port.up ? "UP, NO-CARRIER" : "DOWN"}`,
        cause: port.up
          ? `${port.name} has no link: cable, switch port or the other end.`
          : `${port.name} is switched off.`,
        fix: port.up ? "Look at the cable and the switch." : `ip link set ${port.name} up`,
        fixable: !port.up,
      });
    }),
  );

export const portDisabled: Check = (facts) =>
  lanBridges(facts).flatMap(({ bridge }) =>
    ports(facts, bridge.name).flatMap((port) => {
      if (!port.up || !port.carrier || port.portState !== "disabled") return [];
      return finding("port-disabled", "error", {
        subject: `port ${port.name}`,
        evidence: `${port.name} master ${bridge.name} state disabled`,
        cause: `${bridge.name} takes nothing from ${port.name} and gives it nothing, though it has a link: somebody set the port's state.`,
        fix: `bridge link set dev ${port.name} state 3`,
        fixable: true,
      });
    }),
  );

/** An address that networkd was given, by a lease or by netplan's files, and that the kernel does not have. */
export const findMovedAddresses: Check = (facts) =>
  lanBridges(facts).flatMap(({ bridge }) => {
    const held = new Set(global(bridge).map(({ local }) => local));
    const lease = bridge.lease?.address;
    if (held.size === 0 || lease === undefined || held.has(lease)) return [];
    return finding("address-moved", "error", {
      subject: `bridge ${bridge.name}`,
      evidence: `DHCP lease ${lease}; ${bridge.name} has ${listed(bridge)}`,
      cause: `${bridge.name} has another address than the one that the DHCP server keeps for it: who knows the host by ${lease} does not find it.`,
      fix: `networkctl reconfigure ${bridge.name}, and find what changed its addresses.`,
      fixable: true,
    });
  });

export const bridgeMac: Check = (facts) =>
  lanBridges(facts).flatMap(({ bridge, uplinks }) => {
    const [uplink] = uplinks;
    // One that was taken over with another MAC address than its uplink's has had that from its first day, with all who know it.
    if (!uplink || hasOwnMac(bridge, facts.records.get(bridge.name)?.found?.macAddress)) return [];
    const words = {
      subject: `bridge ${bridge.name}`,
      evidence: `${bridge.name} ${bridge.mac}, ${uplink.name} ${uplink.mac}`,
      fix: macFix(facts, bridge.name, uplink.mac),
      fixable: true,
    };
    const cause = uplinks.some(({ mac }) => mac === bridge.mac)
      ? bridge.macFollowsPorts &&
        "Nobody set the bridge's MAC address: the kernel takes the lowest of its ports', and the next port can change it, and with it the address that DHCP gives."
      : "The bridge has another MAC address than its uplink: a DHCP server takes the host for another one, and a switch's port security may drop it.";
    return cause === false ? [] : finding("bridge-mac", "warning", { ...words, cause });
  });

/** In the words of whoever has the bridge. */
function macFix(facts: Facts, bridge: string, mac: string): string {
  if (isOfIfupdown(facts, bridge)) return `Write "hwaddress ${mac}" into the stanza of ${bridge}.`;
  const { path } = facts.profiles.get(bridge) ?? {};
  if (path !== undefined && isKeyfile(path)) return `Write mac-address=${mac.toUpperCase()} into [bridge] of ${path}.`;
  return `Set macaddress: ${mac} for ${bridge}.`;
}

/** Whether somebody has set a bridge's MAC address to that one. */
export const hasOwnMac = ({ mac, macFollowsPorts }: Link, wanted: string | undefined): boolean =>
  mac === wanted && !macFollowsPorts;

export const wirelessPort: Check = (facts) =>
  lanBridges(facts).flatMap(({ bridge }) =>
    ports(facts, bridge.name).flatMap((port) => {
      if (!facts.wireless.has(port.name)) return [];
      return finding("foreign-mac", "warning", {
        subject: `port ${port.name}`,
        evidence: `/sys/class/net/${port.name}/phy80211; ${port.name} master ${bridge.name}`,
        cause: `${port.name} is a Wi-Fi NIC, and an access point takes frames of the MAC address that logged in to it alone (unless both speak 4addr): the VMs' frames leave, and nothing comes back.`,
        fix: "Take a wired NIC for the bridge.",
      });
    }),
  );

export const mtu: Check = (facts) =>
  lanBridges(facts).flatMap(({ bridge }) => {
    const all = ports(facts, bridge.name);
    // By a lease, the bridge alone has another one, for what the host itself sends.
    const [like] = bridge.lease?.mtu !== undefined && bridge.mtu === bridge.lease.mtu ? all : [bridge];
    const unlike = all.filter((port) => port.mtu !== like?.mtu);
    if (unlike.length === 0) return [];
    return finding("mtu", "warning", {
      subject: `bridge ${bridge.name}`,
      evidence: [like ?? bridge, ...unlike].map((link) => `${link.name} mtu ${link.mtu}`).join(", "),
      cause:
        "A frame that is longer than the next port's MTU is dropped without a word: small packets get through, large ones do not.",
      fix: `Give all of them one MTU, and the guests' NICs too.`,
      fixable: true,
    });
  });
