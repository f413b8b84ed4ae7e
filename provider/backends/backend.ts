import type { Facts } from "../host/facts/facts";
import type { Link } from "../host/facts/links";
import type { BridgeRecord } from "../host/facts/records";
import type { Change, Owner } from "../host/transaction/change";
import type { Addressing } from "../kernel/addressingOn";
import type { BridgeLink } from "../kernel/bridgeLink";
import type { Stanza } from "./entry/addressing";
import type { NetplanDefinition } from "./entry/definition";
import type { ExpectedAddressing } from "./entry/wanted";

/** An owner of NICs: whose files say what a NIC has, and whose daemon or command gives it that. */
export interface Backend {
  readonly name: "netplan" | "networkd" | "ifupdown" | "NetworkManager";
  /** Whether an entry stands in its files. */
  has(entry: InFiles): boolean;
  /** @throws Refusal of a NIC that it has, and that can't be a bridge's port, or is another one's too */
  refuse(facts: Facts, uplink: Link, entry: NetplanDefinition): void;
  /** @throws Refusal of what its files say and can't go over to a bridge */
  configuration(site: NicSite): Configuration;
  /** The NIC as it is to be once its bridge is gone. */
  renderRestored(site: BridgedSite): RestoredFiles;
  /** @throws Refusal of a lease that can't go back */
  planTakeBack(site: BridgedSite, restored: Restored): TakeOver & Pick<Restoration, "unit" | "owner" | "isDown">;
}

/** What stands in some files. */
export interface InFiles {
  readonly places: readonly { readonly path: string }[];
}

/** A NIC that is to be, or is, the port of a bridge of kvmnet's. */
export interface NicSite {
  readonly facts: Facts;
  /** The host as if its files had nothing of the bridge. */
  readonly plain: Facts;
  readonly bridge: string;
  readonly uplink: Link;
  /** The NIC's entry, as it was before the bridge. */
  readonly entry: NetplanDefinition;
  readonly record: BridgeRecord | undefined;
}

/** Whoever has a bridge: how a change is told. */
export interface Handling {
  /** Undefined: networkd. */
  readonly owner: Owner | undefined;
  /** What the bridge goes by there: the name of networkd's file; of ifupdown, its own; of NetworkManager by hand, its profile. */
  readonly unit: string;
  /** And its port, of NetworkManager's by hand. */
  readonly portUnit?: string;
  /** @throws Refusal of a lease that can't go over to the bridge */
  planTakeOver(joining: Joining): TakeOver;
  /** An addressing as the owner will set it, where that is not as it was said. */
  asSet?(addressing: Addressing): Addressing;
}

/** How the files of a NIC's owner say a bridge on it. */
export interface Configuration extends Handling {
  /** Of the user's files, those that say what the NIC has, as they were before kvmnet: path and text. */
  readonly originals: readonly (readonly [string, string])[];
  /** Whether those are changed, or stand beside kvmnet's own as they are. */
  readonly edits: boolean;
  /** @throws Refusal of what such a bridge can't be given */
  render(bridge: BridgeOnNic): Written;
  /** How a file is not as it is to be. */
  describeDifference(path: string, text: string | undefined): string;
}

/** What the files are to say of a bridge on a NIC. */
export interface BridgeOnNic extends Omit<BridgeLink, "uplink"> {
  readonly uplink: Link;
  /** Its addressing, whole. */
  readonly stanza: Stanza;
  /** Whether that is the NIC's, as its files say it. */
  readonly inherits: boolean;
}

export interface Written {
  /** Path to text. */
  readonly kvmnetFiles: Readonly<Record<string, string>>;
  /** Files of the user's with kvmnet's part in them, or without what is the bridge's: path to text. */
  readonly users: ReadonlyMap<string, string>;
  /** Of those, kvmnet's part. */
  readonly parts: Readonly<Record<string, string>>;
}

/** What a change does to a bridge and its NIC. */
export interface Joining {
  /** The bridge, where there is one. */
  readonly there: Link | undefined;
  /** Whether the NIC is not its port yet. */
  readonly joins: boolean;
  readonly dhcp4: boolean;
  readonly macAddress: string;
  readonly onUplink: Addressing;
}

export type TakeOver = Pick<Change, "handOver" | "keepOnApply" | "keepOnRollback">;

/** A NIC whose bridge is to go. */
export interface BridgedSite extends Omit<NicSite, "record"> {
  readonly there: Link | undefined;
  readonly previousConfig: Readonly<Record<string, string>>;
}

export interface RestoredFiles {
  readonly files: ReadonlyMap<string, string>;
  /** Files that were changed by hand since, and keep that. */
  readonly kept: readonly string[];
  /** What the NIC's entry is read from then: path and text; undefined: it is that of before the bridge. */
  readonly entries?: Readonly<Record<string, string>>;
}

/** What a NIC is to have once its bridge is gone. */
export interface Restored extends Omit<RestoredFiles, "entries"> {
  /** Its entry. */
  readonly original: NetplanDefinition;
  readonly expected: ExpectedAddressing;
  readonly stanza: Stanza;
  /** Whether it takes routers' advertisements. */
  readonly acceptsAdvertisements: boolean;
}

export interface Restoration extends Restored {
  readonly owner: Owner | undefined;
  readonly takeOver: TakeOver;
  /** networkd's file of the NIC; of NetworkManager, its profile. */
  readonly unit: string;
  /** Whether its owner leaves it down, as long as it is in no bridge. */
  readonly isDown?: boolean;
}
