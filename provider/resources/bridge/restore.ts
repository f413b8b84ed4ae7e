import { addressingOf, type Stanza, withAddressing, withoutAddressing } from "../../backends/entry/addressing";
import { findDefinition, type NetplanDefinition } from "../../backends/entry/definition";
import { asksDhcp6, learns, type Promised, promised } from "../../backends/entry/wanted";
import { handOver } from "../../backends/ifupdown/handOver";
import { ifupdownOf, isIfupdowns, isOfIfupdown, refuseDhcp6, withoutBridge } from "../../backends/ifupdown/owner";
import { bridgeFilesIn, networkFileName } from "../../backends/netplan/bridgeFile";
import { cloudConfigPath, cloudInitGoesOn } from "../../backends/netplan/cloudInit";
import { identityPath } from "../../backends/netplan/identity";
import { mtuOfItsOwn } from "../../backends/netplan/mtu";
import { isPattern, portEntry } from "../../backends/netplan/pattern";
import { bridgeUnit, entriesBefore, isUnit, portUnits, unitFilesIn } from "../../backends/networkd/units";
import { leaseOver } from "../../backends/networkManager/lease";
import { isProfiles } from "../../backends/networkManager/owner";
import { profilesNow, profilesOf, uuidOf } from "../../backends/networkManager/profiles";
import { owningDefinition } from "../../backends/owner";
import {
  type Address,
  type Facts,
  fixedPorts,
  type Link,
  linkNamed,
  type Route,
  recordOf,
} from "../../host/facts/facts";
import { ifupdownFolder } from "../../host/facts/inIfupdownsWords";
import { wholeUnit } from "../../host/facts/networkUnit";
import type { Change } from "../../host/transaction/change";
import { cidrOf, isLeased, leasedOf } from "../../host/transaction/readdressing";
import { addressingOn, nothing } from "../../kernel/addressingOn";
import { kernelChange } from "../../kernel/transition";
import { lossesOf } from "../../plan/impact/losses";
import { demandsOf } from "../../plan/impact/standing";
import { sysctlPath } from "../../plan/impact/sysctls";
import type { WantedBridge } from "../../plan/link/missing";
import { presentName } from "../../plan/link/uplink";
import { probesFor } from "../../plan/probes";
import { Refusal } from "../../schema/refusal";
import type { BridgePlan } from "./bridgePlan";
import type { BridgeInputs } from "./definition";
import { fileText, recordPath } from "./files";
import { undoneBy } from "./network";
import { needNetwork } from "./site";
import { vlanDropInsIn } from "./vlans";

export interface RestorePlan extends Omit<BridgePlan, "record">, Pick<Restored, "kept"> {
  readonly uplink: Link;
  /** networkd's file of the uplink; of NetworkManager, its profile. */
  readonly unit: string;
}

/** What a NIC is to have once its bridge is gone. */
export interface Restored {
  readonly files: ReadonlyMap<string, string>;
  /** Files that were changed by hand since, and keep that. */
  readonly kept: readonly string[];
  /** The NIC's definition in netplan's files. */
  readonly original: NetplanDefinition;
  readonly promise: Promised;
  readonly stanza: Stanza;
  /** Whether it takes routers' advertisements. */
  readonly learning: boolean;
}

