import type { Facts } from "../../host/facts/facts";
import type { LibvirtDomain, LibvirtNic } from "../../host/facts/libvirt";
import { changedNicXml, renderMovedNic, wholeNicXml } from "../libvirt/xml";
import { attachmentOf, isDirect, linkOf } from "./attachment";

/** A VM's NIC that is directly on one of the host's, by a macvtap. */
export interface GuestNic {
  readonly domain: LibvirtDomain;
  readonly mac: string;
  /** As the running VM has it; undefined: it is elsewhere there, or the VM is off. */
  readonly live: LibvirtNic | undefined;
  /** The same of its definition. */
  readonly inactive: LibvirtNic | undefined;
}

/** Those on one of the host's NICs, by a libvirt network too. */
export function guestNicsOn(facts: Facts, device: string): GuestNic[] {
  const isOn = (nic: LibvirtNic) => {
    const attachment = attachmentOf(nic);
    return nic.device === device || (isDirect(facts, attachment) && linkOf(facts, attachment) === device);
  };
  return (facts.libvirt?.domains ?? []).flatMap((domain) => {
    const [live, inactive] = [domain.live.filter(isOn), domain.inactive.filter(isOn)];
    const macs = [...new Set([...live, ...inactive].map(({ mac }) => mac))];
    const of = (nics: readonly LibvirtNic[], mac: string) => nics.find((nic) => nic.mac === mac);
    return macs.map((mac) => ({ domain, mac, live: of(live, mac), inactive: of(inactive, mac) }));
  });
}

/** What libvirt is told of one that goes to a bridge, and of one that comes back. */
export function xmlOf({ live, inactive }: GuestNic, bridge: string) {
  const on = ({ linkState, model }: LibvirtNic) => ({ bridge, linkState, model });
  return {
    ...(live && { live: wholeNicXml(live), bridged: renderMovedNic(live, on(live)) }),
    ...(inactive && { defined: changedNicXml(inactive, on(inactive)) }),
  };
}
