import type { LibvirtNic, XmlElement } from "../../host/facts/libvirt";
import type { Link, PortVlans } from "../../host/facts/links";
import { ascending, givenVlans } from "../../kernel/vlans";

/** What a NIC is in of a LAN's VLANs (IEEE 802.1Q): by a tag in one, by a trunk in several. */
export interface Vlan {
  /** The guest's frames have no tag, and are of this VLAN on the bridge. */
  readonly tag?: number | undefined;
  /** The guest tags its frames itself, with one of these. */
  readonly trunk?: readonly number[] | undefined;
  /** Of the trunk, that of the guest's frames without a tag. */
  readonly native?: number | undefined;
}

type Xml = { readonly [key: string]: Xml | Xml[] | string | undefined };

/** https://libvirt.org/formatdomain.html#setting-vlan-tag-on-supported-network-types-only */
export function vlanElement({ tag, trunk = [], native }: Vlan): object {
  if (tag !== undefined) return { tag: { "@id": String(tag) } };
  const tags = trunk.map((id) => ({ "@id": String(id), ...(id === native && { "@nativeMode": "untagged" }) }));
  return { "@trunk": "yes", tag: tags };
}

/** What an <interface> has; undefined: none. A native VLAN that the guest has to tag is one of its trunk. */
export function vlanIn({ vlan }: XmlElement): Vlan | undefined {
  const { "@trunk": trunk, tag } = (vlan ?? {}) as Xml;
  const tags = (tag === undefined ? [] : Array.isArray(tag) ? tag : [tag]) as Xml[];
  const [first] = tags;
  if (first === undefined) return undefined;
  const native = tags.find((one) => one["@nativeMode"] === "untagged");
  if (trunk !== "yes" && tags.length === 1 && native === undefined) return { tag: Number(first["@id"]) };
  return { trunk: tags.map((one) => Number(one["@id"])), ...(native && { native: Number(native["@id"]) }) };
}

/** The same of a NIC, as programs are told it. */
export function nicVlanOf({ element }: Pick<LibvirtNic, "element">) {
  const { trunk, ...vlan } = vlanIn(element) ?? {};
  if (vlan.tag === undefined && trunk === undefined) return undefined;
  return { ...vlan, ...(trunk && { trunk: [...trunk] }) };
}

/** "VLAN 20", "the VLANs 20, 30 (20 without a tag)", "no VLAN". */
export function vlanWords(vlan: Vlan | "none" | undefined): string {
  if (vlan === undefined || vlan === "none") return "no VLAN";
  if (vlan.tag !== undefined) return `VLAN ${vlan.tag}`;
  return `the VLANs ${numbersOf(vlan).join(", ")}${vlan.native === undefined ? "" : ` (${vlan.native} without a tag)`}`;
}

/** The numbers of all that it is in. */
export const numbersOf = ({ tag, trunk = [] }: Vlan): number[] => ascending(tag === undefined ? trunk : [tag]);

/** What libvirt gives a NIC's port in the kernel; one without a VLAN has what its bridge gives each port. */
export function portVlansOf(vlan: Vlan | "none", bridge: Link | undefined): PortVlans {
  if (vlan === "none") return givenVlans(bridge);
  const pvid = vlan.tag ?? vlan.native;
  return {
    pvid,
    untagged: pvid === undefined ? [] : [pvid],
    tagged: numbersOf(vlan).filter((one) => one !== pvid),
  };
}
