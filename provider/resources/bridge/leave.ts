import { isDeepStrictEqual } from "node:util";
import ipaddr from "ipaddr.js";
import { owningDefinition } from "../../backends/backends";
import { addressingOf, listOf, type Stanza } from "../../backends/entry/addressing";
import { findDefinition, netplanIn } from "../../backends/entry/definition";
import { acceptsAdvertisements, asksDhcp6, expectAddressing, kernelAddressing } from "../../backends/entry/wanted";
import { bridgeFilesIn, networkFileName } from "../../backends/netplan/bridgeFile";
import { cloudConfigPath, cloudInitGoesOn } from "../../backends/netplan/cloudInit";
import { type Facts, fixedPorts, linkNamed, recordOf } from "../../host/facts/facts";
import type { Link } from "../../host/facts/links";
import type { Change } from "../../host/transaction/change";
import { cidrOf, leasedOf } from "../../host/transaction/readdressing";
import { type Addressing, addressingOn, nothing, together } from "../../kernel/addressingOn";
import { kernelChange } from "../../kernel/kernelChange";
import type { Target } from "../../kernel/target";
import { lossesOf } from "../../plan/impact/losses";
import { demandsOf } from "../../plan/impact/standing";
import type { WantedBridge } from "../../plan/link/differences";
import { presentName } from "../../plan/link/uplink";
import { probesFor } from "../../plan/probes";
import type { Addressing as AddressingInput } from "../../schema/addressing";
import { Refusal } from "../../schema/refusal";
import { type AdoptedBridge, definedOutside, findAdopted, readBridgeParameters } from "./adopted";
import type { BridgePlan } from "./bridgePlan";
import type { BridgeInputs } from "./definition";
import { fileText, recordPath } from "./files";
import { filesGivenBack } from "./givenBack";
import { mtuAgain, routers, undoneBy, withoutAddressesOf } from "./network";
import { needNetwork } from "./site";

export interface LeavePlan extends Omit<BridgePlan, "record"> {
  readonly uplink: Link;
  /** Files that were changed by hand since, and keep that. */
  readonly kept: readonly string[];
}

/** Whether a bridge was there before kvmnet, and is its user's still. Without a record, what kvmnet took away tells. */
export function isAdopted(facts: Facts, name: string, previousConfig: BridgePlan["previousConfig"]): boolean {
  const record = recordOf(facts, name);
  const taken = netplanIn(previousConfig);
  const isFound = record
    ? record.found !== undefined
    : taken.length === 0 || findDefinition(new Map(taken), name) !== undefined;
  return isFound && definedOutside(facts, name) !== undefined;
}

/**
 * A bridge that was there before kvmnet, as its user's files have it, and those files as they were: it is what there was.
 * Undefined where kvmnet has changed nothing of it.
 */
export function planLeave(
  facts: Facts,
  name: string,
  previousConfig: BridgePlan["previousConfig"],
  confirm: BridgeInputs["confirm"],
): LeavePlan | undefined {
  needNetwork(facts, [name]);
  const own = bridgeFilesIn(facts.netplan, name);
  const { files, kept } = filesGivenBack(facts, name, previousConfig);
  if (own.length === 0 && files.size === 0) return undefined;
  const { there, uplink, found } = bridgeOf(facts, name);
  const netplan = new Map([...facts.netplan, ...files]);
  const users = new Map([...netplan].filter(([path]) => !own.includes(path)));
  const definition = findDefinition(users, name) ?? found.userDefinition;
  const wanted = { name, uplink: uplink.name, ...leftBridge(definition, found) };
  const onBridge = addressingOn(facts, there);
  const step = addressingStep(onBridge, addressingOf(found.definition), addressingOf(definition));
  const { transferred, dropped, addressing } = step;
  const losses = lossesOf(facts, { links: [uplink.name, name], ...step });
  // kvmnet's own file is asked whether the MTU is its doing.
  const again = mtuAgain({ ...facts, netplan }, wanted, uplink, owningDefinition({ ...facts, netplan: users }, uplink));
  const timers = { stp: wanted.stp, forwardDelay: wanted.forwardDelay };
  const target: Target = {
    links: [
      { name, macAddress: wanted.macAddress, timers, addressing, dropped, mtu: again?.bridge },
      { name: uplink.name, master: name, mtu: again?.uplink },
    ],
    gone: [],
  };
  const probes = probesFor(facts, losses, wanted.gateways, confirm.probes);
  const { inside, ...demands } = demandsOf(facts, [uplink.name, name], probes, onBridge.addresses);
  const cloud = kept.length === 0 && cloudInitGoesOn(facts, name) ? [cloudConfigPath] : [];
  const change: Change = {
    files,
    remove: [...own, ...cloud.filter((path) => fileText(facts, path) !== undefined), recordPath(name)],
    ...kernelChange(facts, target),
    leaving: dropped.map(cidrOf),
    keepOnApply: [networkFileName(name)],
    keepOnRollback: [networkFileName(name)],
    release: "none",
    ...demands,
    ...undoneBy(confirm),
  };
  const leased = leasedOf(onBridge.addresses);
  const planned = { device: name, dropped, addresses: wanted.addresses, dhcp4: wanted.dhcp4, leased };
  const places = definition.places.map(({ path }) => path);
  return {
    ...{ change, target, uplink, wanted, transferred, planned, config: {}, previousConfig, losses, inside, kept },
    ...{ differences: [...own, ...files.keys()], strays: [], adoptedFiles: places },
  };
}

