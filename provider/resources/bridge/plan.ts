import { type Address, type Facts, type Link, linkNamed, ports, type Route, runningOn } from "../../host/facts/facts";
import type { Change } from "../../host/transaction/change";
import { owningDefinition } from "../../plan/addressing/owner";
import { cidrOf, leasedOf, type PlannedAddresses } from "../../plan/addressing/readdressing";
import { asksDhcp6, kernelAddressing, learns, promised, stanzaOf } from "../../plan/addressing/wanted";
import { type Addressing, addressingOn, bridgeAsItIs, putOn, takeOff, toBridge, toUplink } from "../../plan/link/batch";
import { missing, naturalMtu, unlikeMtu, type WantedBridge } from "../../plan/link/missing";
import { type StrayTap, strayTaps } from "../../plan/link/taps";
import { presentName, resolveUplink } from "../../plan/link/uplink";
import { addressingOf, type Stanza, withoutAddressing } from "../../plan/netplan/addressing";
import { bridgeFilePath, bridgeFileText, networkFileName } from "../../plan/netplan/bridgeFile";
import { withoutCloudInit } from "../../plan/netplan/cloudInit";
import { findDefinition, type NetplanDefinition } from "../../plan/netplan/definition";
import { asksDhcp, identityPath, identityText } from "../../plan/netplan/identity";
import { mtuOfItsOwn } from "../../plan/netplan/mtu";
import { probesFor } from "../../plan/probes";
import { Refusal } from "../../plan/refusal";
import { handsOver } from "../stack";
import type { BridgeInputs } from "./definition";
import { changeFound, foundBridge, refuseOtherPorts } from "./found";

/** All that a change of a bridge is: decided from the host's facts, nothing read or written here. */
export interface BridgePlan {
  readonly change: Change;
  readonly uplink: Link;
  readonly wanted: WantedBridge;
  /** What goes over from one link to the other. */
  readonly moving: Addressing;
  /** The addresses that the host is reached at, before and after. */
  readonly planned: PlannedAddresses;
  /** The files that kvmnet writes as its own. */
  readonly config: Readonly<Record<string, string>>;
  readonly previousConfig: Readonly<Record<string, string>>;
  /** What kvmnet keeps of the bridge on the host. */
  readonly record: string;
  /** How the host differs from the wanted state now; none: there is nothing to do. */
  readonly differences: readonly string[];
  /** The user's files that define a bridge which was there before kvmnet; of one that it made, none. */
  readonly found: readonly string[];
  /** TAPs of running VMs that are not in the bridge: among the differences, a sentence each. */
  readonly strays: readonly StrayTap[];
}

export function recordPath(bridge: string): string {
  return `/var/lib/kvmnet/bridges/${bridge}.json`;
}

/**
 * To the bridge as wanted, from whatever there is: nothing, or the bridge of an earlier change. A resource that is new
 * `takes` it from an earlier one of its stack.
 */
