import type { Configuration, Handling } from "../../backends/backend";
import { backendOf, entryBefore, handlingOf, type OwnerChange, ownerChange } from "../../backends/backends";
import { addressingOf, type Stanza } from "../../backends/entry/addressing";
import { findDefinition, type NetplanDefinition } from "../../backends/entry/definition";
import { withoutBridge } from "../../backends/ifupdown/owner";
import { refuseKeys, refusePattern } from "../../backends/netplan/refuse";
import { refuseUnkept } from "../../backends/networkManager/handMade";
import { isProfiles } from "../../backends/networkManager/owner";
import { type Facts, linkNamed, recordOf } from "../../host/facts/facts";
import type { Link } from "../../host/facts/links";
import type { BridgeRecord } from "../../host/facts/records";
import { need } from "../../host/facts/unreadable";
import { type Addressing, addressingOn, nothing } from "../../kernel/addressingOn";
import type { Present } from "../../plan/addressing/kept";
import { presentName, resolveUplink } from "../../plan/link/uplink";
import { Refusal } from "../../schema/refusal";
import { handsOver } from "../stack";
import { type AdoptedBridge, findAdopted, refuseOtherPorts } from "./adopted";
import type { BridgeInputs } from "./definition";
import { nicNamed, refuseOtherKind } from "./virtualUplink";

/** What there is where a bridge is to be. */
export interface Site {
  readonly facts: Facts;
  readonly record: BridgeRecord | undefined;
  /** Another one has the uplink by now than when the record was written: what was before is that one's. */
  readonly ownerChange: OwnerChange | undefined;
  /** A bridge that was there before kvmnet. */
  readonly adopted: AdoptedBridge | undefined;
  readonly uplink: Link;
  /** The uplink's entry, as it was before kvmnet. */
  readonly port: NetplanDefinition;
  /** How the files of the uplink's owner say the bridge; undefined: its user's do, of one that was there before kvmnet. */
  readonly configuration: Configuration | undefined;
  /** Whoever has the bridge. */
  readonly handling: Handling;
  /** The bridge, where there is one. */
  readonly there: Link | undefined;
  /** The same, or the one that gets its name. */
  readonly present: Link | undefined;
  readonly onUplink: Addressing;
  readonly onBridge: Addressing;
  /** netplan's addressing of the bridge, or of the NIC that is to be its port. */
  readonly entry: Stanza;
  readonly now: Omit<Present, "stanza">;
}

export interface Taking {
  /** A resource that is new takes the bridge from an earlier one of its stack. */
  readonly takesOver?: boolean;
  /** netplan's entry of the bridge under another name. */
  readonly was?: NetplanDefinition | undefined;
  /** The bridge itself, under that name. */
  readonly renamed?: Link;
  /** The NIC that was its uplink until now. */
  readonly insteadOf?: string;
}

/** @throws Refusal of a host that no bridge of these inputs can be on */
export function siteOf(
  facts: Facts,
  { name, ...inputs }: BridgeInputs,
  owner: string,
  { takesOver = false, was, renamed }: Taking,
): Site {
  needNetwork(facts, [name]);
  const recorded = requireOwnRecord(facts, name, owner, takesOver);
  refuseOtherKind(name, recorded, undefined);
  const adopted = findAdopted(facts, name, recorded);
  const uplink = resolveUplink(facts, name, nicNamed(inputs.uplink) ?? recorded?.uplink);
  const change = recorded?.found ? undefined : ownerChange(facts, name, uplink, recorded?.previousConfig ?? {});
  const record = change && recorded ? { ...recorded, previousConfig: {} } : recorded;
  needNetwork(facts, [name, uplink.name]);
  if (record && uplink.name !== record.uplink) {
    throw new Refusal(
      `uplink: ${name} is on ${record.uplink}; move it to ${uplink.name} by itself, without another change of its name or its resource's.`,
    );
  }
  const plain = withoutBridge(facts, name, record);
  const port = entryBefore(plain, uplink, adopted || record?.found ? undefined : record?.previousConfig);
  const configuration = adopted
    ? undefined
    : backendOf(port).configuration({ facts, plain, bridge: name, uplink, entry: port, record });
  if (adopted) {
    if (uplink.master !== name) refuseKeys(port, uplink);
    refusePattern(port, uplink);
    if (isProfiles(adopted.userDefinition)) refuseUnkept(facts, adopted.userDefinition, uplink);
    refuseOtherPorts(facts, adopted, uplink, port.id);
  }
  const there = linkNamed(facts, name);
  refuseMtu(inputs.mtu, uplink, there);
  const onUplink = addressingOn(facts, uplink);
  const onBridge = there ? addressingOn(facts, there) : nothing;
  const entry = addressingOf(was ?? findDefinition(facts.netplan, name) ?? port);
  const routes = [...onBridge.routes, ...onUplink.routes];
  const now = { addressing: { addresses: [], routes }, lease: there?.lease ?? uplink.lease };
  const handling = configuration ?? handlingOf(facts, adopted?.userDefinition ?? port, uplink, port);
  return {
    ...{ facts, record, ownerChange: change, adopted, uplink, port, configuration, handling },
    ...{ there, present: renamed ?? there, onUplink, onBridge, entry, now },
  };
}

/** RFC 8200, section 5. networkd gives a link with IPv6 no less, whatever its file says. */
const leastMtu6 = 1280;

/** @throws Refusal of an MTU that the host would not keep, and so would undo */
export function refuseMtu(mtu: number | undefined, ...links: readonly (Link | undefined)[]): void {
  if (mtu === undefined || mtu >= leastMtu6) return;
  const link = links.find((one) => one?.addresses.some(({ family }) => family === "inet6"));
  if (link)
    throw new Refusal(
      `mtu: ${mtu} is too small for IPv6, which ${link.name} has: it needs ${leastMtu6} (RFC 8200), and networkd sets no less. Write ${leastMtu6} or more, or take IPv6 off it (link-local: [] in netplan).`,
    );
}

/** All that must be known of a host before its network is changed, or said to be unlike what it was. */
export function needNetwork(facts: Facts, links: readonly string[]): void {
  for (const part of ["links", "routes", "neighbours"] as const) need(facts, part, links);
  for (const part of ["netplan", "system"] as const) need(facts, part);
  need(facts, "files", links);
}

export function requireOwnRecord(facts: Facts, name: string, owner: string, takes: boolean) {
  const record = recordOf(facts, name);
  if (record && record.owner !== owner && !(takes && handsOver(record.owner, owner))) {
    throw new Refusal(
      `name: the bridge ${name} belongs to ${record.owner}. Take another name, or destroy it there first.`,
    );
  }
  return record && { ...record, uplink: presentName(facts, name, record.uplink) };
}
