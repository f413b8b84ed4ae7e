import type { Facts } from "../../host/facts/facts";
import { ifupdownFolder, type Program, withIfupdownsWords } from "../../host/facts/inIfupdownsWords";
import { ifaceOf, stanzasOf } from "../../host/facts/interfacesFile";
import type { Link } from "../../host/facts/links";
import { Refusal } from "../../schema/refusal";
import type { InFiles } from "../backend";
import type { NetplanDefinition } from "../entry/definition";
import { findDefinition } from "../entry/definition";
import { hasMarks, withoutMarks } from "./marks";

/** Whether an entry stands in ifupdown's files, in which a NIC's stanzas become its bridge's. */
export function isIfupdowns({ places }: InFiles): boolean {
  return places.length > 0 && places.every(({ path }) => path.startsWith(ifupdownFolder));
}

/** Whether ifupdown has a link by its files, or would have it. */
export function isOfIfupdown(facts: Pick<Facts, "netplan">, name: string): boolean {
  // First its own words alone: netplan's files, which the doctor looks past, may be none that can be read.
  const own = new Map([...facts.netplan].filter(([path]) => path.startsWith(ifupdownFolder)));
  if (findDefinition(own, name) === undefined) return false;
  const definition = findDefinition(facts.netplan, name);
  return definition !== undefined && isIfupdowns(definition);
}

/** The host as if ifupdown had other files. */
export function withInterfaces(facts: Facts, interfaces: ReadonlyMap<string, string>): Facts {
  return {
    ...facts,
    interfaces,
    netplan: withIfupdownsWords(facts.netplan, interfaces, facts.links, ifupdownOf(facts)),
  };
}

/**
 * The host as if ifupdown's files had nothing of a bridge: where they have lost its NIC too, as they were before it.
 * @throws Refusal where they have the bridge, and nobody can tell any more which of it is kvmnet's
 */
export function withoutBridge(
  facts: Facts,
  bridge: string,
  before: { readonly uplink: string; readonly previousConfig: Readonly<Record<string, string>> } | undefined,
): Facts {
  const now = [...facts.interfaces.values()];
  const has = (text: string, name: string | undefined) => stanzasOf(text).some((one) => ifaceOf(one)?.name === name);
  const marked = now.some((text) => hasMarks(text, bridge));
  const isLost = !marked && !now.some((text) => has(text, before?.uplink));
  const originals = Object.entries(before?.previousConfig ?? {}).filter(([path]) => path.startsWith(ifupdownFolder));
  const plain = [...facts.interfaces].map(([path, text]): [string, string] => [path, withoutMarks(text, bridge)]);
  const [[path] = []] = originals;
  const isMixed = marked
    ? plain.some(([, text]) => has(text, bridge)) || !plain.some(([, text]) => has(text, before?.uplink))
    : originals.some(([one]) => has(facts.interfaces.get(one) ?? "", bridge));
  if (path !== undefined && isMixed)
    throw new Refusal(
      `uplink: ${path} has ${bridge}, but has lost comments of "# kvmnet ${bridge} …", by which kvmnet tells its lines from yours. Write the file as it was before ${bridge}: /var/lib/kvmnet/bridges/${bridge}.json has that under previousConfig.`,
    );
  if (!marked && (!isLost || originals.length === 0)) return facts;
  return withInterfaces(facts, new Map(isLost ? [...plain, ...originals] : plain));
}

/** @throws Refusal of a NIC that was ifupdown's before a bridge, and is another one's by now */
export function refuseLostStanzas({ name }: Link, previousConfig: Readonly<Record<string, string>>): void {
  const theirs = Object.keys(previousConfig).find((path) => path.startsWith(ifupdownFolder));
  if (theirs !== undefined)
    throw new Refusal(
      `uplink: ${name} was ifupdown's by ${theirs}, and netplan's files name it now, or networkd has it. Take it out there, and ${theirs} has it again.`,
    );
}

