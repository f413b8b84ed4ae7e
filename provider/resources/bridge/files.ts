import { addressingOf, type Stanza, withoutAddressing } from "../../backends/entry/addressing";
import { findDefinition, type NetplanDefinition } from "../../backends/entry/definition";
import { asksDhcp6, promised } from "../../backends/entry/wanted";
import { type BridgedNic, bridgedFile } from "../../backends/ifupdown/bridged";
import { asksDhcp as stanzasAskDhcp } from "../../backends/ifupdown/carried";
import { hasMarks, oursIn } from "../../backends/ifupdown/marks";
import { ifupdownOf, isIfupdowns } from "../../backends/ifupdown/owner";
import { bridgeFilePath, bridgeFilesIn, bridgeFileText, networkFileName } from "../../backends/netplan/bridgeFile";
import { withoutCloudInit } from "../../backends/netplan/cloudInit";
import { asksDhcp, identityPath, identityText, identityToday } from "../../backends/netplan/identity";
import { isPattern, portEntry } from "../../backends/netplan/pattern";
import { addressingText, halvesOf } from "../../backends/networkd/sections";
import { bridgeText, foundUnit, isUnit, netdevText, portText, unitPath } from "../../backends/networkd/units";
import { vlanDropIns } from "../../backends/networkd/vlans";
import { bridgedProfiles } from "../../backends/networkManager/profiles";
import { ownerIn } from "../../backends/owner";
import { type Facts, type Link, linkNamed } from "../../host/facts/facts";
import { type Completed, completed } from "../../plan/addressing/kept";
import { sysctlPath, sysctlText } from "../../plan/impact/sysctls";
import type { WantedBridge } from "../../plan/link/missing";
import { Refusal } from "../../schema/refusal";
import type { BridgeInputs } from "./definition";
import { changeFound } from "./found";
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
  /** How the files differ from that now. */
  readonly differences: readonly string[];
}

export function recordPath(bridge: string): string {
  return `/var/lib/kvmnet/bridges/${bridge}.json`;
}

export function filesFor(site: Site, inputs: BridgeInputs, owner: string): BridgeFiles {
  const { facts, record, found, uplink, port, entry, now } = site;
  const { name } = inputs;
  const portId = portEntry(port, uplink).id;
  const vlans = vlansFor(site, inputs, portId);
  const foundChange = found && changeFound(facts, inputs, found, port, now);
  const whole =
    found || inputs.addressing === "inherit" ? undefined : completed(inputs.addressing, { ...now, stanza: entry });
  const stanza = foundChange?.stanza ?? whole?.stanza ?? addressingOf(port);
  const wanted: WantedBridge = {
    name,
    uplink: uplink.name,
    macAddress: inputs.macAddress ?? found?.macAddress ?? uplink.mac,
    stp: inputs.stp,
    forwardDelay: inputs.forwardDelay,
    mtu: inputs.mtu,
    ...(vlans && { vlans }),
    ...promised(stanza),
    ...(found && isUnit(found.own) && { unit: foundUnit(found) }),
    ...((site.stanzas || (found && isIfupdowns(found.own))) && { owner: ifupdownOf(facts) }),
    ...(site.profile && { owner: "NetworkManager" as const }),
  };
  const ofBridge = foundChange?.stripped ?? new Map<string, string>();
  const ofPort = strippedOfPort(site, ofBridge);
  const taken = [...ofBridge.keys(), ...ofPort.keys()];
  // A pattern goes on as it is for all other NICs: nothing of it is taken out.
  const patterns = isPattern(port) ? port.places.map(({ path }) => path) : [];
  const originals = Object.fromEntries([
    ...[...taken, ...patterns].map((path) => [path, facts.netplan.get(path) ?? ""] as const),
    ...site.usersUnit,
    ...(site.stanzas ? [[site.stanzas.path, site.stanzas.text] as const] : []),
    ...(site.profile ? [[site.profile.path, site.profile.text] as const] : []),
  ]);
  const previousConfig = found ? { ...originals, ...record?.previousConfig } : (record?.previousConfig ?? originals);
  const ofStanzas = bridgedStanzas(site, inputs, wanted, stanza);
  const config: Readonly<Record<string, string>> = {
    ...(foundChange?.config ?? ownFiles(site, inputs, wanted, stanza)),
    ...withoutCloudInit(facts, [...Object.keys(previousConfig).filter((path) => !patterns.includes(path)), ...taken]),
  };
  const changed = [...Object.entries(config), ...ofStanzas].filter(([path, text]) => fileText(facts, path) !== text);
  const recorded = recordText(site, owner, previousConfig, wanted);
  const over = vlanDropInsIn(facts, name, [portId]).filter((path) => vlans && config[path] === undefined);
  return {
    ...{ wanted, stanza, kept: foundChange?.kept ?? whole?.routes, previousConfig, record: recorded },
    // Of a file of the user's, kvmnet's own part: whatever else is in it is nobody's to read in a state.
    config: { ...config, ...Object.fromEntries([...ofStanzas].map(([path, text]) => [path, oursIn(text, name)])) },
    files: new Map([...ofBridge, ...ofPort, ...changed, [recordPath(name), recorded]]),
    remove: [...bridgeFilesIn(facts.netplan, name).filter((path) => config[path] === undefined), ...over],
    differences: [
      ...over.map((path) => `${path} is there still`),
      ...[...ofPort.keys()].map((path) => `${path} gives the port ${uplink.name} addressing of its own`),
      ...[...ofBridge.keys()].map((path) => `${path} gives ${name} another addressing`),
      ...changed.map(([path]) => `${path} ${unlike(site, name, path)}`),
    ],
  };
}

