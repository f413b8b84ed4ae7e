import { bridgeFilesOf } from "../../backends/bridgeFiles";
import { addressingOf, type Stanza } from "../../backends/entry/addressing";
import { findDefinition, type NetplanDefinition } from "../../backends/entry/definition";
import { asksDhcp6, expectAddressing } from "../../backends/entry/wanted";
import { withoutPortsAddressing } from "../../backends/netplan/backend";
import { bridgeFilesIn } from "../../backends/netplan/bridgeFile";
import { withoutCloudInit } from "../../backends/netplan/cloudInit";
import { portEntry } from "../../backends/netplan/pattern";
import { unitOf } from "../../backends/networkd/units";
import { type Facts, linkNamed } from "../../host/facts/facts";
import type { Link } from "../../host/facts/links";
import { type Completed, completed } from "../../plan/addressing/kept";
import { sysctlPath, sysctlText } from "../../plan/impact/sysctls";
import type { WantedBridge } from "../../plan/link/differences";
import { changeAdopted } from "./adopted";
import type { BridgeInputs } from "./definition";
import type { Site } from "./site";
import { vlanDropInsIn, vlansFor } from "./vlans";

/** What the host's files are to say of a bridge, and what becomes of those that are there. */
export interface BridgeFiles {
  readonly wanted: WantedBridge;
  /** netplan's addressing of it. */
  readonly stanza: Stanza;
  /** Routes that the program leaves out and that stay; undefined: all. */
  readonly kept: Completed["routes"] | undefined;
  /** kvmnet's own: path to text. */
  readonly config: Readonly<Record<string, string>>;
  /** The user's, as they were before kvmnet changed them. */
  readonly previousConfig: Readonly<Record<string, string>>;
  /** What kvmnet keeps of the bridge on the host. */
  readonly record: string;
  /** What is to be written. */
  readonly files: ReadonlyMap<string, string>;
  readonly remove: readonly string[];
  /** In words, where the NIC is another one's by now than when the bridge was made. */
  readonly newOwner?: string | undefined;
  /** How the files differ from that now. */
  readonly differences: readonly string[];
}

export function recordPath(bridge: string): string {
  return `/var/lib/kvmnet/bridges/${bridge}.json`;
}

export function filesFor(site: Site, inputs: BridgeInputs, owner: string): BridgeFiles {
  const { facts, record, ownerChange, adopted, uplink, port, entry, now, configuration } = site;
  const { name } = inputs;
  const portId = portEntry(port, uplink).id;
  const vlans = vlansFor(site, inputs, portId);
  const adoptedChange = adopted && changeAdopted(facts, inputs, adopted, port, now);
  const whole =
    adopted || inputs.addressing === "inherit" ? undefined : completed(inputs.addressing, { ...now, stanza: entry });
  const stanza = adoptedChange?.stanza ?? whole?.stanza ?? addressingOf(port);
  const wanted = wantedBridge(site, inputs, stanza, vlans);
  const ofBridge = adoptedChange?.stripped ?? new Map<string, string>();
  const written = configuration
    ? configuration.render({ ...wanted, uplink, stanza, inherits: inputs.addressing === "inherit" })
    : { kvmnetFiles: adoptedChange?.config ?? {}, users: clearAdoptedPort(site, ofBridge), parts: {} };
  const edited = [...ofBridge.keys(), ...written.users.keys()];
  const originals = Object.fromEntries([
    ...(adopted ? edited.map((path): [string, string] => [path, facts.netplan.get(path) ?? ""]) : []),
    ...(configuration?.originals ?? []),
  ]);
  const previousConfig = adopted
    ? { ...originals, ...record?.previousConfig }
    : ((record?.found || ownerChange ? undefined : record?.previousConfig) ?? originals);
  const config: Readonly<Record<string, string>> = {
    ...written.kvmnetFiles,
    ...(adopted ? {} : sysctls(facts, name, uplink)),
    ...withoutCloudInit(facts, [...(configuration?.edits === false ? [] : Object.keys(previousConfig)), ...edited]),
  };
  const isUnlike = ([path, text]: readonly [string, string]) => fileText(facts, path) !== text;
  const users = [...written.users].filter(isUnlike);
  const changed = Object.entries(config).filter(isUnlike);
  const recorded = recordText(site, owner, previousConfig, wanted);
  const newOwner =
    ownerChange && `${uplink.name} was ${ownerChange.was}'s, and is ${ownerChange.is}'s by ${ownerChange.path} now`;
  const there = ownerChange ? bridgeFilesOf(facts, name) : bridgeFilesIn(facts.netplan, name);
  const over = vlanDropInsIn(facts, name, [portId]).filter((path) => vlans && config[path] === undefined);
  return {
    ...{ wanted, stanza, kept: adoptedChange?.kept ?? whole?.routes, previousConfig, record: recorded, newOwner },
    // Of a file of the user's, kvmnet's own part: whatever else is in it is nobody's to read in a state.
    config: { ...config, ...written.parts },
    files: new Map([...ofBridge, ...users, ...changed, [recordPath(name), recorded]]),
    remove: [...there.filter((path) => config[path] === undefined), ...over],
    differences: [
      ...(newOwner ? [newOwner] : []),
      ...over.map((path) => `${path} is there still`),
      ...users.map(
        ([path]) =>
          `${path} ${adopted ? `gives the port ${uplink.name} addressing of its own` : describeFileDifference(site, path)}`,
      ),
      ...[...ofBridge.keys()].map((path) => `${path} gives ${name} another addressing`),
      ...changed.map(([path]) => `${path} ${describeFileDifference(site, path)}`),
    ],
  };
}