export function planBridge(facts: Facts, inputs: BridgeInputs, owner: string, takes = false): BridgePlan {
  const { name } = inputs;
  const record = ownRecord(facts, name, owner, takes);
  const found = foundBridge(facts, name, record);
  const uplink = resolveUplink(facts, name, inputs.uplink ?? record?.uplink);
  if (record && uplink.name !== record.uplink) {
    throw new Refusal(
      `uplink: ${name} is on ${record.uplink}; move it to ${uplink.name} by itself, without another change of its name or its resource's.`,
    );
  }
  const definition = owningDefinition(
    { ...facts, netplan: new Map([...facts.netplan, ...netplanIn(record?.previousConfig)]) },
    uplink,
  );
  if (found) refuseOtherPorts(facts, found, uplink, definition.id);
  const foundChange = found && changeFound(facts, inputs, found, definition);
  const netplan = new Map([...facts.netplan, ...(foundChange?.stripped ?? [])]);
  const current = findDefinition(netplan, definition.id);
  // A port of a bridge that was found may say for itself that it has no addressing.
  const stripped = current && !(found && isBare(current)) ? withoutAddressing(current) : new Map<string, string>();
  const previousConfig =
    record?.previousConfig ??
    Object.fromEntries(found ? [] : [...stripped.keys()].map((path) => [path, facts.netplan.get(path) ?? ""]));

  const stanza =
    foundChange?.stanza ?? (inputs.addressing === "inherit" ? addressingOf(definition) : stanzaOf(inputs.addressing));
  const promise = promised(stanza);
  const wanted: WantedBridge = {
    name,
    uplink: uplink.name,
    macAddress: inputs.macAddress ?? found?.macAddress ?? uplink.mac,
    stp: inputs.stp,
    forwardDelay: inputs.forwardDelay,
    mtu: inputs.mtu,
    ...promise,
  };
  const config: Readonly<Record<string, string>> = {
    ...(foundChange?.config ?? {
      [bridgeFilePath(name)]: bridgeFileText({ ...wanted, port: definition, addressing: stanza }),
      ...identity(facts, name, uplink, stanza),
    }),
    ...withoutCloudInit(facts, [
      ...Object.keys(previousConfig),
      ...stripped.keys(),
      ...(foundChange?.stripped.keys() ?? []),
    ]),
  };
  const files = new Map([
    ...(foundChange?.stripped ?? []),
    ...stripped,
    ...Object.entries(config).filter(([path, text]) => fileText(facts, path) !== text),
  ]);
  const differences = [
    ...missing(facts, wanted),
    ...unlikeMtu(facts, wanted),
    ...[...stripped.keys()].map((path) => `${path} gives the port ${uplink.name} addressing of its own`),
    ...[...(foundChange?.stripped.keys() ?? [])].map((path) => `${path} gives ${name} another addressing`),
    ...Object.keys(config).flatMap((path) => {
      const text = fileText(facts, path);
      return text === undefined
        ? [`${path} is not there`]
        : text === config[path]
          ? []
          : [`${path} was changed by hand`];
    }),
  ];
  const asFound = found && { files: found.own.places.map(({ path }) => path), macAddress: found.macAddress };
  const remembered = { ...(asFound && { found: asFound }), ...(record?.moved && { moved: true }) };
  const recorded = `${JSON.stringify({ owner, uplink: uplink.name, previousConfig, ...remembered })}\n`;
  files.set(recordPath(name), recorded);

  const present = linkNamed(facts, name);
  const onUplink = addressingOn(facts, uplink);
  const onBridge = present ? addressingOn(facts, present) : { addresses: [], routes: [] };
  // A bridge with addresses has the host's already: what a hand put on its port since goes away, not over.
  const inherited = onBridge.addresses.length > 0 ? { addresses: [], routes: [] } : onUplink;
  const moving = inputs.addressing === "inherit" ? inherited : kernelAddressing(inputs.addressing, onUplink);
  const leaving = inputs.addressing === "inherit" ? [] : notIn(moving, [...onBridge.addresses, ...onUplink.addresses]);
  // What DHCP gave leaves only once it gives another one.
  const lease = promise.dhcp4 ? present?.lease?.address : undefined;
  const going = leaving.filter(({ local }) => local !== lease);
  // A router's own goes where its advertisements are not taken any more.
  const stays = (route: Route) => route.protocol !== "ra" || learns(stanza);
  const before = [...onUplink.routes, ...onBridge.routes]
    .filter((route) => route.destination === "default" && stays(route))
    .map((route) => route.gateway);
  const change: Change = {
    files,
    remove: [],
    apply: [...toBridge(wanted, moving, going, onBridge.addresses), ...mtuAgain(facts, wanted, uplink, definition)],
    leaving: leaving.map(cidrOf),
    tidy: [
      ...takeOff(uplink.name, onUplink.addresses),
      ...strayTaps(facts, name).map(({ tap }) => `link set dev ${tap} master ${name}`),
    ],
    rollback: present
      ? [
          ...bridgeAsItIs(present, uplink, onBridge, [...moving.addresses, ...leaving]),
          ...(uplink.master === name ? putOn(uplink.name, onUplink.addresses) : toUplink(uplink, onUplink)),
        ]
      : toUplink(uplink, onUplink),
    createOnApply: present ? [] : [name],
    createOnRollback: [],
    deleteOnApply: [],
    deleteOnRollback: present ? [] : [name],
    keepOnApply: [networkFileName(name)],
    keepOnRollback: [
      ...(present ? [networkFileName(name)] : []),
      ...(!present || onUplink.addresses.length > 0 ? [networkFileName(definition.id)] : []),
    ],
    release: uplink.master === name ? "none" : "rollback",
    ...probesFor(facts, before, promise.gateways, inputs.confirm.probes),
    timeout: inputs.confirm.timeout,
  };
  const leased = leasedOf([...onBridge.addresses, ...onUplink.addresses]);
  const planned = { device: name, leaving, addresses: promise.addresses, dhcp4: promise.dhcp4, leased };
  return {
    change,
    uplink,
    wanted,
    moving,
    planned,
    config,
    previousConfig,
    record: recorded,
    differences,
    found: found?.own.places.map(({ path }) => path) ?? [],
    strays: present?.kind === "bridge" ? strayTaps(facts, name) : [],
  };
}

