import type { Facts } from "../host/facts/facts";
import type { Link } from "../host/facts/links";
import { Refusal } from "../schema/refusal";
import type { Backend, BridgedSite, Handling, InFiles, Restoration } from "./backend";
import { addressingOf } from "./entry/addressing";
import { definedIds, findDefinition, type NetplanDefinition, netplanIn } from "./entry/definition";
import { acceptsAdvertisements, expectAddressing } from "./entry/wanted";
import { ifupdown } from "./ifupdown/backend";
import { ifupdownOf, isIfupdowns, isOfIfupdown, refuseLostStanzas, upLacks, withoutBridge } from "./ifupdown/owner";
import { netplan } from "./netplan/backend";
import { networkFileName } from "./netplan/bridgeFile";
import { netplanId } from "./netplan/netplanId";
import { usersId } from "./netplan/pattern";
import { networkd } from "./networkd/backend";
import { byNetworkd } from "./networkd/handling";
import { unitBefore, unitOf } from "./networkd/units";
import { networkManager } from "./networkManager/backend";
import { byProfiles } from "./networkManager/handMade";
import { isProfiles } from "./networkManager/owner";
import { profileBefore } from "./networkManager/profiles";

/** Each owner of NICs; the last one has what no other one's files have. */
const backends: readonly Backend[] = [networkd, ifupdown, networkManager, netplan];

export function backendOf(entry: InFiles): Backend {
  return backends.find((one) => one.has(entry)) ?? netplan;
}

/**
 * The entry that an uplink's addressing stands in.
 * @throws Refusal of one that stands in none, or that its owner does not give away, with what to do
 */
export function owningDefinition(facts: Facts, uplink: Link): NetplanDefinition {
  const { name } = uplink;
  const entry = findDefinition(facts.netplan, usersId(netplanId(uplink)));
  const backend = entry && backendOf(entry);
  if (entry && backend && backend !== netplan) {
    backend.refuse(facts, uplink, entry);
    return entry;
  }
  if (!facts.tools.has("netplan"))
    throw new Refusal(
      `uplink: the host has no netplan, and ${name} is neither networkd's by a file of its own nor ifupdown's nor NetworkManager's by a profile${otherOwner(facts, uplink)}: kvmnet writes the host's network through one of them. Install netplan.io and describe the network in /etc/netplan, or have one of the others configure ${name}.`,
    );
  if (!entry)
    throw new Refusal(
      `uplink: ${name} stands in no file of netplan's${otherOwner(facts, uplink)}. Describe it in /etc/netplan first.`,
    );
  netplan.refuse(facts, uplink, entry);
  return entry;
}

/** Whoever has a bridge that was there before kvmnet, by the entry of its user's files. */
export function handlingOf(facts: Facts, bridge: NetplanDefinition, uplink: Link, port: NetplanDefinition): Handling {
  const { id: name } = bridge;
  if (isProfiles(bridge)) return byProfiles(facts, bridge, uplink);
  if (!isIfupdowns(bridge)) return byNetworkd(facts, unitOf(bridge) ?? networkFileName(name), uplink, port);
  return {
    owner: ifupdownOf(facts),
    unit: name,
    // What it has up by the user's file, it need not be told of: to bring it up again throws VMs out of it.
    planTakeOver: () => ({ keepOnApply: upLacks(facts, name) === undefined ? [] : [name], keepOnRollback: [] }),
  };
}

type Texts = Readonly<Record<string, string>>;

/** The same as it was before a bridge that took the NIC's files away: what is left of them now, and what they said. */
export function entryBefore(facts: Facts, uplink: Link, previousConfig: Texts | undefined = {}): NetplanDefinition {
  const before = [
    ...netplanIn(previousConfig),
    ...profileBefore(previousConfig, uplink),
    ...unitBefore(previousConfig, uplink),
  ];
  return owningDefinition({ ...facts, netplan: new Map([...facts.netplan, ...before]) }, uplink);
}

/** A NIC whose bridge has lost it, to the files of another owner than those of before the bridge. */
export interface OwnerChange {
  readonly was: Backend["name"];
  readonly is: Backend["name"];
  /** The new one's file of the NIC. */
  readonly path: string;
}

/** Undefined: the NIC is its owner's of before, or the bridge's port still, or nobody's now. */
export function ownerChange(
  facts: Facts,
  bridge: string,
  uplink: Link,
  previousConfig: Texts,
): OwnerChange | undefined {
  const paths = Object.keys(previousConfig).map((path) => ({ path }));
  const now = findDefinition(facts.netplan, usersId(netplanId(uplink)));
  const [{ path } = { path: "" }] = now?.places ?? [];
  if (!now || paths.length === 0 || uplink.master === bridge) return undefined;
  const [was, is] = [backendOf({ places: paths }).name, backendOf(now).name];
  return was === is ? undefined : { was, is, path };
}

/**
 * What a NIC is to have once its bridge is gone, and how its owner is told.
 * @throws Refusal where another one has the NIC by now, or its lease can't go back
 */
export function restoration(
  facts: Facts,
  { bridge, there, uplink, previousConfig }: Pick<BridgedSite, "bridge" | "there" | "uplink" | "previousConfig">,
): Restoration {
  const plain = withoutBridge(facts, bridge, { uplink: uplink.name, previousConfig });
  const isStanzas = isOfIfupdown(plain, uplink.name);
  if (!isStanzas) refuseLostStanzas(uplink, previousConfig);
  const entry = isStanzas ? owningDefinition(plain, uplink) : entryBefore(facts, uplink, previousConfig);
  const backend = backendOf(entry);
  const site: BridgedSite = { facts, plain, bridge, there, uplink, previousConfig, entry };
  const { entries, ...files } = backend.renderRestored(site);
  const original = entries ? entryBefore(facts, uplink, entries) : entry;
  const stanza = addressingOf(original);
  const restored = {
    ...files,
    original,
    stanza,
    expected: expectAddressing(stanza),
    acceptsAdvertisements: acceptsAdvertisements(stanza),
  };
  const { unit, owner, isDown = false, ...takeOver } = backend.planTakeBack(site, restored);
  return { ...restored, unit, owner, isDown, takeOver };
}

function otherOwner(facts: Facts, uplink: Link): string {
  const profile = facts.profiles.get(uplink.name);
  if (profile) return ` (NetworkManager has it by ${profile.path || "no file"})`;
  if (facts.networkManager.has(uplink.name)) return " (NetworkManager has it)";
  if (uplink.networkFile) return ` (networkd has it from ${uplink.networkFile})`;
  const ids = definedIds(facts.netplan).map(({ id }) => id);
  return ids.length > 0 ? ` (they have ${ids.join(", ")})` : "";
}
