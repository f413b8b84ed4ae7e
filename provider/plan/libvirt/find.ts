import type { Facts } from "../../host/facts/facts";
import type { Libvirt, LibvirtDomain, LibvirtNetwork, LibvirtNic } from "../../host/facts/libvirt";
import { need, type Unreadable } from "../../host/facts/unreadable";
import { Refusal } from "../../schema/refusal";

/** What libvirt told, and what of it can't be read. */
export interface ReadableLibvirt extends Libvirt {
  readonly unreadable: readonly Unreadable[];
}

/** The host's libvirt, or what to do where there is none. */
export function libvirtOf(facts: Facts, host: string): ReadableLibvirt {
  if (!facts.libvirt && facts.tools.has("pveversion"))
    throw new Refusal(
      `${host}: the host is one of Proxmox VE's (pveversion), which has no libvirt: a Network and a Nic are libvirt's. Take them out of the program, and give the bridge's name to what describes the host's VMs, the bridge of their network devices (docs/adopting.md, "Proxmox VE").`,
    );
  if (!facts.libvirt)
    throw new Refusal(
      `${host}: the host has no libvirt (no virsh). Install libvirt-daemon-system and libvirt-clients.`,
    );
  if (facts.libvirt.silent)
    throw new Refusal(
      `${host}: libvirt does not answer. See systemctl status libvirtd on the host; where libvirt's daemons are modular (Fedora, RHEL), virtqemud and virtnetworkd.`,
    );
  return { ...facts.libvirt, unreadable: facts.unreadable };
}

/** By UUID or by name, as virsh takes it. @throws UnreadFact where one that can't be read may be it */
export function findDomain(libvirt: ReadableLibvirt, domain: string): LibvirtDomain | undefined {
  const found =
    libvirt.domains.find((one) => one.uuid === domain.toLowerCase()) ??
    libvirt.domains.find((one) => one.name === domain);
  if (!found) need(libvirt, "domains", [domain, domain.toLowerCase()]);
  return found;
}

/** As findNetwork, for those who go by its absence. @throws UnreadFact where one that can't be read may be it */
export function networkThere(libvirt: ReadableLibvirt, { name, uuid }: { name: string; uuid?: string }) {
  const found = libvirt.networks.find((one) => (uuid !== undefined && one.uuid === uuid) || one.name === name);
  if (!found) need(libvirt, "networks", [name, uuid]);
  return found;
}

export function findNetwork(libvirt: Libvirt, name: string): LibvirtNetwork | undefined {
  return libvirt.networks.find((one) => one.name === name);
}

/** Names of the running VMs with a NIC on a libvirt network */
export function runningOnNetwork(libvirt: Libvirt, network: string): string[] {
  return libvirt.domains
    .filter((domain) => domain.live.some((nic) => nic.network === network))
    .map((domain) => domain.name);
}

/** "it has a, b, c", for an error about a name that is none. */
export function namesOf(things: readonly { readonly name: string }[]): string {
  return things.length > 0
    ? `it has ${things
        .map((one) => one.name)
        .sort()
        .join(", ")}`
    : "it has none";
}

/** A running VM's NIC on a network, in a bridge that is not the network's any more. */
export interface LeftBehind {
  readonly domain: LibvirtDomain;
  readonly nic: LibvirtNic & { readonly tap: string; readonly bridge: string };
}

/** libvirt keeps the bridge that a NIC joined when it was made, and puts its TAP back there when libvirtd restarts. */
export function leftBehind(libvirt: Libvirt, network: string, bridge: string): LeftBehind[] {
  const isLeft = (nic: LibvirtNic): nic is LeftBehind["nic"] =>
    nic.network === network && nic.tap !== undefined && nic.bridge !== undefined && nic.bridge !== bridge;
  return libvirt.domains.flatMap((domain) => domain.live.filter(isLeft).map((nic) => ({ domain, nic })));
}
