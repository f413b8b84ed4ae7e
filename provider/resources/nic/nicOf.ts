import type { LibvirtDomain, LibvirtNic } from "../../host/facts/libvirt";

/** A NIC as a VM has it: identified by its MAC address, never by its TAP's name or its place in a list. */
export interface NicOfDomain {
  readonly domain: LibvirtDomain;
  readonly live: LibvirtNic | undefined;
  readonly inactive: LibvirtNic | undefined;
}

export function nicOf(domain: LibvirtDomain, macAddress: string): NicOfDomain {
  const hasMac = (nic: LibvirtNic) => nic.mac === macAddress;
  return { domain, live: domain.live.find(hasMac), inactive: domain.inactive.find(hasMac) };
}

/** The VM's NICs, for an error about one that it has not. */
export function hasNone(domain: LibvirtDomain, macAddress: string): string {
  const macs = [...new Set([...domain.inactive, ...domain.live].map((nic) => nic.mac))];
  return `${domain.name} has no NIC ${macAddress}; it has ${macs.length > 0 ? macs.join(", ") : "none"}.`;
}
