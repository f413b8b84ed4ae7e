import { createHash } from "node:crypto";
import { type Facts, linkNamed } from "../../host/facts/facts";
import { profileEntry } from "../../host/facts/inNetworkManagersWords";
import { keyfileSections, valueIn } from "../../host/facts/keyfile";
import type { Link } from "../../host/facts/links";
import type { Section } from "../../host/facts/networkUnit";
import type { BridgeLink } from "../../kernel/bridgeLink";
import { Refusal } from "../../schema/refusal";
import { listOf, nameServersOf, type Stanza } from "../entry/addressing";
import { header } from "../netplan/bridgeFile";
import { halvesOfProfile } from "./carried";
import { type Identity, identityFor } from "./lease";
import { bridgeProfile, portProfile } from "./paths";

/** NetworkManager takes a forward delay of 0 for one that is not said, 15 s, and none below 2 s; what runs before a bridge is up takes it away again. */
export const leastDelay = 2;
const delayScript = (bridge: string) => `/etc/NetworkManager/dispatcher.d/pre-up.d/50-kvmnet-${bridge}`;
const delayText = `#!/bin/sh
# Written by kvmnet: this bridge has no forward delay, which NetworkManager has no words for (NetworkManager-dispatcher(8)).
bridge=\${0##*/50-kvmnet-}
[ "$1" != "$bridge" ] || echo 0 >"/sys/class/net/$bridge/bridge/forward_delay"
`;

/** kvmnet's files of a bridge for NetworkManager that a host has. */
export function profilesOf({ keyfiles, networkd }: Pick<Facts, "keyfiles" | "networkd">, bridge: string): string[] {
  const profiles = [bridgeProfile(bridge), portProfile(bridge)].filter((path) => keyfiles.has(path));
  return [...profiles, ...[delayScript(bridge)].filter((path) => networkd.has(path))];
}

