import { type Facts, linkNamed } from "../../host/facts/facts";
import { attachmentOf, bridgeOf } from "../attachment/attachment";
import { isolatedIn } from "../attachment/restrictions";

export interface StrayTap {
  readonly tap: string;
  readonly vm: string;
  /** libvirt has it isolated in its bridge. */
  readonly isolated: boolean;
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
            ? [{ tap: link.name, vm: domain.name, isolated: isolatedIn(element) }]
            : [];
        }),
    );
}
