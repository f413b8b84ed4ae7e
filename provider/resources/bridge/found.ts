import { isDeepStrictEqual } from "node:util";
import { addressingOf, listOf, nameServersOf, type Stanza, withoutAddressing } from "../../backends/entry/addressing";
import { definedIds, findDefinition, type NetplanDefinition, saidIn } from "../../backends/entry/definition";
import { asksDhcp6, promised, stanzaOf } from "../../backends/entry/wanted";
import { unlikeSaid } from "../../backends/ifupdown/handMade";
import { isIfupdowns, needUp } from "../../backends/ifupdown/owner";
import { bridgeFilePath, bridgeFilesIn, bridgeFileText, isBridgeFile } from "../../backends/netplan/bridgeFile";
import { entryMtu, isOurs, usersMtu } from "../../backends/netplan/mtu";
import { madeByNetplan } from "../../backends/netplan/netplanId";
import { isUnit } from "../../backends/networkd/units";
import { quote } from "../../host/exec/quote";
import { type Facts, fixedPorts, type Link, linkNamed } from "../../host/facts/facts";
import type { BridgeRecord, FoundBefore } from "../../host/facts/records";
import { type Completed, completed, type Present } from "../../plan/addressing/kept";
import { Refusal } from "../../schema/refusal";
import type { BridgeInputs } from "./definition";

/** A bridge that was there before kvmnet, made by hand with netplan, networkd's files or ifupdown's: its definition stays in the user's own files. */
export interface Found {
  /** As netplan merges it: with what kvmnet's file adds, where there is one. */
  readonly definition: NetplanDefinition;
  /** Of that, what the user's own files say. */
  readonly own: NetplanDefinition;
  /** That it had when it was found: the user's, or networkd's own, and never the uplink's for being its bridge. */
  readonly macAddress: string;
  readonly timers?: FoundBefore["timers"];
}

/** The bridge that a host has without kvmnet, or had before it. An interface of the name that is none is refused, in words. */
export function foundBridge(facts: Facts, name: string, record: BridgeRecord | undefined): Found | undefined {
  if (record && !record.found) return undefined;
  const link = linkNamed(facts, name);
  const found = definedOutside(facts, name);
  if (record?.found) return found && { ...found, macAddress: record.found.macAddress, timers: record.found.timers };
  const way = link && !found ? makingItYours(facts, name) : undefined;
  if (way !== undefined)
    throw new Refusal(
      `name: the host has the bridge ${name} by a file of kvmnet's, and no record of whose it is. To import it, make the file yours first: ${way}`,
    );
  if (link && (!found || !(isUnit(found.own) || isIfupdowns(found.own) || madeByNetplan(link) === name)))
    throw new Refusal(
      `name: the host has an interface ${name} already, which kvmnet did not make, nor netplan, networkd or ifupdown from their files. Take another name, or describe it there first.`,
    );
  if (!link && definedIds(facts.netplan).some(({ id }) => id === name))
    throw new Refusal(
      `name: netplan's files define ${name} already, and the host has no such link. Take another name, or see to it with netplan apply first.`,
    );
  if (!link || !found) return undefined;
  if (link.kind !== "bridge" || found.definition.section !== "bridges")
    throw new Refusal(`name: the host has an interface ${name} already, which is no bridge. Take another name.`);
  if (found.definition.renderer !== "networkd")
    throw new Refusal(
      `name: ${name} is configured with netplan's renderer ${found.definition.renderer}; for now kvmnet handles networkd only.`,
    );
  if (isIfupdowns(found.own)) needUp(facts, "name", found.own);
  return { ...found, macAddress: link.mac };
}

/** The command after which netplan has the same bridge by a file of the user's; undefined: it is one, or there is none. */
export function makingItYours({ netplan }: Pick<Facts, "netplan">, name: string): string | undefined {
  const [ours] = bridgeFilesIn(netplan, name);
  return ours === undefined ? undefined : `mv ${quote([ours, ours.replace("kvmnet-", "")])}`;
}

/** What netplan has of a bridge that the user's own files define. */
export function definedOutside(facts: Facts, name: string): Omit<Found, "macAddress" | "timers"> | undefined {
  const definition = findDefinition(facts.netplan, name);
  const places = definition?.places.filter(({ path }) => !isOurs(facts, path, name)) ?? [];
  return definition && places.length > 0 ? { definition, own: { ...definition, places } } : undefined;
}