function wantedBridge(
  { adopted, uplink, handling }: Site,
  inputs: BridgeInputs,
  stanza: Stanza,
  vlans: WantedBridge["vlans"],
): WantedBridge {
  return {
    name: inputs.name,
    uplink: uplink.name,
    macAddress: inputs.macAddress ?? adopted?.macAddress ?? uplink.mac,
    stp: inputs.stp,
    forwardDelay: inputs.forwardDelay,
    mtu: inputs.mtu,
    ...(vlans && { vlans }),
    ...expectAddressing(stanza),
    ...(adopted && {
      unit: unitOf(adopted.userDefinition) ?? (handling.portUnit && handling.unit),
      portUnit: handling.portUnit,
    }),
    ...(handling.owner && { owner: handling.owner }),
  };
}

/** How a file is not as it is to be. */
function describeFileDifference({ facts, configuration }: Site, path: string): string {
  const text = fileText(facts, path);
  if (text === undefined) return "is not there";
  return configuration?.describeDifference(path, text) ?? "was changed by hand";
}

/** The user's files without the addressing of the port of a bridge that was found, which may say for itself that it has none. */
function clearAdoptedPort({ facts, port }: Site, ofBridge: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const files = new Map([...facts.netplan, ...ofBridge]);
  const current = findDefinition(files, port.id);
  return current && !isBare(current) ? withoutPortsAddressing(current) : new Map();
}

function recordText(
  { record, adopted, uplink }: Site,
  owner: string,
  previousConfig: BridgeFiles["previousConfig"],
  { stp, forwardDelay }: WantedBridge,
): string {
  const asFound = adopted && {
    ...{ files: adopted.userDefinition.places.map(({ path }) => path), macAddress: adopted.macAddress },
    ...(unitOf(adopted.userDefinition) && { timers: { stp, forwardDelay } }),
  };
  const remembered = { ...(asFound && { found: asFound }), ...(record?.moved && { moved: true }) };
  return `${JSON.stringify({ owner, uplink: uplink.name, previousConfig, ...remembered })}\n`;
}

/** Whether a definition gives no address, as far as netplan's files say. */
function isBare(definition: NetplanDefinition): boolean {
  const stanza = addressingOf(definition);
  const { dhcp4, addresses } = expectAddressing(stanza);
  return !dhcp4 && !asksDhcp6(stanza) && addresses.length === 0;
}

/** Its kernel settings: what the uplink had when it became the bridge's. */
function sysctls(facts: Facts, bridge: string, uplink: Link): Record<string, string> {
  const path = sysctlPath(bridge);
  const present = linkNamed(facts, bridge) !== undefined;
  const text = facts.networkd.get(path) ?? (present ? undefined : sysctlText(facts, uplink.name, bridge));
  return text === undefined ? {} : { [path]: text };
}

export function fileText(facts: Facts, path: string): string | undefined {
  const { networkd, interfaces, keyfiles, netplan, cloudConfig } = facts;
  return networkd.get(path) ?? interfaces.get(path) ?? keyfiles.get(path) ?? netplan.get(path) ?? cloudConfig.get(path);
}
