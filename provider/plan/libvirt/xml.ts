import { XMLBuilder } from "fast-xml-parser";

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