/** Where the program says none, but a hand did, or the program before. */
function mtuAgain(facts: Facts, wanted: WantedBridge, uplink: Link, definition: NetplanDefinition): string[] {
  if (wanted.mtu !== undefined) return [];
  const own = mtuOfItsOwn(facts, wanted.name, uplink, definition);
  const unlike = own !== uplink.mtu || unlikeMtu(facts, wanted).length > 0;
  const links = facts.links.map((link) => (link.name === uplink.name ? { ...link, mtu: own } : link));
  return unlike
    ? [
        ...(own === uplink.mtu ? [] : [`link set dev ${uplink.name} mtu ${own}`]),
        `link set dev ${wanted.name} mtu ${naturalMtu({ ...facts, links }, wanted.name)}`,
      ]
    : [];
}

/** Whether a definition gives no address, as far as netplan's files say. */
function isBare(definition: NetplanDefinition): boolean {
  const stanza = addressingOf(definition);
  const { dhcp4, addresses } = promised(stanza);
  return !dhcp4 && !asksDhcp6(stanza) && addresses.length === 0;
}

/** Addresses that an addressing does not have. What a router has a host make comes again. */
export function notIn(addressing: Addressing, addresses: readonly Address[]): Address[] {
  const known = new Set(addressing.addresses.map(cidrOf));
  return addresses.filter((one) => !(one.family === "inet6" && one.dynamic) && !known.has(cidrOf(one)));
}

/** Names of VMs that run on a bridge. */
export function runningVms(facts: Facts, bridge: string): string[] {
  return runningOn(facts, new Set(ports(facts, bridge).map((port) => port.name))).map((domain) => domain.name);
}

export function ownRecord(facts: Facts, name: string, owner: string, takes: boolean) {
  const record = facts.records.get(name);
  if (record && record.owner !== owner && !(takes && handsOver(record.owner, owner))) {
    throw new Refusal(
      `name: the bridge ${name} belongs to ${record.owner}. Take another name, or destroy it there first.`,
    );
  }
  return record && { ...record, uplink: presentName(facts, name, record.uplink) };
}

/** What a DHCP server knows the host by, kept on the bridge. */
function identity(facts: Facts, bridge: string, uplink: Link, stanza: Stanza): Record<string, string> {
  const path = identityPath(bridge);
  const kept = facts.networkd.get(path);
  const asks = asksDhcp(stanza, linkNamed(facts, bridge) ?? uplink);
  const text = asks && kept !== undefined ? kept : identityText(stanza, uplink);
  return text === undefined ? {} : { [path]: text };
}

/** Of the files as they were before, netplan's. */
export function netplanIn(previousConfig: BridgePlan["previousConfig"] = {}): [string, string][] {
  return Object.entries(previousConfig).filter(([path]) => path.endsWith(".yaml"));
}

export function fileText(facts: Facts, path: string): string | undefined {
  return facts.netplan.get(path) ?? facts.networkd.get(path) ?? facts.cloudConfig.get(path);
}
