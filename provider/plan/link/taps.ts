import { type Facts, linkNamed } from "../../host/facts/facts";
import type { LibvirtNic } from "../../host/facts/libvirt";
import type { PortVlans } from "../../host/facts/links";
import { filtersVlans, sameVlans } from "../../kernel/vlans";
import { attachmentOf, bridgeOf } from "../attachment/attachment";
import { isolatedIn } from "../attachment/restrictions";
import { portVlansOf, vlanIn } from "../attachment/vlan";

export interface StrayTap {
  readonly tap: string;
  readonly vm: string;
  /** libvirt has it isolated in its bridge. */
  readonly isolated: boolean;
  /** The VLANs that libvirt has it in there, where the bridge tells VLANs apart; undefined: those of each port. */
  readonly in: PortVlans | undefined;
}

/**
 * TAPs of running VMs that libvirt put into a bridge and that are not in it: it was away for a while, as after a change
 * that was undone, and libvirt puts them in only when a VM starts. Such a VM runs and hears nothing.
 */
export function strayTaps(facts: Facts, bridge: string): StrayTap[] {
  return (facts.libvirt?.domains ?? [])
    .filter((domain) => domain.running)
    .flatMap((domain) =>
      domain.live
        .filter((nic) => nic.bridge === bridge || bridgeOf(facts, attachmentOf(nic)) === bridge)
        .flatMap(({ tap, element }) => {
          const link = tap === undefined ? undefined : linkNamed(facts, tap);
          return link && link.master !== bridge
            ? [{ tap: link.name, vm: domain.name, isolated: isolatedIn(element), in: vlansIn(facts, bridge, element) }]
            : [];
        }),
    );
}

/** TAPs in a bridge that begins to tell VLANs apart, and in which of them libvirt has those that are not so in the kernel. */
export function tapsToPutInVlans(facts: Facts, bridge: string): { readonly tap: string; readonly in: PortVlans }[] {
  const nics = (facts.libvirt?.domains ?? []).flatMap(({ running, live }) => (running ? live : []));
  return nics.flatMap(({ tap, element }) => {
    const link = linkNamed(facts, tap ?? "");
    const vlan = vlanIn(element);
    if (!link?.vlans || link.master !== bridge || vlan === undefined) return [];
    const wanted = portVlansOf(vlan, linkNamed(facts, bridge));
    return sameVlans(link.vlans, wanted) ? [] : [{ tap: link.name, in: wanted }];
  });
}

/** Of an <interface> on a bridge that tells VLANs apart. */
function vlansIn(facts: Facts, bridge: string, element: LibvirtNic["element"]): PortVlans | undefined {
  const link = linkNamed(facts, bridge);
  const vlan = filtersVlans(link) ? vlanIn(element) : undefined;
  return vlan && portVlansOf(vlan, link);
}