/** Back to the NIC with what it had before the bridge. */
export function planRestore(
  facts: Facts,
  name: string,
  previousConfig: Readonly<Record<string, string>>,
  confirm: BridgeInputs["confirm"],
): RestorePlan {
  needNetwork(facts, [name]);
  const record = recordOf(facts, name);
  const bridge = linkNamed(facts, name);
  const uplink = linkNamed(facts, presentName(facts, name, record?.uplink ?? "")) ?? fixedPorts(facts, name)[0];
  if (!uplink) throw new Refusal(`${name} has no uplink any more; there is no NIC to give its addressing to.`);
  needNetwork(facts, [name, uplink.name]);
  const moving = bridge ? addressingOn(facts, bridge) : nothing;
  const { files, kept, original, promise, learning, stanza } = restoredFiles(facts, name, uplink, previousConfig);
  const dropIns = vlanDropInsIn(facts, name, [portEntry(original, uplink).id]);
  // Where a bridge was moved, cloud-init's file gets what cloud-init would overwrite.
  const cloud = !record?.moved && cloudInitGoesOn(facts, name) ? [cloudConfigPath] : [];
  const unit = bridgeUnit(facts, name);
  const own = [
    ...new Set([
      ...bridgeFilesIn(facts.netplan, name),
      ...unitFilesIn(facts.networkd.keys(), name),
      ...profilesOf(facts, name),
    ]),
    ...dropIns,
    ...[...(unit === networkFileName(name) ? [identityPath(unit)] : []), sysctlPath(name), ...cloud].filter(
      (path) => fileText(facts, path) !== undefined,
    ),
  ];
  const leaving = moving.addresses.filter((address) => isOnlyOf(facts, name, address, promise));
  const wanted: WantedBridge = {
    name,
    uplink: uplink.name,
    macAddress: bridge?.mac ?? uplink.mac,
    stp: bridge?.stp ?? false,
    forwardDelay: bridge?.forwardDelay ?? 0,
    mtu: undefined,
    ...promise,
  };
  const entry = findDefinition(facts.netplan, name);
  const losses = lossesOf(facts, {
    links: [uplink.name, name],
    before: moving.routes,
    after: moving.routes.filter((route) => route.destination !== "default" || isPromised(promise, learning, route)),
    was: entry ? addressingOf(entry) : {},
    stanza,
  });
  const target = {
    links: [{ name: uplink.name, master: null, mtu: mtuOfItsOwn(facts, name, uplink, original), addressing: moving }],
    gone: [name],
  };
  const demanded = probesFor(facts, losses, [], confirm.probes);
  const { inside, ...demands } = demandsOf(facts, [uplink.name, name], demanded, moving.addresses);
  const change: Change = {
    files,
    remove: [...own, recordPath(name)],
    ...kernelChange(facts, target),
    owner: isIfupdowns(original) ? ifupdownOf(facts) : isProfiles(original) ? "NetworkManager" : undefined,
    ...(isIfupdowns(original) &&
      promise.dhcp4 &&
      bridge && { handOver: handOver(facts, name, uplink.name, uplink.mac) }),
    // Where it has none, NetworkManager asks anew.
    ...(isProfiles(original) &&
      promise.dhcp4 &&
      bridge?.lease && { handOver: leaseOver(facts, name, uplink.name, uplink.mac) }),
    leaving: leaving.map(cidrOf),
    keepOnApply: portUnits(original, uplink),
    keepOnRollback: [unit],
    release: "apply",
    ...demands,
    ...undoneBy(confirm),
    ...(isProfiles(original) && {
      keepOnApply: [`${uplink.name} ${uuidOf(files.get(unitOf(original)) ?? facts.keyfiles.get(unitOf(original)))}`],
      keepOnRollback: profilesNow(facts, [name, uplink.name]),
    }),
  };
  const leased = leasedOf(moving.addresses);
  const planned = { device: uplink.name, leaving, addresses: promise.addresses, dhcp4: promise.dhcp4, leased };
  return {
    ...{
      change,
      target,
      uplink,
      wanted,
      moving,
      planned,
      config: {},
      previousConfig,
      differences: [],
      losses,
      inside,
      strays: [],
      unit: isProfiles(original) ? unitOf(original) : (portUnits(original, uplink)[0] ?? ""),
      kept,
    },
    found: [],
  };
}

const unitOf = ({ places }: NetplanDefinition) => places[0]?.path ?? "";

/** Whether the old configuration has the default route too, or does not say. */
function isPromised({ gateways }: Promised, learning: boolean, { family, gateway, protocol }: Route): boolean {
  const said = gateways.filter((one) => one.includes(":") === (family === "inet6"));
  return said.length > 0 ? said.includes(gateway ?? "") : protocol !== "ra" || learning;
}

/** Whether an address comes from the bridge's own file, and the NIC's does not have it. What no file says stays. */
function isOnlyOf(facts: Facts, bridge: string, address: Address, original: Promised): boolean {
  if (original.addresses.includes(cidrOf(address))) return false;
  if (isLeased(address)) return !original.dhcp4;
  const definition = findDefinition(facts.netplan, bridge);
  return definition !== undefined && promised(addressingOf(definition)).addresses.includes(cidrOf(address));
}

