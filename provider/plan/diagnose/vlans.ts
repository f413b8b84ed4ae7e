import { type Facts, linkNamed } from "../../host/facts/facts";
import type { LibvirtDomain, LibvirtNic } from "../../host/facts/libvirt";
import type { Link } from "../../host/facts/links";
import { filtersVlans, notCarried, portVlanWords, sameVlans, vlanLines } from "../../kernel/vlans";
import { attachmentOf, bridgeOf } from "../attachment/attachment";
import { numbersOf, portVlansOf, type Vlan, vlanIn, vlanWords } from "../attachment/vlan";
import { type Check, type Finding, finding } from "./finding";

interface Tagged {
  readonly vm: LibvirtDomain;
  readonly nic: LibvirtNic;
  readonly vlan: Vlan;
  readonly bridge: Link;
}

/** NICs on bridges of the kernel's that libvirt has in VLANs: as they run, and those of VMs that are off. */
function taggedNics(facts: Facts): Tagged[] {
  return (facts.libvirt?.domains ?? []).flatMap((vm) =>
    (vm.running ? vm.live : vm.inactive).flatMap((nic) => {
      const vlan = vlanIn(nic.element);
      const bridge = linkNamed(facts, bridgeOf(facts, attachmentOf(nic)) ?? "");
      return vlan && bridge?.kind === "bridge" ? [{ vm, nic, vlan, bridge }] : [];
    }),
  );
}

const subjectOf = ({ vm }: Tagged) => `VM ${vm.name}`;

export const vlanWithoutFiltering: Check = (facts) =>
  taggedNics(facts).flatMap((one) => {
    const { nic, vlan, bridge } = one;
    if (filtersVlans(bridge)) return [];
    return finding("vlan-without-filtering", "error", {
      subject: subjectOf(one),
      evidence: `${nic.mac}: <vlan> ${vlanWords(vlan)}; ${bridge.name} vlan_filtering 0`,
      cause: `${bridge.name} does not tell VLANs apart, and so the tag does nothing: the guest is where the bridge's other guests and the host are, and libvirt does not say so.`,
      fix: `Have ${bridge.name} tell VLANs apart (vlanFiltering of its Bridge), or take the VLAN off the NIC.`,
      fixable: true,
    });
  });

/** A running VM's TAP that the kernel has in other VLANs than libvirt. */
export function outOfItsVlans(facts: Facts, { live }: LibvirtDomain) {
  return live.flatMap((nic) => {
    const vlan = vlanIn(nic.element);
    const tap = nic.tap === undefined ? undefined : linkNamed(facts, nic.tap);
    const bridge = linkNamed(facts, tap?.master ?? "");
    if (!vlan || !tap?.vlans || !filtersVlans(bridge)) return [];
    const to = portVlansOf(vlan, bridge);
    return sameVlans(tap.vlans, to) ? [] : [{ nic, tap, to, from: tap.vlans }];
  });
}

export const tapOutOfVlan: Check = (facts) =>
  (facts.libvirt?.domains ?? []).flatMap((vm) =>
    outOfItsVlans(facts, vm).map(({ nic, tap, from, to }) =>
      finding("tap-not-in-vlan", "error", {
        subject: `VM ${vm.name}`,
        evidence: `${tap.name} (${nic.mac}) is in ${portVlanWords(from)}; libvirt has it in ${portVlanWords(to)}`,
        cause:
          "The VM's TAP is in other VLANs than its NIC: it left its bridge and came back, or somebody changed it. The guest hears who it is not to hear.",
        fix: vlanLines(tap.name, from, to)
          .map((one) => `bridge ${one}`)
          .join(" && "),
        fixable: true,
      }),
    ),
  );

export const vlanNotOnUplink: Check = (facts) =>
  taggedNics(facts).flatMap((one): Finding[] => {
    const { nic, vlan, bridge } = one;
    const { uplinks, missing } = notCarried(facts, bridge, numbersOf(vlan));
    const names = uplinks.map(({ name }) => name).join(", ");
    const taken = facts.links.filter(
      ({ kind, parent, vlan: number }) =>
        kind === "vlan" && uplinks.some(({ name }) => name === parent) && numbersOf(vlan).includes(number ?? 0),
    );
    return [
      ...(missing.length === 0
        ? []
        : [
            finding("vlan-not-on-uplink", "warning", {
              subject: subjectOf(one),
              evidence: `${nic.mac}: <vlan> ${vlanWords(vlan)}; ${uplinks.map((port) => `${port.name} is in ${port.vlans && portVlanWords(port.vlans)}`).join(", ")}`,
              cause: `${names} does not carry VLAN ${missing.join(", ")}: the guest reaches others of that VLAN on ${bridge.name}, and nobody on the LAN.`,
              fix: `Write ${missing.join(", ")} into vlans of the Bridge ${bridge.name}; by hand: ${missing.map((id) => `bridge vlan add vid ${id} dev ${uplinks[0]?.name}`).join(" && ")}`,
              fixable: true,
            }),
          ]),
      ...taken.map((link) =>
        finding("vlan-not-on-uplink", "error", {
          subject: subjectOf(one),
          evidence: `${nic.mac}: <vlan> ${vlanWords(vlan)}; ${link.name} is VLAN ${link.vlan} of ${link.parent}`,
          cause: `What comes in for VLAN ${link.vlan} goes to ${link.name} before the bridge sees it: nobody on the LAN reaches the guest.`,
          fix: `Put the NIC on a bridge that is on ${link.name}, or take ${link.name} away.`,
        }),
      ),
    ];
  });
