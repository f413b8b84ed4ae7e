import { type Address, type Facts, fixedPorts, type Link, linkNamed, ports, type Route } from "../../host/facts/facts";
import type { Change } from "../../host/transaction/change";
import { owningDefinition } from "../../plan/addressing/owner";
import { cidrOf, isLeased, leasedOf } from "../../plan/addressing/readdressing";
import { learns, type Promised, promised } from "../../plan/addressing/wanted";
import { addressingOn, takeOff, toBridge, toUplink } from "../../plan/link/batch";
import type { WantedBridge } from "../../plan/link/missing";
import { addressingOf, withAddressing, withoutAddressing } from "../../plan/netplan/addressing";
import { bridgeFilePath, networkFileName } from "../../plan/netplan/bridgeFile";
import { cloudConfigPath, cloudInitGoesOn, withoutCloudInit } from "../../plan/netplan/cloudInit";
import { findDefinition, type NetplanDefinition } from "../../plan/netplan/definition";
import { identityPath } from "../../plan/netplan/identity";
import { mtuOfItsOwn } from "../../plan/netplan/mtu";
import { probesFor } from "../../plan/probes";
import { Refusal } from "../../plan/refusal";
import type { BridgeInputs } from "./definition";
import { foundBridge } from "./found";
import { handedOver } from "./handOver";
import { type BridgePlan, fileText, netplanIn, recordPath } from "./plan";

export interface RestorePlan extends Omit<BridgePlan, "record">, Pick<Restored, "kept"> {
  /** netplan's id of the uplink. */
  readonly id: string;
}

/** What a NIC is to have once its bridge is gone. */
export interface Restored {
  readonly files: ReadonlyMap<string, string>;
  /** Files that were changed by hand since, and keep that. */
  readonly kept: readonly string[];
  /** The NIC's definition in netplan's files. */
  readonly original: NetplanDefinition;
  readonly promise: Promised;
  /** Whether it takes routers' advertisements. */
  readonly learning: boolean;
}

/** Back to the NIC with what it had before the bridge. A bridge that was found has no such: its own addressing goes to the NIC. */
export function planRestore(
  facts: Facts,
  name: string,
  previousConfig: Readonly<Record<string, string>>,
  confirm: BridgeInputs["confirm"],
): RestorePlan {
  const record = facts.records.get(name);
  const bridge = linkNamed(facts, name);
  const uplink = fixedPorts(facts, name)[0] ?? linkNamed(facts, record?.uplink ?? "");
  if (!uplink) throw new Refusal(`${name} has no uplink any more; there is no NIC to give its addressing to.`);
  const moving = bridge ? addressingOn(facts, bridge) : { addresses: [], routes: [] };
  // One that was imported has no record until it is changed.
  const isFound = record ? record.found !== undefined : Object.keys(previousConfig).length === 0;
  const found = isFound ? foundBridge(facts, name, record) : undefined;
  const { files, kept, original, promise, learning } = found
    ? handedOver(facts, uplink, found)
    : restoredFiles(facts, uplink, previousConfig);
  const { id } = original;
  // Where a bridge was found, or moved, cloud-init's file gets what cloud-init would overwrite.
  const cloud = !found && !record?.moved && cloudInitGoesOn(facts, name) ? [cloudConfigPath] : [];
  const own = [bridgeFilePath(name), identityPath(name), ...cloud].filter(
    (path) => fileText(facts, path) !== undefined,
  );
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
  const gateways = moving.routes
    .filter((route) => route.destination === "default" && isPromised(promise, learning, route))
    .map((route) => route.gateway);
  const taps = ports(facts, name).filter((port) => port.kind === "tun");
  const change: Change = {
    files: found ? new Map([...files, ...Object.entries(withoutCloudInit(facts, files.keys()))]) : files,
    remove: [...own, recordPath(name)],
    apply: toUplink({ ...uplink, mtu: mtuOfItsOwn(facts, name, uplink, original) }, moving),
    leaving: leaving.map(cidrOf),
    tidy: takeOff(name, moving.addresses),
    rollback: [
      ...(bridge ? toBridge(wanted, moving) : []),
      ...taps.map((tap) => `link set dev ${tap.name} master ${name}`),
    ],
    createOnApply: [],
    createOnRollback: bridge ? [name] : [],
    deleteOnApply: bridge ? [name] : [],
    deleteOnRollback: [],
    keepOnApply: [networkFileName(id)],
    keepOnRollback: [networkFileName(name)],
    release: "apply",
    ...probesFor(facts, gateways, [], confirm.probes),
    timeout: confirm.timeout,
  };
  const leased = leasedOf(moving.addresses);
  const planned = { device: uplink.name, leaving, addresses: promise.addresses, dhcp4: promise.dhcp4, leased };
  return {
    ...{ change, uplink, wanted, moving, planned, config: {}, previousConfig, differences: [], strays: [], id, kept },
    found: found?.own.places.map(({ path }) => path) ?? [],
  };
}

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
function restoredFiles(facts: Facts, uplink: Link, previousConfig: Readonly<Record<string, string>>): Restored {
  const original = owningDefinition(
    { ...facts, netplan: new Map([...facts.netplan, ...netplanIn(previousConfig)]) },
    uplink,
  );
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
  return { files, kept: changed, original, promise: promised(stanza), learning: learns(stanza) };
}