/** How a file of kvmnet's, or ifupdown's, is not as it is to be. */
function unlike({ facts, stanzas }: Site, bridge: string, path: string): string {
  const text = fileText(facts, path);
  if (text === undefined) return "is not there";
  return path === stanzas?.path && !hasMarks(text, bridge) ? `does not have ${bridge}` : "was changed by hand";
}

/** The user's files without the uplink's addressing. A port of a bridge that was found may say for itself that it has none. */
function strippedOfPort({ facts, found, port }: Site, ofBridge: ReadonlyMap<string, string>): Map<string, string> {
  const current = findDefinition(new Map([...facts.netplan, ...ofBridge]), port.id);
  return current && !isPattern(current) && ownerIn(current) === "netplan" && !(found && isBare(current))
    ? withoutAddressing(current)
    : new Map();
}

function ownFiles(
  { facts, uplink, units, usersUnit, stanzas, profile, ...site }: Site,
  inputs: BridgeInputs,
  wanted: WantedBridge,
  stanza: Stanza,
): Record<string, string> {
  const ofKernel = sysctls(facts, wanted.name, uplink);
  if (profile) {
    if (inputs.addressing !== "inherit" && promised(addressingOf(site.port)).dhcp4)
      throw new Refusal(
        `addressing: ${profile.path} has the uplink ask DHCP, and for now such a bridge of NetworkManager's has what DHCP gives it alone. Leave addressing out.`,
      );
    const { addressing } = saidOf(inputs, stanza, "NetworkManager");
    return { ...bridgedProfiles(facts, profile, { ...wanted, uplink, addressing }), ...ofKernel };
  }
  const unit = units?.bridge ?? networkFileName(wanted.name);
  const others = { ...identity(facts, wanted.name, unit, uplink, stanza), ...ofKernel };
  if (stanzas) return others;
  if (units) {
    const own = halvesOf(usersUnit, uplink.name);
    const addressing = inputs.addressing === "inherit" ? own.bridge : addressingText(stanza);
    return {
      [unitPath(units.netdev)]: netdevText(wanted),
      [unitPath(units.bridge)]: bridgeText(wanted, addressing),
      [unitPath(units.port)]: portText(wanted, uplink, own.port),
      ...others,
    };
  }
  const port = portEntry(site.port, uplink);
  const path = bridgeFilePath(facts.netplan, { ...wanted, port });
  return {
    [path]: bridgeFileText({ ...wanted, port, addressing: stanza }),
    ...(wanted.vlans?.filtering && vlanDropIns(wanted.name, port.id, wanted.vlans.uplink)),
    ...others,
  };
}

/** ifupdown's file with the bridge in it. */
function bridgedStanzas(
  { stanzas, uplink }: Site,
  inputs: BridgeInputs,
  wanted: WantedBridge,
  stanza: Stanza,
): Map<string, string> {
  if (!stanzas) return new Map();
  if (inputs.addressing !== "inherit" && stanzasAskDhcp(stanzas))
    throw new Refusal(
      `addressing: ${stanzas.path} has the uplink ask DHCP, and for now such a bridge of ifupdown's has what DHCP gives it alone. Leave addressing out.`,
    );
  const bridge = { ...wanted, uplink: uplink.name, ...saidOf(inputs, stanza, "ifupdown") };
  return new Map([[stanzas.path, bridgedFile(stanzas, bridge)]]);
}

/** @throws Refusal of what such a bridge can't be given yet */
function saidOf({ addressing }: BridgeInputs, stanza: Stanza, owner: string): Pick<BridgedNic, "addressing"> {
  if (addressing === "inherit") return { addressing: undefined };
  for (const key of ["dhcp4", "dhcp6"] as const)
    if (addressing[key])
      throw new Refusal(
        `addressing.${key}: for now kvmnet gives a bridge of ${owner}'s fixed addresses only. Write addressing.addresses, or leave addressing out.`,
      );
  return { addressing: stanza };
}

function recordText(
  { record, found, uplink }: Site,
  owner: string,
  previousConfig: BridgeFiles["previousConfig"],
  { stp, forwardDelay }: WantedBridge,
): string {
  const asFound = found && {
    ...{ files: found.own.places.map(({ path }) => path), macAddress: found.macAddress },
    ...(isUnit(found.own) && { timers: { stp, forwardDelay } }),
  };
  const remembered = { ...(asFound && { found: asFound }), ...(record?.moved && { moved: true }) };
  return `${JSON.stringify({ owner, uplink: uplink.name, previousConfig, ...remembered })}\n`;
}

/** Whether a definition gives no address, as far as netplan's files say. */
function isBare(definition: NetplanDefinition): boolean {
  const stanza = addressingOf(definition);
  const { dhcp4, addresses } = promised(stanza);
  return !dhcp4 && !asksDhcp6(stanza) && addresses.length === 0;
}

/** What a DHCP server knows the host by, kept on the bridge. */
function identity(facts: Facts, bridge: string, unit: string, uplink: Link, stanza: Stanza): Record<string, string> {
  const path = identityPath(unit);
  const kept = facts.networkd.get(path);
  const holder = linkNamed(facts, bridge) ?? uplink;
  const asks = asksDhcp(stanza, holder);
  const text = asks && kept !== undefined ? identityToday(kept, holder) : identityText(stanza, uplink);
  return text === undefined ? {} : { [path]: text };
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
