import { type Facts, linkNamed } from "../../host/facts/facts";
import type { LibvirtNic, NetworkForward } from "../../host/facts/libvirt";

/** Who of those on one NIC hear each other: https://libvirt.org/formatdomain.html#direct-attachment-to-physical-interface */
export const macvtapModes = ["bridge", "vepa", "private", "passthrough"] as const;
export type MacvtapMode = (typeof macvtapModes)[number];

/** What a VM's NIC hangs on. */
export type Attachment =
  | { readonly kind: "network"; readonly network: string }
  /** libvirt may have one that names no bridge. */
  | { readonly kind: "bridge"; readonly bridge: string | undefined }
  /** A macvtap on a NIC of the host's. */
  | { readonly kind: "direct"; readonly device: string; readonly mode: MacvtapMode }
  /** A type of libvirt's that kvmnet makes none of: "user", "hostdev". */
  | { readonly kind: "other"; readonly type: string };

/** The same as inputs and states say it: one of these, where it has passed the check. */
export interface Place {
  readonly network?: string | undefined;
  readonly bridge?: string | undefined;
  readonly device?: string | undefined;
  readonly mode?: MacvtapMode | undefined;
}

/** All that a place says: of one that has not passed the check, there may be none or several. */
export function attachmentsIn({ network, bridge, device, mode = "bridge" }: Place): Attachment[] {
  return [
    ...(network === undefined ? [] : [{ kind: "network", network } as const]),
    ...(bridge === undefined ? [] : [{ kind: "bridge", bridge } as const]),
    ...(device === undefined ? [] : [{ kind: "direct", device, mode } as const]),
  ];
}

/** What a place that has passed the check says. */
export function attachmentIn(place: Place): Attachment {
  return attachmentsIn(place)[0] ?? { kind: "bridge", bridge: undefined };
}

/** A place as inputs say it; undefined: they can't. */
export function placeOf(attachment: Attachment): Place | undefined {
  switch (attachment.kind) {
    case "network":
      return { network: attachment.network };
    case "bridge":
      return attachment.bridge === undefined ? undefined : { bridge: attachment.bridge };
    case "direct":
      return { device: attachment.device, mode: attachment.mode };
    default:
      return undefined;
  }
}

/** What libvirt has a NIC on. It shows a running one's bridge beside its network. */
export function attachmentOf({ type, network, bridge, device, element }: LibvirtNic): Attachment {
  if (network !== undefined) return { kind: "network", network };
  if (type === "bridge" || type === "network") return { kind: "bridge", bridge };
  return device === undefined ? { kind: "other", type } : { kind: "direct", device, mode: macvtapModeIn(element) };
}

/** What the NICs on a libvirt network are on: a bridge, or by a macvtap the host's NIC, of several the first. */
export function attachmentBy({ forward, bridge, devices }: NetworkForward): Attachment {
  const mode = macvtapModes.find((one) => one === forward);
  const device = devices?.[0];
  if (bridge === undefined && mode !== undefined && device !== undefined) return { kind: "direct", device, mode };
  return mode === "bridge" ? { kind: "bridge", bridge } : { kind: "other", type: forward ?? "none" };
}

/** The same of a network that the host has, by its name; all else is on what it says. */
function underlying(facts: Facts, attachment: Attachment): Attachment {
  if (attachment.kind !== "network") return attachment;
  const network = facts.libvirt?.networks.find(({ name }) => name === attachment.network);
  return network ? attachmentBy(network) : attachment;
}

/** Whether a NIC that is put there is a macvtap on a NIC of the host's, be it by a network. */
export const isDirect = (facts: Facts, attachment: Attachment): boolean =>
  underlying(facts, attachment).kind === "direct";

/** libvirt's own default is vepa. */
export function macvtapModeIn({ source }: LibvirtNic["element"]): MacvtapMode {
  const mode = (source as Readonly<Record<string, unknown>> | undefined)?.["@mode"];
  return macvtapModes.find((one) => one === mode) ?? "vepa";
}

export function sameAttachment(one: Attachment, other: Attachment): boolean {
  const sameMode = one.kind !== "direct" || other.kind !== "direct" || one.mode === other.mode;
  return one.kind === other.kind && nameOf(one) === nameOf(other) && sameMode;
}

/** "network lan", "bridge br0", "enp1s0 directly (macvtap, mode bridge)", "of the type user". */
export function inWords(attachment: Attachment): string {
  switch (attachment.kind) {
    case "network":
      return `network ${attachment.network}`;
    case "bridge":
      return `bridge ${attachment.bridge ?? "none"}`;
    case "direct":
      return `${attachment.device} directly (macvtap, mode ${attachment.mode})`;
    case "other":
      return `of the type ${attachment.type}`;
  }
}

/** The name alone: of the network, the bridge, the host's NIC. */
export function nameOf(attachment: Attachment): string {
  switch (attachment.kind) {
    case "network":
      return attachment.network;
    case "bridge":
      return attachment.bridge ?? "none";
    case "direct":
      return attachment.device;
    case "other":
      return attachment.type;
  }
}

/** The bridge that the TAP is to be in: also that of a network, be it the host's or one that libvirt makes. */
export function bridgeOf(facts: Facts, attachment: Attachment): string | undefined {
  if (attachment.kind === "bridge") return attachment.bridge;
  if (attachment.kind === "network")
    return facts.libvirt?.networks.find(({ name }) => name === attachment.network)?.bridge;
  return undefined;
}

/** The bridge that libvirt put a NIC's TAP into: a running one's stays when its network goes to another bridge. */
export function joinedBridge(facts: Facts, nic: LibvirtNic): string | undefined {
  return nic.bridge ?? bridgeOf(facts, attachmentOf(nic));
}

/** The host's own link that it is on, or by its network. */
export function linkOf(facts: Facts, attachment: Attachment): string | undefined {
  const on = underlying(facts, attachment);
  return on.kind === "direct" ? on.device : bridgeOf(facts, attachment);
}

/** Whether the host, or its libvirt, has what it is on; of other types, kvmnet does not say that it has not. */
export function isThere(facts: Facts, attachment: Attachment): boolean {
  switch (attachment.kind) {
    case "network":
      return facts.libvirt?.networks.some(({ name }) => name === attachment.network) ?? false;
    case "bridge":
      return attachment.bridge === undefined || linkNamed(facts, attachment.bridge) !== undefined;
    case "direct":
      return linkNamed(facts, attachment.device) !== undefined;
    case "other":
      return true;
  }
}

/** Whether libvirt moves a running VM's NIC to where it is to be; else it is taken out and plugged in again. */
export function movesLive(facts: Facts, live: LibvirtNic, to: Attachment): boolean {
  return (live.device === undefined && !isDirect(facts, to)) || sameAttachment(attachmentOf(live), to);
}

/** What a person has to know of a macvtap: what the host sends leaves by the NIC past it. */
export const unreached = "The host itself does not reach the guest on it, nor the guest the host; the LAN does.";

/** A <interface>'s type and source: https://libvirt.org/formatdomain.html#network-interfaces */
export function sourceOf(attachment: Attachment): { readonly type: string; readonly source: Record<string, unknown> } {
  if (attachment.kind === "network") return { type: "network", source: { "@network": attachment.network } };
  if (attachment.kind === "direct")
    return { type: "direct", source: { "@dev": attachment.device, "@mode": attachment.mode } };
  return { type: "bridge", source: { "@bridge": nameOf(attachment) } };
}
