import { defaultRoute, type Facts, linkNamed } from "../../host/facts/facts";
import type { Address, Link } from "../../host/facts/links";
import type { Heard, Listening } from "../../host/listen/listen";
import { lanBridges } from "./bridges";
import { type Finding, finding } from "./finding";

/** A VM's NIC on a bridge to the LAN. */
interface Ear {
  readonly vm: string;
  readonly mac: string;
  readonly tap: string;
  readonly bridge: Link;
  readonly uplink: Link;
}

function ears(facts: Facts): Ear[] {
  return lanBridges(facts).flatMap(({ bridge, uplinks: [uplink] }) =>
    (facts.libvirt?.domains ?? []).flatMap(({ name, live }) =>
      live.flatMap(({ mac, tap }) =>
        uplink && tap && linkNamed(facts, tap)?.master === bridge.name ? [{ vm: name, mac, tap, bridge, uplink }] : [],
      ),
    ),
  );
}

/** The host's own addresses on bridges to the LAN, which nobody else may have. */
function listLanAddresses(facts: Facts): { bridge: Link; uplink: Link; address: Address }[] {
  return lanBridges(facts).flatMap(({ bridge, uplinks: [uplink] }) =>
    uplink
      ? bridge.addresses
          .filter(({ family, scope }) => family === "inet" && scope === "global")
          .map((address) => ({ bridge, uplink, address }))
      : [],
  );
}

/** The gateway behind a bridge. */
function gatewayOf(facts: Facts, bridge: Link): string | undefined {
  const route = defaultRoute(facts);
  return route?.device === bridge.name ? route.gateway : undefined;
}

/**
 * What to listen to. No MAC address comes onto the wire that is not there already: the gateway is asked in the name of the
 * host, and of a VM that runs.
 */
export function listening(facts: Facts): Listening {
  const all = ears(facts);
  const first = all.filter(({ bridge }, at) => all.findIndex((other) => other.bridge === bridge) === at);
  return {
    devices: [...new Set(all.flatMap(({ tap, uplink }) => [tap, uplink.name]))],
    asks: [
      ...listLanAddresses(facts).map(({ uplink, bridge, address }) => ({
        ...{ device: uplink.name, macAddress: bridge.mac, address: address.local },
      })),
      ...first.flatMap(({ mac, bridge, uplink }) => {
        const address = gatewayOf(facts, bridge);
        return address === undefined
          ? []
          : [mac, bridge.mac].map((macAddress) => ({ device: uplink.name, macAddress, address }));
      }),
    ],
    until: all.map(({ mac }) => mac),
  };
}

/** What is wrong by what was heard. */
export function diagnoseTraffic(facts: Facts, heard: readonly Heard[]): Finding[] {
  return [...sameAddress(facts, heard), ...foreignMac(facts, heard), ...noDhcpAnswer(facts, heard)];
}

function sameAddress(facts: Facts, heard: readonly Heard[]): Finding[] {
  const host = listLanAddresses(facts).flatMap(({ bridge, address }) => {
    const mine = new Set(facts.links.map(({ mac }) => mac));
    const others = heard.filter(
      ({ kind, content, from }) => kind === "arp" && content === address.local && !mine.has(from),
    );
    return claimed("host", address.local, [bridge.mac, ...others.map(({ from }) => from)]);
  });
  const owners = new Map<string, Set<string>>();
  for (const { kind, content, from } of heard)
    if (kind === "arp") owners.set(content, (owners.get(content) ?? new Set()).add(from));
  const vms = ears(facts).flatMap(({ vm, mac }) =>
    [...owners].flatMap(([address, macs]) => (macs.has(mac) ? claimed(`VM ${vm}`, address, [...macs]) : [])),
  );
  return [...host, ...vms];
}

function claimed(subject: string, address: string, claims: readonly string[]): Finding[] {
  const macs = [...new Set(claims)];
  if (macs.length < 2) return [];
  return [
    finding("same-address", "error", {
      subject,
      evidence: `ARP: ${macs.map((mac) => `${address} is at ${mac}`).join(", ")}`,
      cause: `Two machines of the LAN have the address ${address}: who asks for it gets one or the other.`,
      fix: "Find the other one by its MAC address, and give one of them another address; reserve fixed ones in the DHCP server.",
    }),
  ];
}

/** Frames of the host come back and those of a VM do not. A switch that knows one MAC address for a port does so, and Wi-Fi, and a cloud. */
function foreignMac(facts: Facts, heard: readonly Heard[]): Finding[] {
  const tried = listening(facts);
  return lanBridges(facts).flatMap(({ bridge, uplinks }) =>
    uplinks.flatMap((uplink) => {
      const gateway = gatewayOf(facts, bridge);
      const asked = tried.asks.filter(({ device, address }) => device === uplink.name && address === gateway);
      const answered = (mac: string) =>
        heard.some(({ device, direction, to, kind, content }) => {
          return kind === "arp" && device === uplink.name && direction === "in" && to === mac && content === gateway;
        });
      const [silent] = asked.filter(({ macAddress }) => macAddress !== bridge.mac && !answered(macAddress));
      if (!silent || !answered(bridge.mac)) return [];
      return finding("foreign-mac", "error", {
        subject: `port ${uplink.name}`,
        evidence: `ARP for ${gateway} out of ${uplink.name}: from ${bridge.mac} answered, from ${silent.macAddress} not`,
        cause: `What is behind ${uplink.name} takes frames of the host's own MAC address only: the VMs' frames leave, and nothing comes back. A switch's port security does so, and the networks of most hosting providers.`,
        fix: "Let the switch or the provider know the VMs' MAC addresses; where that can't be, VMs need addresses that the host routes or translates.",
      });
    }),
  );
}

const [discover, request] = ["1", "3"];
const answers = new Set(["2", "5", "6"]); // OFFER, ACK, NAK

function noDhcpAnswer(facts: Facts, heard: readonly Heard[]): Finding[] {
  return ears(facts).flatMap(({ vm, mac, tap, bridge, uplink }) => {
    const dhcp = heard.filter(({ kind, client }) => kind === "dhcp" && client === mac);
    const asks = (at: string, way: string) =>
      dhcp.some(
        ({ device, direction, content }) =>
          device === at && direction === way && (content === discover || content === request),
      );
    const answer = (at: string) => dhcp.some(({ device, content }) => device === at && answers.has(content));
    if (!asks(tap, "in") || answer(tap)) return [];
    const evidence = [
      `${tap}: DHCP from ${mac}, no answer`,
      `${uplink.name}: ${asks(uplink.name, "out") ? "went out" : "did not go out"}, ${answer(uplink.name) ? "an answer came" : "no answer came"}`,
    ].join("; ");
    const [cause, fix] = answer(uplink.name)
      ? [
          "The answer came to the host and not to the VM: the host drops it.",
          "See forward-drops, and nft list ruleset.",
        ]
      : asks(uplink.name, "out")
        ? [
            "The guest asks, the host sends it on, and nobody on the LAN answers: the DHCP server is silent, or has no address left.",
            `Look at the DHCP server, and at what is between it and ${uplink.name}.`,
          ]
        : [
            `The guest asks, and its frames do not leave the host by ${uplink.name}.`,
            `See the other findings for ${bridge.name} and its ports, and nft list ruleset.`,
          ];
    return [finding("no-dhcp-answer", "error", { subject: `VM ${vm}`, evidence, cause, fix })];
  });
}