/** A Bridge has one uplink: a hand-made bridge with other ports is somebody's who would lose them. */
export function refuseOtherPorts(facts: Facts, { definition }: Found, uplink: Link, port: string): void {
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
  const elsewhere = definition.places.find(({ path }) => !path.startsWith("/etc/"));
  if (elsewhere)
    throw new Refusal(
      `name: ${name} is defined in ${elsewhere.path}; kvmnet changes files in /etc/netplan only. Move it there.`,
    );
}

function interfacesOf(definition: NetplanDefinition): string[] {
  const lists = definition.places.map((place) => saidIn(place).interfaces);
  return [...new Set(lists.flatMap((list) => listOf(list).map(String)))];
}

/** What of a found bridge is to be otherwise than its user's files say. */
export interface FoundChange {
  readonly stanza: Stanza;
  readonly kept: Completed["routes"];
  /** The user's files without an addressing that is another one than wanted. */
  readonly stripped: ReadonlyMap<string, string>;
  /** kvmnet's own file, which netplan merges over the user's; none where they say it all. */
  readonly config: Readonly<Record<string, string>>;
}

export function changeFound(
  facts: Facts,
  inputs: BridgeInputs,
  { definition, own, macAddress, timers }: Found,
  port: NetplanDefinition,
  present: Omit<Present, "stanza">,
): FoundChange {
  const { name } = inputs;
  if (isUnit(own)) return asItsUnitsHaveIt(facts, inputs, { own, macAddress, timers });
  if (isIfupdowns(own)) return asItsStanzasHaveIt(facts, inputs, { own, macAddress, port });
  const now = { ...present, stanza: addressingOf(definition) };
  const whole = inputs.addressing === "inherit" ? undefined : completed(inputs.addressing, now);
  const explicit = whole?.stanza;
  const said = explicit === undefined || isSaid(addressingOf(own), explicit);
  const ours = { ...definition, places: definition.places.filter(({ path }) => isBridgeFile(path, name)) };
  const addressing = explicit === undefined ? addressingOf(ours) : said ? {} : explicit;
  const link = { name, port, mtu: inputs.mtu, stp: inputs.stp, forwardDelay: inputs.forwardDelay };
  const text = bridgeFileText({ ...link, macAddress: inputs.macAddress ?? macAddress, addressing });
  const needed = bridgeFilesIn(facts.netplan, name).length > 0 || !said || !isSaidOfLink(own, port, inputs);
  return {
    stanza: explicit ?? addressingOf(definition),
    kept: whole?.routes ?? [],
    stripped: said ? new Map() : withoutAddressing(own),
    config: needed ? { [bridgeFilePath(facts.netplan, link)]: text } : {},
  };
}

/**
 * A bridge of networkd's files by hand stays as they have it: kvmnet's own would have to come before them, and say all that they say.
 * @throws Refusal of inputs that want it otherwise
 */
function asItsUnitsHaveIt(
  facts: Facts,
  inputs: BridgeInputs,
  { own, macAddress, timers }: Pick<Found, "own" | "macAddress" | "timers">,
): FoundChange {
  const { name } = inputs;
  const link = linkNamed(facts, name);
  // A hand may have changed the link alone, or its files and the link.
  const isLike = (key: "stp" | "forwardDelay") => [link?.[key], timers?.[key]].includes(inputs[key]);
  const mtu = usersMtu(facts, name) ?? link?.mtu;
  const stanza = addressingOf(own);
  const explicit = inputs.addressing === "inherit" ? undefined : stanzaOf(inputs.addressing);
  const unlike = [
    ...(explicit && !isSaid(stanza, explicit) ? ["addressing"] : []),
    ...(inputs.macAddress !== undefined && inputs.macAddress !== macAddress ? ["macAddress"] : []),
    ...(link && !isLike("stp") ? ["stp"] : []),
    ...(link && !isLike("forwardDelay") ? ["forwardDelay"] : []),
    ...(link && inputs.mtu !== undefined && mtu !== inputs.mtu ? ["mtu"] : []),
  ];
  if (unlike.length > 0)
    throw new Refusal(
      `${unlike[0]}: ${name} is not so by ${own.places.map(({ path }) => path).join(", ")}, which kvmnet does not change (${unlike.join(", ")}). Say it as it is there (pulumi import prints that), or change it by hand first.`,
    );
  return { stanza, kept: [], stripped: new Map(), config: {} };
}

/**
 * The same of ifupdown's files, whose lines are told that would have to be there.
 * @throws Refusal of inputs that want it otherwise
 */
