import { XMLBuilder, XMLParser } from "fast-xml-parser";
import type { LibvirtNic } from "../../host/facts/facts";

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

/** https://libvirt.org/formatnetwork.html#using-an-existing-host-bridge; with the UUID, an existing network is redefined. */
export function networkXml(network: { name: string; bridge: string; uuid?: string }): string {
  return builder.build({
    network: {
      name: network.name,
      ...(network.uuid !== undefined && { uuid: network.uuid }),
      forward: { "@mode": "bridge" },
      bridge: { "@name": network.bridge },
    },
  });
}

/** A network's own XML on another bridge: port groups, VLANs and QoS stay. */
export function movedNetworkXml(xml: string, bridge: string): string {
  const { "@connections": _, ...network } = parser.parse(xml).network;
  return builder.build({ network: { ...network, bridge: { ...network.bridge, "@name": bridge } } });
}

export interface NicXml {
  readonly macAddress: string;
  readonly network?: string | undefined;
  readonly bridge?: string | undefined;
  readonly model: string;
  readonly linkState: "up" | "down";
}

/** https://libvirt.org/formatdomain.html#network-interfaces */
export function nicXml(nic: NicXml): string {
  return builder.build({
    interface: {
      "@type": nic.network === undefined ? "bridge" : "network",
      mac: { "@address": nic.macAddress },
      source: nic.network === undefined ? { "@bridge": nic.bridge } : { "@network": nic.network },
      model: { "@type": nic.model },
      link: { "@state": nic.linkState },
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
  const { address, virtualport, model: ___, ...element } = nic.element;
  const source = element.source as Record<string, unknown> | undefined;
  const { "@bridge": _, "@portid": __, ...ofNetwork } = source ?? {};
  const samePlace = wanted.network === undefined ? nic.network === undefined : nic.network === wanted.network;
  return builder.build({
    interface: {
      ...element,
      "@type": wanted.network === undefined ? "bridge" : "network",
      source:
        wanted.network === undefined
          ? { "@bridge": wanted.bridge }
          : { ...(samePlace && ofNetwork), "@network": wanted.network },
      ...(wanted.model !== undefined && { model: { "@type": wanted.model } }),
      link: { "@state": wanted.linkState },
      ...(samePlace && virtualport !== undefined && { virtualport }),
      ...(nic.model === wanted.model && address !== undefined && { address }),
    },
  });
}