/** The original files byte for byte; into one that was changed by hand since, only the addressing goes back. */
function restoredFiles(
  facts: Facts,
  bridge: string,
  uplink: Link,
  previousConfig: Readonly<Record<string, string>>,
): Restored {
  const plain = withoutBridge(facts, bridge, { uplink: uplink.name, previousConfig });
  if (isOfIfupdown(plain, uplink.name)) return stanzasAgain(facts, plain, uplink);
  const theirs = Object.keys(previousConfig).find((path) => path.startsWith(ifupdownFolder));
  if (theirs !== undefined)
    throw new Refusal(
      `uplink: ${uplink.name} was ifupdown's by ${theirs}, and netplan's files name it now, or networkd has it. Take it out there, and ${theirs} has it again.`,
    );
  const before = new Map([...facts.netplan, ...entriesBefore(previousConfig, uplink)]);
  const original = owningDefinition({ ...facts, netplan: before }, uplink);
  if (isProfiles(original)) return profileAgain(facts, uplink, previousConfig);
  if (isUnit(original)) return ownAgain(facts, uplink, previousConfig);
  if (isPattern(original)) return matchedAgain(facts, uplink);
  const stripped = withoutAddressing(original);
  const changed = Object.keys(previousConfig).filter(
    (path) =>
      facts.netplan.get(path) !== undefined &&
      facts.netplan.get(path) !== stripped.get(path) &&
      facts.netplan.get(path) !== previousConfig[path],
  );
  const stanza = addressingOf(original);
  const files = new Map(Object.entries(previousConfig));
  const current = findDefinition(facts.netplan, original.id);
  for (const path of changed) {
    const place = original.places.find((one) => one.path === path);
    const here = current?.places.filter((one) => one.path === path);
    if (!place || !here?.length) continue;
    const text = withAddressing({ ...original, places: here }, addressingOf({ ...original, places: [place] })).get(
      path,
    );
    if (text !== undefined) files.set(path, text);
  }
  return { files, kept: changed, original, promise: promised(stanza), stanza, learning: learns(stanza) };
}

/** A NIC that ifupdown has by its own stanzas again: kvmnet's part goes out of the file, whatever else is in it now. */
function stanzasAgain(facts: Facts, plain: Facts, uplink: Link): Restored {
  const original = owningDefinition(plain, uplink);
  const stanza = addressingOf(original);
  const where = original.places.map(({ path }) => path).join(", ");
  if (asksDhcp6(stanza)) refuseDhcp6(uplink.name, where);
  const files = new Map([...plain.interfaces].filter(([path, text]) => facts.interfaces.get(path) !== text));
  return { files, kept: [], original, promise: promised(stanza), stanza, learning: learns(stanza) };
}

/** A NIC that networkd has from the user's file again, as that is now; where it is gone, as it was. */
function ownAgain(facts: Facts, uplink: Link, previousConfig: BridgePlan["previousConfig"]): Restored {
  const path = Object.keys(previousConfig).find((one) => one.endsWith(".network")) ?? "";
  const present = wholeUnit(facts.networkUnits, path);
  const isThere = facts.networkUnits.has(path);
  const now = isThere ? Object.fromEntries(present) : previousConfig;
  const files = new Map(isThere ? [] : Object.entries(previousConfig));
  const entries = new Map([...facts.netplan, ...entriesBefore(now, uplink)]);
  const original = owningDefinition({ ...facts, netplan: entries }, uplink);
  const stanza = addressingOf(original);
  return { files, kept: [], original, promise: promised(stanza), stanza, learning: learns(stanza) };
}

/** A NIC that NetworkManager has by the user's profile again, as that is now; where it is gone, as it was. */
function profileAgain(facts: Facts, uplink: Link, previousConfig: BridgePlan["previousConfig"]): Restored {
  const texts = Object.entries(previousConfig).map(([path, text]) => [path, facts.keyfiles.get(path) ?? text] as const);
  const files = new Map(texts.filter(([path]) => !facts.keyfiles.has(path)));
  const entries = new Map([...facts.netplan, ...entriesBefore(Object.fromEntries(texts), uplink)]);
  const original = owningDefinition({ ...facts, netplan: entries }, uplink);
  const stanza = addressingOf(original);
  return { files, kept: [], original, promise: promised(stanza), stanza, learning: learns(stanza) };
}

/** A NIC that is matched by a pattern again, as that is now: it stands in the user's file as it did. */
function matchedAgain(facts: Facts, uplink: Link): Restored {
  const original = owningDefinition(facts, uplink);
  const stanza = addressingOf(original);
  return { files: new Map(), kept: [], original, promise: promised(stanza), stanza, learning: learns(stanza) };
}
