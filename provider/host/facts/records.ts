/** Whose a thing on the host is. What kvmnet keeps has one form for all of them: a JSON file below /var/lib/kvmnet. */
export interface OwnerMark {
  /** The URN of the resource, as it was called when this was written: for people. */
  readonly owner: string;
  /** What decides. Undefined: written by kvmnet 0.1.0, which knew URNs alone. */
  readonly ownerId?: string | undefined;
  /** ISO 8601. */
  readonly made?: string | undefined;
  /** Its create has not ended well: if no state has the ID, its engine was killed. */
  readonly pending?: true | undefined;
  /** Created in place of one that was known by its URN alone, and has it still. */
  readonly replaces?: true | undefined;
  /** What was there before kvmnet; each kind of thing has its own. */
  readonly before?: Readonly<Record<string, unknown>> | undefined;
}

/** The word for no uplink: in the host's record of a bridge, in programs and in the state. */
export const noUplink = "none";

/** A bridge that was there before kvmnet: the files that defined it, and the MAC address that it had. */
export interface AdoptedRecord {
  readonly files: readonly string[];
  readonly macAddress: string;
  /** By files of networkd's, which kvmnet does not read this in: what they had last. */
  readonly timers?: { readonly stp: boolean; readonly forwardDelay: number } | undefined;
}

/** /var/lib/kvmnet/bridges/<name>.json */
export interface BridgeRecord extends OwnerMark {
  /** Or `noUplink`. */
  readonly uplink: string;
  /** The host's files as they were before: path to text. */
  readonly previousConfig: Readonly<Record<string, string>>;
  /** Of a bridge that was there before kvmnet. */
  readonly found?: AdoptedRecord | undefined;
  /** It is on another uplink than at first: `previousConfig` is what that one would have had. */
  readonly moved?: true | undefined;
  /** Of a bridge whose uplink is a VLAN that was made for it: what that is on, and its number. */
  readonly vlan?: { readonly link: string; readonly vlan: number } | undefined;
}
