import { addressingOf, listOf, type Stanza, withoutAddressing } from "../../backends/entry/addressing";
import { definedIds, findDefinition, type NetplanDefinition, readPlace } from "../../backends/entry/definition";
import { isIfupdowns, needUp } from "../../backends/ifupdown/owner";
import { bridgeFilePath, bridgeFilesIn, bridgeFileText, isBridgeFile } from "../../backends/netplan/bridgeFile";
import { entryMtu, isOurs } from "../../backends/netplan/mtu";
import { netplanIdOfUnit } from "../../backends/netplan/netplanId";
import { isUnit } from "../../backends/networkd/units";
import { profilesThatMake, refusePorts } from "../../backends/networkManager/handMade";
import { isProfiles } from "../../backends/networkManager/owner";
import { uuidOf } from "../../backends/networkManager/profiles";
import { quote } from "../../host/exec/quote";
import { type Facts, fixedPorts, linkNamed } from "../../host/facts/facts";
import type { Link } from "../../host/facts/links";
import type { AdoptedRecord, BridgeRecord } from "../../host/facts/records";
import { type Completed, completed, type Present } from "../../plan/addressing/kept";
import { Refusal } from "../../schema/refusal";
import { containsStanza, readUnchangedAddressing } from "./adoptedUnchanged";
import type { BridgeInputs } from "./definition";

/** A bridge that was there before kvmnet, made by hand with netplan, networkd's files, ifupdown's or NetworkManager's profiles: its definition stays in the user's own files. */
export interface AdoptedBridge {
  /** As netplan merges it: with what kvmnet's file adds, where there is one. */
  readonly definition: NetplanDefinition;
  /** Of that, what the user's own files say. */
  readonly userDefinition: NetplanDefinition;
  /** That it had when it was found: the user's, or networkd's own, and never the uplink's for being its bridge. */
  readonly macAddress: string;
  readonly timers?: AdoptedRecord["timers"];
}

/** The bridge that a host has without kvmnet, or had before it. An interface of the name that is none is refused, in words. */
export function findAdopted(facts: Facts, name: string, record: BridgeRecord | undefined): AdoptedBridge | undefined {
  if (record && !record.found) return undefined;
  const link = linkNamed(facts, name);
  const found = definedOutside(facts, name);
  if (found && isProfiles(found.userDefinition)) refusePorts(facts, found.userDefinition);
  if (!link) refuseUnmade(facts, name);
  if (record?.found) return found && { ...found, macAddress: record.found.macAddress, timers: record.found.timers };
  const way = link && !found ? makingItYours(facts, name) : undefined;
  if (way !== undefined)
    throw new Refusal(
      `name: the host has the bridge ${name} by a file of kvmnet's, and no record of whose it is. To import it, make the file yours first: ${way}`,
    );
  if (link && !(found && (isAsItIs(found.userDefinition) || netplanIdOfUnit(link) === name)))
    throw new Refusal(
      `name: the host has an interface ${name} already, which kvmnet did not make, nor netplan, networkd, ifupdown or NetworkManager from their files. Take another name, or describe it there first.`,
    );
  if (!link && definedIds(facts.netplan).some(({ id }) => id === name))
    throw new Refusal(
      `name: netplan's files define ${name} already, and the host has no such link. Take another name, or see to it with netplan apply first.`,
    );
  if (!link || !found) return undefined;
  if (link.kind !== "bridge" || found.definition.section !== "bridges")
    throw new Refusal(`name: the host has an interface ${name} already, which is no bridge. Take another name.`);
  if (!isProfiles(found.userDefinition) && found.definition.renderer !== "networkd")
    throw new Refusal(
      `name: ${name} is configured with netplan's renderer ${found.definition.renderer}; for now kvmnet handles networkd only.`,
    );
  if (isIfupdowns(found.userDefinition)) needUp(facts, "name", found.userDefinition);
  return { ...found, macAddress: link.mac };
}

/** Whether a bridge stands in files that kvmnet never changes. */
const isAsItIs = (own: NetplanDefinition) => isUnit(own) || isIfupdowns(own) || isProfiles(own);

/** @throws Refusal where NetworkManager is to have a bridge by a user's profile, and it is down, which takes the link away */
function refuseUnmade(facts: Facts, name: string): void {
  const [path] = profilesThatMake(facts, name);
  if (path === undefined) return;
  const id = uuidOf(facts, path);
  throw new Refusal(
    `name: ${name} is NetworkManager's by ${path}, and is not there now. Bring it up at the console: nmcli connection up ${id}. To be rid of it, or of its name: nmcli connection delete ${id}.`,
  );
}

/** The command after which netplan has the same bridge by a file of the user's; undefined: it is one, or there is none. */
export function makingItYours({ netplan }: Pick<Facts, "netplan">, name: string): string | undefined {
  const [ours] = bridgeFilesIn(netplan, name);
  return ours === undefined ? undefined : `mv ${quote([ours, ours.replace("kvmnet-", "")])}`;
}

/** What netplan has of a bridge that the user's own files define. */
export function definedOutside(facts: Facts, name: string): Omit<AdoptedBridge, "macAddress" | "timers"> | undefined {
  const definition = findDefinition(facts.netplan, name);
  const places = definition?.places.filter(({ path }) => !isOurs(facts, path, name)) ?? [];
  return definition && places.length > 0 ? { definition, userDefinition: { ...definition, places } } : undefined;
}

