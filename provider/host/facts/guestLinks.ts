/**
 * Names by which programs that run VMs and containers beside libvirt tell whose a link is: Proxmox VE's (PVE::Network, by the
 * number of a VM or container and of its NIC) and OpenStack's neutron (by the first eleven signs of a port's ID).
 */
const names: readonly (readonly [RegExp, (id: string, nic: string) => string])[] = [
  [/^tap(\d+)i(\d+)$/, (id, nic) => `Proxmox VE's VM ${id}, NIC ${nic}`],
  [/^veth(\d+)i(\d+)$/, (id, nic) => `Proxmox VE's container ${id}, NIC ${nic}`],
  [/^fw(?:br|ln|pr)(\d+)[iop](\d+)$/, (id, nic) => `Proxmox VE's VM or container ${id}, NIC ${nic}, its firewall`],
  [/^tap([0-9a-f]{8}-[0-9a-f]{2})$/, (id) => `OpenStack's port ${id}`],
  [/^q(?:br|vb|vo)([0-9a-f]{8}-[0-9a-f]{2})$/, (id) => `OpenStack's port ${id}, its firewall`],
];

/** Whose a link is by its name: "Proxmox VE's VM 100, NIC 0". */
export function guestOf(name: string): string | undefined {
  for (const [pattern, wordsOf] of names) {
    const [, id, nic = ""] = pattern.exec(name) ?? [];
    if (id !== undefined) return wordsOf(id, nic);
  }
  return undefined;
}