/** Which of the two programs has what these files say. */
export function ifupdownOf({ ifupdown2 }: Pick<Facts, "ifupdown2">): Program {
  return ifupdown2 ? "ifupdown2" : "ifupdown";
}

/** How one finds what it has up. */
export const stateOf = (facts: Pick<Facts, "ifupdown2">) =>
  facts.ifupdown2 ? "ifquery -a --print-savedstate" : "/run/network/ifstate";

/** Why a link is not in its hands; undefined: it has brought the link up, by its stanza. */
export function upLacks(facts: Pick<Facts, "ifstate" | "ifupdown2">, name: string): string | undefined {
  if (facts.ifstate?.get(name) === name) return undefined;
  return `${ifupdownOf(facts)} does not have ${name} up (${stateOf(facts)})`;
}

/** @throws Refusal of a NIC that ifupdown's files have, and NetworkManager too */
export function refuseIfupdowns(facts: Facts, { name }: Link, { places }: NetplanDefinition): void {
  const where = places.map(({ path }) => path).join(", ");
  if (facts.networkManager.has(name))
    throw new Refusal(
      `uplink: ${name} stands in ${where}, and NetworkManager has it. Have one of them configure it: take it out there, or out of NetworkManager (nmcli device set ${name} managed no).`,
    );
}

/** @throws Refusal of a link that ifupdown's files have, and can't have as a new bridge's port */
export function refuseAsPort({ name, kind }: Link, { places }: NetplanDefinition): void {
  const where = places.map(({ path }) => path).join(", ");
  if (kind === "bond" || kind === "vlan")
    throw new Refusal(
      `uplink: ${name} is a ${kind === "bond" ? "bond" : "VLAN"} of ifupdown's (${where}), and for now kvmnet bridges ifupdown's NICs only. Take a NIC.`,
    );
}

/** @throws Refusal of a NIC that ifupdown2 has by more than its stanzas: by a policy (ifupdown-addons-interfaces(5)) */
export function refusePolicies({ mentions, ifupdown2 }: Facts, { name }: Link): void {
  const policy = mentions.find(({ link, path }) => link === name && path.startsWith(`${ifupdownFolder}ifupdown2/`));
  if (ifupdown2 && policy)
    throw new Refusal(
      `uplink: ${policy.path} names ${name}, and kvmnet does not know what becomes of that on a bridge. Write it into the stanza of ${name}, or take another NIC.`,
    );
}

/** @throws Refusal of a NIC whose lease ifupdown2 would give back where its bridge finds it */
export function refuseLease2(name: string, where: string): never {
  throw new Refusal(
    `uplink: ${name} is ifupdown2's, and asks DHCP (${where}), of which kvmnet does not hand leases over yet. Write "iface ${name} inet static" there, with an address, or take another NIC.`,
  );
}

/** @throws Refusal of a NIC that is to have what kvmnet sees to for netplan's and networkd's alone */
export function refuseDhcp6(name: string, where: string): never {
  throw new Refusal(
    `uplink: ${name} is ifupdown's, and asks DHCPv6 (${where}), of which kvmnet does not hand leases over yet. Write "iface ${name} inet6 static" or "iface ${name} inet6 auto" there, or take another NIC.`,
  );
}

/** @throws Refusal of a link that has what it has from somebody else than from ifupdown's files */
export function needUp(facts: Facts, property: "uplink" | "name", { id: name, places }: NetplanDefinition): void {
  const [{ path = "" } = {}] = places;
  const logical = facts.ifstate?.get(name);
  if (logical === undefined)
    throw new Refusal(
      `${property}: ${name} stands in ${path}, but ${ifupdownOf(facts)} has not brought it up (${stateOf(facts)}): who configures it, kvmnet does not know. Run ifup ${name} at the console, or describe it where it is configured.`,
    );
  if (logical !== name)
    throw new Refusal(
      `${property}: ifupdown has ${name} as ${logical} (/run/network/ifstate). Write its stanza as "iface ${name} …", and run ifdown and ifup ${name} at the console.`,
    );
}