function asItsStanzasHaveIt(
  facts: Facts,
  inputs: BridgeInputs,
  { own, macAddress, port }: Pick<Found, "own" | "macAddress"> & { readonly port: NetplanDefinition },
): FoundChange {
  const { name, mtu } = inputs;
  const stanza = addressingOf(own);
  const addressing = inputs.addressing === "inherit" ? undefined : stanzaOf(inputs.addressing);
  const isAddressed = addressing === undefined || isSaid(stanza, addressing);
  const isOfMtu = mtu === undefined || (usersMtu(facts, name) === mtu && entryMtu(port, name) === mtu);
  const [unlike, ...others] = unlikeSaid(
    facts,
    { ...inputs, uplink: port.id, addressing },
    { macAddress, isAddressed, isOfMtu },
  );
  if (unlike === undefined) return { stanza, kept: [], stripped: new Map(), config: {} };
  const { property, says, write } = unlike;
  const paths = own.places.map(({ path }) => path).join(", ");
  const lines = [...write, ...others.flatMap((one) => one.write)].map((line) => JSON.stringify(line)).join(", ");
  const notes = [unlike, ...others].flatMap(({ note = [] }) => note).map((note) => ` ${note}`);
  const command = facts.ifupdown2 ? "ifreload -a" : `ifdown ${name} and ifup ${name}`;
  throw new Refusal(
    `${property}: ${name} has ${says} by ${paths}, which kvmnet does not change. Write ${lines} there and run ${command} at the console, or say ${[property, ...others.map((one) => one.property)].join(", ")} as it is there (pulumi import prints that).${notes.join("")}`,
  );
}

/** Whether the user's files give a bridge the wanted addressing; what else they say of it is theirs. */
function isSaid(stanza: Stanza, wanted: Stanza): boolean {
  const facets = (one: Stanza) => {
    const { dhcp4, addresses, gateways } = promised(one);
    const routes = listOf(one.routes).filter((route) => !isDefaultRoute(route));
    const nameservers = nameServersOf(one);
    const ra = wanted["accept-ra"] === undefined ? undefined : one["accept-ra"];
    return {
      ...{ dhcp4, dhcp6: asksDhcp6(one), ra },
      ...{ addresses: sorted(addresses), gateways: sorted(gateways) },
      ...{ routes: sorted(routes), nameservers: sorted(nameservers) },
      metrics: sorted(listOf(one.routes).map((route) => (route as Stanza).metric ?? "")),
    };
  };
  return isDeepStrictEqual(facets(stanza), facets(wanted));
}

/** Whatever the order of an object's keys. */
const sorted = (values: readonly unknown[]) =>
  values.map((one) => JSON.stringify(one, one instanceof Object ? Object.keys(one).sort() : null)).sort();
const isDefaultRoute = (route: unknown) => promised({ routes: [route] }).gateways.length > 0;

/** What files say of the link. netplan-yaml(5): with parameters STP is on unless they say no; without any, both are the kernel's: off, and 15 s. */
export function linkSaid({ places }: NetplanDefinition): { readonly stp: boolean; readonly forwardDelay: number } {
  const keys = places.map(saidIn);
  const parameters: Stanza = Object.assign({}, ...keys.map((one) => one.parameters ?? {}));
  const custom = keys.some((one) => one.parameters !== undefined);
  return { stp: custom && parameters.stp !== false, forwardDelay: secondsIn(parameters["forward-delay"]) ?? 15 };
}

/** netplan hands a unit on to networkd. */
function secondsIn(time: unknown): number | undefined {
  const [, count, unit] = /^(\d+)(ms|s)?$/.exec(String(time)) ?? [];
  return count === undefined ? undefined : Number(count) / (unit === "ms" ? 1000 : 1);
}

function isSaidOfLink(own: NetplanDefinition, port: NetplanDefinition, inputs: BridgeInputs): boolean {
  const keys = own.places.map(saidIn);
  const last = (key: string) => keys.flatMap((one) => (key in one ? [one[key]] : [])).at(-1);
  const { stp, forwardDelay } = linkSaid(own);
  return (
    stp === inputs.stp &&
    forwardDelay === inputs.forwardDelay &&
    (inputs.mtu === undefined || (last("mtu") === inputs.mtu && entryMtu(port, inputs.name) === inputs.mtu)) &&
    (inputs.macAddress === undefined || String(last("macaddress")).toLowerCase() === inputs.macAddress)
  );
}
