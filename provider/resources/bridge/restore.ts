import type { Restored } from "../../backends/backend";
import { ownerChange, restoration } from "../../backends/backends";
import { bridgeFilesOf } from "../../backends/bridgeFiles";
import { addressingOf } from "../../backends/entry/addressing";
import { findDefinition } from "../../backends/entry/definition";
import { type ExpectedAddressing, expectAddressing } from "../../backends/entry/wanted";
import { cloudConfigPath, cloudInitGoesOn } from "../../backends/netplan/cloudInit";
import { uplinkMtuWithoutBridge } from "../../backends/netplan/mtu";
import { portEntry } from "../../backends/netplan/pattern";
import { type Facts, fixedPorts, linkNamed, recordOf } from "../../host/facts/facts";
import type { Address, Link, Route } from "../../host/facts/links";
import type { BridgeRecord } from "../../host/facts/records";
import type { Change } from "../../host/transaction/change";
import { cidrOf, isLeased, leasedOf } from "../../host/transaction/readdressing";
import { type Addressing, addressingOn, nothing, together } from "../../kernel/addressingOn";
import { kernelChange } from "../../kernel/kernelChange";
import { type Losses, lossesOf } from "../../plan/impact/losses";
import { demandsOf } from "../../plan/impact/standing";
import { sysctlPath } from "../../plan/impact/sysctls";
import type { WantedBridge } from "../../plan/link/differences";
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

/** Back to the NIC with what it had before the bridge. */
export function planRestore(
  facts: Facts,
  name: string,
  previousConfig: Readonly<Record<string, string>>,
  confirm: BridgeInputs["confirm"],
): RestorePlan {
  const { record, bridge, uplink } = bridgedNic(facts, name);
  const onBridge = bridge ? addressingOn(facts, bridge) : nothing;
  // A NIC that is no port of it any more has what it has from somebody else.
  const transferred = uplink.master === name ? onBridge : together(addressingOn(facts, uplink), onBridge);
  const another = ownerChange(facts, name, uplink, previousConfig);
  const site = { bridge: name, there: bridge, uplink, previousConfig: another ? {} : previousConfig };
  const restored = restoration(facts, site);
  const { files, kept, original, expected, owner, takeOver, unit, isDown } = restored;
  const dropped = transferred.addresses.filter((address) => isOnlyOf(facts, name, address, expected));
  const wanted: WantedBridge = {
    name,
    uplink: uplink.name,
    macAddress: bridge?.mac ?? uplink.mac,
    stp: bridge?.stp ?? false,
    forwardDelay: bridge?.forwardDelay ?? 0,
    mtu: undefined,
    ...expected,
  };
  const losses = lossesOfRestore(facts, name, uplink, transferred, restored);
  const target = {
    links: [
      {
        ...{
          name: uplink.name,
          master: null,
          mtu: uplinkMtuWithoutBridge(facts, name, uplink, original),
          addressing: transferred,
        },
        ...(isDown && { up: false }),
      },
    ],
    gone: [name],
  };
  const demanded = probesFor(facts, losses, [], confirm.probes);
  const { inside, ...demands } = demandsOf(facts, [uplink.name, name], demanded, transferred.addresses);
  const change: Change = {
    files,
    remove: [...filesToRemove(facts, name, [portEntry(original, uplink).id], record), recordPath(name)],
    ...kernelChange(facts, target),
    owner,
    ...(takeOver.handOver && { handOver: takeOver.handOver }),
    leaving: dropped.map(cidrOf),
    keepOnApply: takeOver.keepOnApply,
    keepOnRollback: takeOver.keepOnRollback,
    release: "apply",
    ...demands,
    ...undoneBy(confirm),
  };
  const leased = leasedOf(transferred.addresses);
  const planned = { device: uplink.name, dropped, addresses: expected.addresses, dhcp4: expected.dhcp4, leased };
  return {
    ...{ change, target, uplink, unit, wanted, transferred, planned, losses, inside, kept },
    ...{ config: {}, previousConfig, differences: [], strays: [] },
    adoptedFiles: [],
  };
}

/** @throws Refusal of a bridge that has lost its NIC */
function bridgedNic(facts: Facts, name: string) {
  needNetwork(facts, [name]);
  const record = recordOf(facts, name);
  const bridge = linkNamed(facts, name);
  const uplink = linkNamed(facts, presentName(facts, name, record?.uplink ?? "")) ?? fixedPorts(facts, name)[0];
  if (!uplink) throw new Refusal(`${name} has no uplink any more; there is no NIC to give its addressing to.`);
  needNetwork(facts, [name, uplink.name]);
  return { record, bridge, uplink };
}

/** What kvmnet wrote for the bridge, and nobody needs without it. */
function filesToRemove(
  facts: Facts,
  name: string,
  portIds: readonly string[],
  record: BridgeRecord | undefined,
): string[] {
  // Where a bridge was moved, cloud-init's file gets what cloud-init would overwrite.
  const cloud = !record?.moved && cloudInitGoesOn(facts, name) ? [cloudConfigPath] : [];
  return [
    ...bridgeFilesOf(facts, name),
    ...vlanDropInsIn(facts, name, portIds),
    ...[sysctlPath(name), ...cloud].filter((path) => fileText(facts, path) !== undefined),
  ];
}

function lossesOfRestore(
  facts: Facts,
  name: string,
  uplink: Link,
  { routes }: Addressing,
  { expected, acceptsAdvertisements, stanza }: Restored,
): Losses {
  const entry = findDefinition(facts.netplan, name);
  return lossesOf(facts, {
    links: [uplink.name, name],
    before: routes,
    after: routes.filter(
      (route) => route.destination !== "default" || isExpected(expected, acceptsAdvertisements, route),
    ),
    was: entry ? addressingOf(entry) : {},
    stanza,
  });
}

/** Whether the old configuration has the default route too, or does not say. */
function isExpected(
  { gateways }: ExpectedAddressing,
  learning: boolean,
  { family, gateway, protocol }: Route,
): boolean {
  const said = gateways.filter((one) => one.includes(":") === (family === "inet6"));
  return said.length > 0 ? said.includes(gateway ?? "") : protocol !== "ra" || learning;
}

/** Whether an address comes from the bridge's own file, and the NIC's does not have it. What no file says stays. */
function isOnlyOf(facts: Facts, bridge: string, address: Address, original: ExpectedAddressing): boolean {
  if (original.addresses.includes(cidrOf(address))) return false;
  if (isLeased(address)) return !original.dhcp4;
  const definition = findDefinition(facts.netplan, bridge);
  return definition !== undefined && expectAddressing(addressingOf(definition)).addresses.includes(cidrOf(address));
}
