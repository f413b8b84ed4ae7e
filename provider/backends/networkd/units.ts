import { posix } from "node:path";
import type { Facts } from "../../host/facts/facts";
import { entriesText, entryOf, isByHand, stanzaIn } from "../../host/facts/inNetplansWords";
import type { Link } from "../../host/facts/links";
import { wholeUnit } from "../../host/facts/networkUnit";
import type { BridgeLink } from "../../kernel/bridgeLink";
import type { InFiles } from "../backend";
import type { NetplanDefinition } from "../entry/definition";
import { type BridgeFile, header, networkFileName } from "../netplan/bridgeFile";
import { portEntry } from "../netplan/pattern";
import { filteringKey, portVlanText } from "./vlans";

const folder = "/etc/systemd/network";

type Texts = Readonly<Record<string, string>>;
const isNetworkFile = (path: string) => path.endsWith(".network");

/** The user's file of a NIC as it was before a bridge, in netplan's words. */
export function unitBefore(previousConfig: Texts, uplink: Link): [string, string][] {
  const [unit] = Object.keys(previousConfig).filter(isNetworkFile);
  if (unit === undefined) return [];
  return [[unit, entriesText([entryOf(uplink, stanzaIn(usersUnit(previousConfig, unit)))])]];
}

/** A user's file with its drop-ins. */
const usersUnit = (texts: Texts, path: string) => wholeUnit(new Map(Object.entries(texts)), path);

/** The same of an entry: as the record of its bridge has it, else as it is. */
export function wholeUnitOf(
  facts: Facts,
  { places }: NetplanDefinition,
  previousConfig: Texts = {},
): [string, string][] {
  const [path = ""] = places.map((place) => place.path);
  return previousConfig[path] === undefined ? wholeUnit(facts.networkUnits, path) : usersUnit(previousConfig, path);
}

/** Whether an entry stands in a file of networkd's own, which kvmnet does not edit: it writes others that come before it. */
export function isUnit({ places }: InFiles): boolean {
  return places.length > 0 && places.every(({ path }) => isByHand(path));
}

/** The names of kvmnet's files for a bridge on a NIC that networkd has from a file by hand. */
export interface UnitNames {
  readonly netdev: string;
  /** networkd's files, which drop-ins go by. */
  readonly bridge: string;
  readonly port: string;
}

/** networkd takes the first file by name that matches a link (systemd.network(5)). */
export function unitNames(bridge: string, usersFile: string): UnitNames {
  const usual = `05-kvmnet-bridge-${bridge}.network`;
  const number = posix.basename(usersFile) > usual ? "05" : "0";
  const name = (what: string) => `${number}-kvmnet-${what}-${bridge}`;
  return { netdev: `${name("bridge")}.netdev`, bridge: `${name("bridge")}.network`, port: `${name("port")}.network` };
}

/** kvmnet's files of a bridge among networkd's, with what it keeps of its DHCP identity. */
export function unitFilesIn(files: Iterable<string>, bridge: string): string[] {
  return [...files].filter((path) => {
    const [, name] =
      /^\/etc\/systemd\/network\/\d+-kvmnet-(?:bridge|port)-([^/]+?)\.(?:network|netdev)(?:\.d\/[^/]+)?$/.exec(path) ??
      [];
    return name === bridge;
  });
}

/** networkd's file of a bridge that a hand has made with such files; undefined: with others. */
export function unitOf(bridge: NetplanDefinition): string | undefined {
  const [place] = isUnit(bridge) ? bridge.places : [];
  return place && posix.basename(place.path);
}

/** networkd's files of a NIC that is no port, or will be none again: by netplan's entry, or by the user's own. */
export function portUnits(port: NetplanDefinition, uplink: Link): string[] {
  if (isUnit(port)) return port.places.slice(0, 1).map(({ path }) => posix.basename(path));
  return [...new Set([port.id, portEntry(port, uplink).id])].map(networkFileName);
}

export const unitPath = (name: string) => `${folder}/${name}`;

/** The device that networkd is to make. */
export function netdevText({
  name,
  macAddress,
  stp,
  forwardDelay,
  vlans,
}: Omit<BridgeFile, "port" | "addressing" | "mtu"> & Pick<BridgeLink, "vlans">): string {
  return `${header}
[NetDev]
Name=${name}
Kind=bridge
MACAddress=${macAddress}

[Bridge]
STP=${stp ? "yes" : "no"}
ForwardDelaySec=${forwardDelay}
${vlans?.filtering ? filteringKey : ""}`;
}

/** The NIC as a port: what is its own of the user's file stays so. */
export function portText(
  { name, mtu, vlans }: Pick<BridgeFile, "name" | "mtu"> & Pick<BridgeLink, "vlans">,
  uplink: Link,
  own: string,
): string {
  const size = mtu === undefined ? "" : `\n[Link]\nMTUBytes=${mtu}\n`;
  return `${header}
[Match]
Name=${uplink.name}

[Network]
Bridge=${name}
LinkLocalAddressing=no
${own === "" ? "" : `\n${own}`}${size}${vlans?.filtering ? `\n${portVlanText(vlans.uplink)}` : ""}`;
}

/** The bridge, with its addressing. */
export function bridgeText({ name, mtu }: Pick<BridgeFile, "name" | "mtu">, addressing: string): string {
  const size = mtu === undefined ? "" : `\n[Link]\nMTUBytes=${mtu}\n`;
  return `${header}
[Match]
Name=${name}

${addressing.trimEnd()}
${size}`;
}