/** A Bridge has one uplink: a hand-made bridge with other ports is somebody's who would lose them. */
export function refuseOtherPorts(facts: Facts, { definition }: AdoptedBridge, uplink: Link, port: string): void {
  const name = definition.id;
  const there = fixedPorts(facts, name);
  const listed = interfacesOf(definition);
  const others = [
    ...there.filter((one) => one.name !== uplink.name).map((one) => one.name),
    ...listed.filter((id) => id !== port),
  ];
  if (linkNamed(facts, name) && (others.length > 0 || !listed.includes(port)))
    throw new Refusal(
      `name: the host has a bridge ${name} already, with the ports ${[...new Set([...there.map((one) => one.name), ...listed])].join(", ") || "none"}, and the program wants one on ${uplink.name} alone. Choose another name, or leave ${uplink.name} as its only port.`,
    );
  // A profile is never changed, and may stand wherever it outlives a restart.
  const elsewhere = isProfiles(definition)
    ? undefined
    : definition.places.find(({ path }) => !path.startsWith("/etc/"));
  if (elsewhere)
    throw new Refusal(
      `name: ${name} is defined in ${elsewhere.path}; kvmnet changes files in /etc/netplan only. Move it there.`,
    );
}

function interfacesOf(definition: NetplanDefinition): string[] {
  const lists = definition.places.map((place) => readPlace(place).interfaces);
  return [...new Set(lists.flatMap((list) => listOf(list).map(String)))];
}

/** What of a found bridge is to be otherwise than its user's files say. */
export interface AdoptedChange {
  readonly stanza: Stanza;
  readonly kept: Completed["routes"];
  /** The user's files without an addressing that is another one than wanted. */
  readonly stripped: ReadonlyMap<string, string>;
  /** kvmnet's own file, which netplan merges over the user's; none where they say it all. */
  readonly config: Readonly<Record<string, string>>;
}

export function changeAdopted(
  facts: Facts,
  inputs: BridgeInputs,
  { definition, userDefinition, macAddress, timers }: AdoptedBridge,
  port: NetplanDefinition,
  present: Omit<Present, "stanza">,
): AdoptedChange {
  const { name } = inputs;
  const asItIs = readUnchangedAddressing(facts, inputs, { userDefinition: userDefinition, macAddress, timers, port });
  if (asItIs) return { stanza: asItIs, kept: [], stripped: new Map(), config: {} };
  const now = { ...present, stanza: addressingOf(definition) };
  const whole = inputs.addressing === "inherit" ? undefined : completed(inputs.addressing, now);
  const explicit = whole?.stanza;
  const said = explicit === undefined || containsStanza(addressingOf(userDefinition), explicit);
  const ours = { ...definition, places: definition.places.filter(({ path }) => isBridgeFile(path, name)) };
  const addressing = explicit === undefined ? addressingOf(ours) : said ? {} : explicit;
  const link = { name, port, mtu: inputs.mtu, stp: inputs.stp, forwardDelay: inputs.forwardDelay };
  const text = bridgeFileText({ ...link, macAddress: inputs.macAddress ?? macAddress, addressing });
  const needed =
    bridgeFilesIn(facts.netplan, name).length > 0 || !said || !matchesParameters(userDefinition, port, inputs);
  return {
    stanza: explicit ?? addressingOf(definition),
    kept: whole?.routes ?? [],
    stripped: said ? new Map() : withoutAddressing(userDefinition),
    config: needed ? { [bridgeFilePath(facts.netplan, link)]: text } : {},
  };
}

/** What files say of the link. netplan-yaml(5): with parameters STP is on unless they say no; without any, both are the kernel's: off, and 15 s. */
export function readBridgeParameters({ places }: NetplanDefinition): {
  readonly stp: boolean;
  readonly forwardDelay: number;
} {
  const keys = places.map(readPlace);
  const parameters: Stanza = Object.assign({}, ...keys.map((one) => one.parameters ?? {}));
  const custom = keys.some((one) => one.parameters !== undefined);
  return { stp: custom && parameters.stp !== false, forwardDelay: secondsIn(parameters["forward-delay"]) ?? 15 };
}

/** netplan hands a unit on to networkd. */
function secondsIn(time: unknown): number | undefined {
  const [, count, unit] = /^(\d+)(ms|s)?$/.exec(String(time)) ?? [];
  return count === undefined ? undefined : Number(count) / (unit === "ms" ? 1000 : 1);
}

function matchesParameters(own: NetplanDefinition, port: NetplanDefinition, inputs: BridgeInputs): boolean {
  const keys = own.places.map(readPlace);
  const last = (key: string) => keys.flatMap((one) => (key in one ? [one[key]] : [])).at(-1);
  const { stp, forwardDelay } = readBridgeParameters(own);
  return (
    stp === inputs.stp &&
    forwardDelay === inputs.forwardDelay &&
    (inputs.mtu === undefined || (last("mtu") === inputs.mtu && entryMtu(port, inputs.name) === inputs.mtu)) &&
    (inputs.macAddress === undefined || String(last("macaddress")).toLowerCase() === inputs.macAddress)
  );
}
