import { type Facts, linkNamed } from "../../host/facts/facts";

export interface StrayTap {
  readonly tap: string;
  readonly vm: string;
}

/**
 * TAPs of running VMs that libvirt put into a bridge and that are not in it: it was away for a while, as after a change
 * that was undone, and libvirt puts them in only when a VM starts. Such a VM runs and hears nothing.
 */
export function strayTaps(facts: Facts, bridge: string): StrayTap[] {
  const networks = facts.libvirt?.networks ?? [];
  const onBridge = new Set(networks.filter((network) => network.bridge === bridge).map(({ name }) => name));
  return (facts.libvirt?.domains ?? [])
    .filter((domain) => domain.running)
    .flatMap((domain) =>
      domain.live
        .filter((nic) => nic.bridge === bridge || (nic.network !== undefined && onBridge.has(nic.network)))
        .flatMap(({ tap }) => {
          const link = tap === undefined ? undefined : linkNamed(facts, tap);
          return link && link.master !== bridge ? [{ tap: link.name, vm: domain.name }] : [];
        }),
    );
}
