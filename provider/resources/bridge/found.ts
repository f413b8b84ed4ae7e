import { isDeepStrictEqual } from "node:util";
import { type BridgeRecord, type Facts, fixedPorts, type Link, linkNamed } from "../../host/facts/facts";
import { madeByNetplan } from "../../plan/addressing/netplanId";
import { asksDhcp6, promised, stanzaOf } from "../../plan/addressing/wanted";
import { addressingOf, type Stanza, withoutAddressing } from "../../plan/netplan/addressing";
import { bridgeFilePath, bridgeFileText } from "../../plan/netplan/bridgeFile";
import { definedIds, findDefinition, type NetplanDefinition, saidIn } from "../../plan/netplan/definition";
import { entryMtu } from "../../plan/netplan/mtu";
import { Refusal } from "../../plan/refusal";
import type { BridgeInputs } from "./definition";

/** A bridge that was there before kvmnet, made by hand with netplan: its definition stays in the user's own files. */
export interface Found {
  /** As netplan merges it: with what kvmnet's file adds, where there is one. */
  readonly definition: NetplanDefinition;
  /** Of that, what the user's own files say. */
  readonly own: NetplanDefinition;
  /** That it had when it was found: the user's, or networkd's own, and never the uplink's for being its bridge. */
  readonly macAddress: string;
}

/** The bridge that a host has without kvmnet, or had before it. An interface of the name that is none is refused, in words. */
export function foundBridge(facts: Facts, name: string, record: BridgeRecord | undefined): Found | undefined {
  if (record && !record.found) return undefined;
  const link = linkNamed(facts, name);
  const found = definedOutside(facts, name);
  if (record?.found) return found && { ...found, macAddress: record.found.macAddress };
  if (link && (!found || madeByNetplan(link) !== name))
    throw new Refusal(
      `name: the host has an interface ${name} already, which kvmnet did not make, nor netplan from its files. Take another name, or describe it in /etc/netplan first.`,
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
  return { ...found, macAddress: link.mac };
}

function definedOutside(facts: Facts, name: string): Omit<Found, "macAddress"> | undefined {
  const definition = findDefinition(facts.netplan, name);
  const places = definition?.places.filter(({ path }) => path !== bridgeFilePath(name)) ?? [];
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
      `name: the host has a bridge ${name} already, with the ports ${[...new Set([...there.map((one) => one.name), ...listed])].join(", ") || "none"}; wanted is one on ${uplink.name} alone. Take another name, or make its ports that.`,
    );
  const elsewhere = definition.places.find(({ path }) => !path.startsWith("/etc/"));
  if (elsewhere)
    throw new Refusal(
      `name: ${name} is defined in ${elsewhere.path}; kvmnet changes files in /etc/netplan only. Move it there.`,
    );
}

function interfacesOf(definition: NetplanDefinition): string[] {
  const lists = definition.places.map((place) => saidIn(place).interfaces);
  return [...new Set(lists.flatMap((list) => (Array.isArray(list) ? list.map(String) : [])))];
}

/** What of a found bridge is to be otherwise than its user's files say. */
export interface FoundChange {
  readonly stanza: Stanza;
  /** The user's files without an addressing that is another one than wanted. */
  readonly stripped: ReadonlyMap<string, string>;
  /** kvmnet's own file, which netplan merges over the user's; none where they say it all. */
  readonly config: Readonly<Record<string, string>>;
}

export function changeFound(
  facts: Facts,
  inputs: BridgeInputs,
  { definition, own, macAddress }: Found,
  port: NetplanDefinition,
): FoundChange {
  const { name } = inputs;
  const path = bridgeFilePath(name);
  const explicit = inputs.addressing === "inherit" ? undefined : stanzaOf(inputs.addressing);
  const said = explicit === undefined || isSaid(addressingOf(own), explicit);
  const ours = { ...definition, places: definition.places.filter((place) => place.path === path) };
  const addressing = explicit === undefined ? addressingOf(ours) : said ? {} : explicit;
  const link = { name, port, mtu: inputs.mtu, stp: inputs.stp, forwardDelay: inputs.forwardDelay };
  const text = bridgeFileText({ ...link, macAddress: inputs.macAddress ?? macAddress, addressing });
  const needed = facts.netplan.has(path) || !said || !isSaidOfLink(own, port, inputs);
  return {
    stanza: explicit ?? addressingOf(definition),
    stripped: said ? new Map() : withoutAddressing(own),
    config: needed ? { [path]: text } : {},
  };
}

/** Whether the user's files give a bridge the wanted addressing; what else they say of it is theirs. */
function isSaid(stanza: Stanza, wanted: Stanza): boolean {
  const facets = (one: Stanza) => {
    const { dhcp4, addresses, gateways } = promised(one);
    const routes = listOf(one.routes).filter((route) => !isDefaultRoute(route));
    const nameservers = listOf((one.nameservers as Stanza | undefined)?.addresses);
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

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
/** Whatever the order of an object's keys. */
const sorted = (values: readonly unknown[]) =>
  values.map((one) => JSON.stringify(one, one instanceof Object ? Object.keys(one).sort() : null)).sort();
const isDefaultRoute = (route: unknown) => promised({ routes: [route] }).gateways.length > 0;

/** netplan-yaml(5): with parameters STP is on unless they say no; without any, both are the kernel's: off, and 15 s. */
function isSaidOfLink(own: NetplanDefinition, port: NetplanDefinition, inputs: BridgeInputs): boolean {
  const keys = own.places.map(saidIn);
  const last = (key: string) => keys.flatMap((one) => (key in one ? [one[key]] : [])).at(-1);
  const parameters: Stanza = Object.assign({}, ...keys.map((one) => one.parameters ?? {}));
  const custom = keys.some((one) => one.parameters !== undefined);
  const stp = custom ? (parameters.stp ?? true) : false;
  return (
    stp === inputs.stp &&
    Number(parameters["forward-delay"] ?? 15) === inputs.forwardDelay &&
    (inputs.mtu === undefined || (last("mtu") === inputs.mtu && entryMtu(port, inputs.name) === inputs.mtu)) &&
    (inputs.macAddress === undefined || String(last("macaddress")).toLowerCase() === inputs.macAddress)
  );
}