/** NetworkManager knows a profile by it; the same each time the bridge is made on this machine. */
export function profileId({ machineId }: Pick<Facts, "machineId">, path: string): string {
  const hash = createHash("sha256").update(`${machineId}\0${path}`).digest("hex");
  // RFC 9562: of version 8, which is its maker's own.
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

/** The same of a user's, by what it says, or said; of one that says none, as NetworkManager tells it. */
export function uuidOf(
  { keyfiles, profileIds }: Pick<Facts, "keyfiles" | "profileIds">,
  path: string,
  text = "",
): string {
  const said = valueIn(keyfileSections(keyfiles.get(path) ?? text), "connection", "uuid");
  return said ?? profileIds.get(path) ?? "";
}

/** Links with the profiles that NetworkManager has them by now, as transaction.sh reads them. */
export function profilesNow({ profiles }: Pick<Facts, "profiles">, links: readonly string[]): string[] {
  return links.flatMap((name) => {
    const profile = profiles.get(name);
    return profile === undefined ? [] : [`${name} ${profile.uuid}`];
  });
}

/** The uplink's profile before a bridge: path and text. */
export interface UplinkProfile {
  readonly path: string;
  readonly text: string;
}

/** Higher than a person's, who may write up to this: else the older one of two would count (nm-settings(5)). */
export const priority = 999;

/**
 * What NetworkManager takes by default for a bridge and for a NIC is not the same: the routes keep what they have. The one to
 * the link's own network has it, whatever others say for themselves.
 */
function metricOf({ routes }: Pick<Facts, "routes">, devices: readonly string[]): number {
  const own = routes.filter(
    ({ device, table, family }) => devices.includes(device ?? "") && table === undefined && family === "inet",
  );
  const found = own.find(({ protocol }) => protocol === "kernel") ?? own.find((one) => one.destination === "default");
  return found?.metric ?? 100;
}

export interface BridgedNic extends Omit<BridgeLink, "uplink"> {
  readonly uplink: Link;
  /** Undefined: the NIC's, as its profile has it. */
  readonly addressing: Stanza | undefined;
}

/**
 * kvmnet's two profiles, and what makes up for what a profile can't say: path to text.
 * @throws Refusal of a forward delay that NetworkManager has none of
 */
export function bridgedProfiles(facts: Facts, { path, text }: UplinkProfile, bridge: BridgedNic) {
  const { name, uplink, mtu, addressing } = bridge;
  const own = halvesOfProfile(path, text, uplink.name);
  if (bridge.forwardDelay > 0 && bridge.forwardDelay < leastDelay)
    throw new Refusal(
      `forwardDelay: NetworkManager has ${name}, and takes no delay between 0 and ${leastDelay} s. Write 0, or ${leastDelay} or more.`,
    );
  const [ofBridge, ofPort] = [bridgeProfile(name), portProfile(name)];
  const size: [string, string][] = mtu === undefined ? [] : [["mtu", String(mtu)]];
  const metric = metricNow(facts, name, uplink);
  const identity = identityFor(facts, name, uplink.name);
  const sections = addressing ? addressingSections(addressing, metric) : pinFamilies(own.bridge, metric);
  return {
    [ofBridge]: textOf([
      {
        name: "connection",
        entries: [
          ...connection(facts, ofBridge, { type: "bridge", link: name }),
          ...entriesOf(own.bridge, "connection"),
        ],
      },
      { name: "ethernet", entries: size },
      { name: "bridge", entries: bridgeKeys(bridge) },
      ...sections.map((section) => keepIdentity(section, identity)),
      ...(addressing ? own.bridge.filter((one) => one.name === "proxy" || one.name === "hostname") : []),
    ]),
    [ofPort]: textOf([
      {
        name: "connection",
        entries: [
          ...connection(facts, ofPort, { type: "ethernet", link: uplink.name }),
          ["autoconnect-priority", String(priority)],
          ["master", name],
          ["slave-type", "bridge"],
          ...entriesOf(own.port, "connection"),
        ],
      },
      {
        name: "ethernet",
        entries: [...entriesOf(own.port, "ethernet").filter(([key]) => key !== "mtu" || !mtu), ...size],
      },
      ...own.port.filter((one) => one.name !== "connection" && one.name !== "ethernet"),
    ]),
    ...(bridge.forwardDelay === 0 && { [delayScript(name)]: delayText }),
  };
}

/** Of a bridge that is there, what its profile has pinned: the kernel may have lost the routes. */
export function metricNow(facts: Facts, bridge: string, uplink: Link): number {
  const sections = keyfileSections(facts.keyfiles.get(bridgeProfile(bridge)) ?? "");
  const kept = valueIn(sections, "ipv4", "route-metric");
  if (kept !== undefined && linkNamed(facts, bridge) !== undefined && uplink.master === bridge) return Number(kept);
  return metricOf(facts, [uplink.name, bridge]);
}

function connection(facts: Facts, path: string, { type, link }: { type: string; link: string }): [string, string][] {
  const name = path.slice(path.lastIndexOf("/") + 1).replace(/\.nmconnection$/, "");
  return [
    ["id", name],
    ["uuid", profileId(facts, path)],
    ["type", type],
    ["interface-name", link],
  ];
}

function bridgeKeys({ macAddress, stp, forwardDelay }: BridgedNic): [string, string][] {
  return [
    ["mac-address", macAddress.toUpperCase()],
    ["stp", String(stp)],
    ["forward-delay", String(Math.max(forwardDelay, leastDelay))],
  ];
}

function entriesOf(sections: readonly Section[], name: string) {
  return sections.filter((one) => one.name === name).flatMap(({ entries }) => entries);
}

/** Both families, as a profile that leaves one out takes it from DHCP or from a router. */
function pinFamilies(sections: readonly Section[], metric: number): Section[] {
  const families = ["ipv4", "ipv6"].map((name) => {
    const entries = entriesOf(sections, name);
    const method: [string, string][] = entries.some(([key]) => key === "method") ? [] : [["method", "auto"]];
    const own: [string, string][] = entries.some(([key]) => key === "route-metric")
      ? []
      : [["route-metric", String(metric)]];
    return { name, entries: [...method, ...entries, ...own] };
  });
  return [...families, ...sections.filter(({ name }) => name === "proxy" || name === "hostname")];
}

/** A family that is asked of DHCP, as the servers know the host already. */
function keepIdentity({ name, entries }: Section, identity: Identity): Section {
  const asks = entries.some(([key, value]) => key === "method" && /^(auto|dhcp)$/.test(value));
  const own = asks && (name === "ipv4" || name === "ipv6") ? identity[name] : [];
  return { name, entries: [...entries.filter(([key]) => !own.some(([one]) => one === key)), ...own] };
}

/** An addressing in NetworkManager's words, where it is not the user's own text. */
export function addressingSections(stanza: Stanza, metric?: number): Section[] {
  const { search = [] } = (stanza.nameservers ?? {}) as Record<string, readonly string[]>;
  const is6 = (one: string) => one.includes(":");
  return (["ipv4", "ipv6"] as const).map((name) => {
    const mine = (one: string) => is6(one) === (name === "ipv6");
    const addresses = listOf(stanza.addresses).map(String).filter(mine);
    const routes = listOf(stanza.routes)
      .map((one) => one as Stanza)
      .filter(({ via }) => mine(String(via)));
    const servers = nameServersOf(stanza).filter(mine);
    const entries: [string, string][] = [
      ["method", methodOf(name, stanza, addresses.length > 0)],
      ...addresses.map((one, at): [string, string] => [`address${at + 1}`, one]),
      ...routes.map((one, at): [string, string] => [`route${at + 1}`, routeText(one, name)]),
      ...(metric === undefined ? [] : [["route-metric", String(metric)] as [string, string]]),
      ...(servers.length > 0 ? [["dns", `${servers.join(";")};`] as [string, string]] : []),
      ...(search.length > 0 && name === "ipv4" ? [["dns-search", `${search.join(";")};`] as [string, string]] : []),
    ];
    return { name, entries };
  });
}

function methodOf(family: "ipv4" | "ipv6", stanza: Stanza, hasAddresses: boolean): string {
  const [dhcp, ra] = family === "ipv4" ? [stanza.dhcp4, false] : [stanza.dhcp6, stanza["accept-ra"] ?? true];
  if (family === "ipv4") return dhcp ? "auto" : hasAddresses ? "manual" : "disabled";
  return dhcp && !ra ? "dhcp" : dhcp || ra ? "auto" : hasAddresses ? "manual" : "link-local";
}

function routeText({ to, via, metric }: Stanza, family: "ipv4" | "ipv6"): string {
  const destination = to === "default" ? (family === "ipv4" ? "0.0.0.0/0" : "::/0") : String(to);
  return [destination, String(via), ...(metric === undefined ? [] : [String(metric)])].join(",");
}

function textOf(sections: readonly Section[]): string {
  const parts = sections
    .filter(({ entries }) => entries.length > 0)
    .map(({ name, entries }) => `[${name}]\n${entries.map(([key, value]) => `${key}=${value}\n`).join("")}`);
  return `${header}\n${parts.join("\n")}`;
}

/** The uplink's profile as it was before a bridge, in netplan's words. */
export function profileBefore(previousConfig: Readonly<Record<string, string>>, uplink: Link): [string, string][] {
  return Object.entries(previousConfig)
    .filter(([path]) => isKeyfilePath(path))
    .map(([path, text]): [string, string] => [path, profileEntry({ name: uplink.name, kind: uplink.kind }, text)]);
}

const isKeyfilePath = (path: string) => path.includes("/NetworkManager/system-connections/");
