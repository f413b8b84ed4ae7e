import { XMLBuilder, XMLParser } from "fast-xml-parser";
import type { LibvirtNic } from "../../host/facts/libvirt";
import {
  type Attachment,
  attachmentIn,
  attachmentOf,
  nameOf,
  type Place,
  sameAttachment,
  sourceOf,
} from "../attachment/attachment";
import { filterIn, isolatedIn, type Restrictions, restricted } from "../attachment/restrictions";
import { vlanIn } from "../attachment/vlan";

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  parseTagValue: false,
  parseAttributeValue: false,
});
const builder = new XMLBuilder({
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  suppressEmptyNode: true,
  format: true,
});

/** https://libvirt.org/formatnetwork.html#connectivity; with the UUID, an existing network is redefined. */
export function networkXml({ name, uuid, on }: { name: string; on: Attachment; uuid?: string }): string {
  return builder.build({ network: { name, ...(uuid !== undefined && { uuid }), ...forwardTo(on) } });
}

/** A network's own XML on something else: port groups, VLANs and QoS stay. */
export function renderMovedNetwork(xml: string, on: Attachment): string {
  const { "@connections": _, forward: __, bridge, ...network } = parser.parse(xml).network;
  const to = forwardTo(on);
  return builder.build({ network: { ...network, ...to, ...(to.bridge && { bridge: { ...bridge, ...to.bridge } }) } });
}

function forwardTo(on: Attachment): { readonly forward: object; readonly bridge?: object } {
  if (on.kind === "direct") return { forward: { "@mode": on.mode, interface: { "@dev": on.device } } };
  return { forward: { "@mode": "bridge" }, bridge: { "@name": nameOf(on) } };
}

export interface NicXml extends Place {
  readonly macAddress: string;
  readonly model: string;
  readonly linkState: "up" | "down";
  readonly restrictions?: Restrictions | undefined;
}

/** https://libvirt.org/formatdomain.html#network-interfaces */
export function nicXml(nic: NicXml): string {
  const { type, source } = sourceOf(attachmentIn(nic));
  return builder.build({
    interface: {
      "@type": type,
      mac: { "@address": nic.macAddress },
      source,
      model: { "@type": nic.model },
      link: { "@state": nic.linkState },
      ...restricted({}, nic.restrictions ?? {}),
    },
  });
}

/**
 * A NIC's own XML, of the running VM or of its definition, as another place, link state or model makes it: its boot
 * order, filters, bandwidth and all else stay. On another model it gets a new PCI address: it may not fit the old one.
 */
export function changedNicXml(
  nic: LibvirtNic,
  wanted: Omit<NicXml, "macAddress" | "model"> & { model: string | undefined },
): string {
  const { address, virtualport, model: ___, ...whole } = nic.element;
  const element = restricted(whole, wanted.restrictions ?? {});
  const { "@bridge": _, "@portid": __, ...had } = (element.source as Record<string, unknown> | undefined) ?? {};
  const [is, target] = [attachmentOf(nic), attachmentIn(wanted)];
  const { type, source } = sourceOf(target);
  const samePlace = target.kind === "network" ? sameAttachment(target, is) : target.kind === is.kind;
  return builder.build({
    interface: {
      ...element,
      "@type": type,
      source: { ...(samePlace && had), ...source },
      ...(wanted.model !== undefined && { model: { "@type": wanted.model } }),
      link: { "@state": wanted.linkState },
      ...(samePlace && virtualport !== undefined && { virtualport }),
      ...(nic.model === wanted.model && address !== undefined && { address }),
    },
  });
}

/** The same of a running VM's NIC that is taken out and plugged in again: where libvirt had it, by a link of its own. */
export function renderMovedNic(nic: LibvirtNic, wanted: Parameters<typeof changedNicXml>[1]): string {
  const { target: _, alias: __, ...element } = nic.element;
  return changedNicXml({ ...nic, element }, wanted);
}

/** All of a NIC, as libvirt has it. */
export const wholeNicXml = ({ element }: LibvirtNic): string => builder.build({ interface: element });

/** A NIC as it was before, for the running VM: that keeps its device, and where it is plugged in. */
export function formerNicXml(former: string, live: LibvirtNic): string {
  const { model: _, address: __, alias: ___, ...element } = parser.parse(former).interface;
  const { model, address } = live.element;
  return builder.build({
    interface: { ...element, ...(model !== undefined && { model }), ...(address !== undefined && { address }) },
  });
}

/** The port group of its network that a NIC is in, if it is in one. */
export function portGroupOf({ element }: Pick<LibvirtNic, "element">): unknown {
  return (element.source as Record<string, unknown> | undefined)?.["@portgroup"];
}

/** What a NIC's XML lets the VM do. */
export function restrictionsIn(xml: string): Restrictions {
  const element = parser.parse(xml).interface;
  return { isolated: isolatedIn(element), filter: filterIn(element), vlan: vlanIn(element) };
}

/** The same of a NIC's XML. */
export const portGroupIn = (xml: string): unknown => portGroupOf({ element: parser.parse(xml).interface });