/** @throws Refusal where a bridge that kvmnet has changed has lost its link or its port */
function bridgeOf(facts: Facts, name: string) {
  const record = recordOf(facts, name);
  const found = findAdopted(facts, name, record);
  const there = linkNamed(facts, name);
  const uplink = linkNamed(facts, presentName(facts, name, record?.uplink ?? "")) ?? fixedPorts(facts, name)[0];
  if (!found || !there || !uplink)
    throw new Refusal(
      `${name} is not there, or has no uplink any more: what its user's files say can't be set. Try netplan apply.`,
    );
  needNetwork(facts, [name, uplink.name]);
  return { found, there, uplink };
}

/** From what netplan gives the bridge now to what it will; nothing is touched where that is the same. */
function addressingStep(onBridge: Addressing, was: Stanza, stanza: Stanza) {
  const before = onBridge.routes;
  if (isDeepStrictEqual(was, stanza))
    return { ...{ was, stanza, before, after: undefined }, transferred: nothing, dropped: [], addressing: undefined };
  const moving = kernelAddressing(readKernelPart(stanza), onBridge);
  return {
    ...{ was, stanza, before, after: moving.routes, transferred: moving },
    dropped: withoutAddressesOf(moving, onBridge.addresses),
    addressing: together(moving, { ...nothing, addresses: routers(onBridge) }),
  };
}

/** The link as its user's files have it. */
function leftBridge(
  definition: AdoptedBridge["userDefinition"],
  { macAddress }: AdoptedBridge,
): Omit<WantedBridge, "name" | "uplink"> {
  return {
    macAddress,
    mtu: undefined,
    ...readBridgeParameters(definition),
    ...expectAddressing(addressingOf(definition)),
  };
}

/** What the kernel can be given of a stanza before networkd has read it; the rest of it is networkd's alone. */
function readKernelPart(stanza: Stanza): AddressingInput {
  const { dhcp4, addresses } = expectAddressing(stanza);
  const listed = listOf(stanza.routes) as Stanza[];
  const old = [
    { to: "default", via: stanza.gateway4 },
    { to: "default", via: stanza.gateway6 },
  ];
  const routes = [...old, ...listed].flatMap(({ to, via, metric, ...rest }: Stanza) => {
    const isPlain = Object.keys(rest).every((key) => key === "type" || key === "scope");
    const isNetwork = to === "default" || (typeof to === "string" && ipaddr.isValidCIDR(to));
    if (!isPlain || !isNetwork || typeof via !== "string" || !ipaddr.isValid(via)) return [];
    return [{ to: String(to), via, ...(typeof metric === "number" && { metric }) }];
  });
  return {
    dhcp4,
    dhcp6: asksDhcp6(stanza),
    acceptRa: acceptsAdvertisements(stanza),
    addresses: [...addresses],
    routes,
  };
}
