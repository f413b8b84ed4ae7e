import { type Facts, linkNamed } from "../../host/facts/facts";
import type { LibvirtNic } from "../../host/facts/libvirt";
import { filtersVlans, givenVlans, portVlanWords, sameVlans, vlanLines } from "../../kernel/vlans";
import { attachmentIn, attachmentOf, bridgeOf, inWords, sameAttachment } from "../../plan/attachment/attachment";
import { compareRestrictions, filterIn, filterWords, isolatedIn } from "../../plan/attachment/restrictions";
import { portVlansOf, vlanIn, vlanWords } from "../../plan/attachment/vlan";
import type { NicPlace, NicWanted, Restricted } from "./definition";
import type { NicOfDomain } from "./nicOf";

/** How a VM's NIC differs from the wanted one, a sentence each: in the running machine, in its definition, in the kernel. */
export function nicDrift(facts: Facts, wanted: NicWanted, nic: NicOfDomain): string[] {
  const { domain, live, inactive } = nic;
  return [
    ...(domain.running
      ? live
        ? findNicDifferences(`the running ${domain.name}`, asRunning(wanted, live), live)
        : [`the running ${domain.name} does not have the NIC`]
      : []),
    ...(inactive
      ? findNicDifferences(`the definition of ${domain.name}`, wanted, inactive)
      : [`the definition of ${domain.name} does not have the NIC`]),
    ...(live ? deaf(facts, wanted, live) : []),
  ];
}

/** A running VM keeps the device that it has: another model in its definition is no drift, but for its next start. */
export function asRunning<T extends NicPlace>(wanted: T, live: LibvirtNic): T {
  return { ...wanted, model: live.model ?? wanted.model };
}

/** What a person has to do where the running VM still has another device. */
export function modelPending(wanted: NicPlace, { domain, live, inactive }: NicOfDomain): string | undefined {
  if (!live || !inactive || live.model === wanted.model || inactive.model !== wanted.model) return undefined;
  return `the running ${domain.name} has its NIC ${live.mac} as a ${live.model} until it was shut down and started again; a reboot inside of it is not enough. Then it is a ${wanted.model}.`;
}

/** How one side's NIC differs; `where` is the side, as the sentences name it. */
export function findNicDifferences(where: string, wanted: NicPlace & Restricted, nic: LibvirtNic): string[] {
  const [target, is] = [attachmentIn(wanted), attachmentOf(nic)];
  const { restrictions = {} } = wanted;
  const other = compareRestrictions(nic.element, restrictions);
  const sentences: (string | false)[] = [
    !sameAttachment(target, is) &&
      `in ${where} the NIC is ${is.kind === "other" ? "" : "on "}${inWords(is)} instead of ${inWords(target)}`,
    nic.model !== wanted.model && `in ${where} the NIC is a ${nic.model ?? "default"} instead of ${wanted.model}`,
    nic.linkState !== wanted.linkState && `in ${where} the NIC's link is ${nic.linkState}`,
    other.isolated && `in ${where} the NIC is ${restrictions.isolated ? "not isolated" : "isolated"}`,
    other.vlan &&
      `in ${where} the NIC is in ${vlanWords(vlanIn(nic.element))} instead of ${vlanWords(restrictions.vlan)}`,
    other.filter &&
      `in ${where} the NIC has ${filterWords(filterIn(nic.element))} instead of ${filterWords(restrictions.filter)}`,
  ];
  return sentences.filter((sentence) => sentence !== false);
}

export interface StrayTap {
  readonly tap: string;
  readonly bridge: string;
  readonly master: string | undefined;
  /** It is to be isolated there. */
  readonly isolated: boolean;
  /** Commands of bridge(8) that put it into its VLANs there. */
  readonly vlans: readonly string[];
}

/** libvirt says which bridge a TAP joined when it was made; only the kernel knows which one it is in. */
export function strayTap(
  facts: Facts,
  wanted: NicPlace & Restricted,
  live: LibvirtNic | undefined,
): StrayTap | undefined {
  const bridge = bridgeOf(facts, attachmentIn(wanted));
  const tap = live?.tap === undefined ? undefined : linkNamed(facts, live.tap);
  const there = linkNamed(facts, bridge ?? "");
  if (!bridge || !tap || tap.master === bridge || !there) return undefined;
  const vlan = vlanOf(wanted, live);
  const vlans = vlan && filtersVlans(there) ? vlanLines(tap.name, givenVlans(there), portVlansOf(vlan, there)) : [];
  return { tap: tap.name, bridge, master: tap.master, isolated: isIsolated(wanted, live) ?? false, vlans };
}

/** By the program, or by libvirt where the program does not say; undefined: nobody asks for it. */
const isIsolated = ({ restrictions }: Restricted, live: LibvirtNic | undefined) =>
  restrictions?.isolated ?? ((live && isolatedIn(live.element)) || undefined);

const vlanOf = ({ restrictions }: Restricted, live: LibvirtNic | undefined) =>
  restrictions?.vlan ?? (live && vlanIn(live.element));

/** A port that left its bridge and came back is in the VLAN that the bridge gives each port, whatever libvirt says. */
export function outOfVlans(facts: Facts, wanted: Restricted, live: LibvirtNic | undefined) {
  const tap = live?.tap === undefined ? undefined : linkNamed(facts, live.tap);
  const bridge = linkNamed(facts, tap?.master ?? "");
  const vlan = vlanOf(wanted, live);
  if (!tap?.vlans || vlan === undefined || !filtersVlans(bridge)) return undefined;
  const to = portVlansOf(vlan, bridge);
  if (sameVlans(tap.vlans, to)) return undefined;
  const words = `the TAP ${tap.name} is in ${portVlanWords(tap.vlans)} of its bridge instead of in ${portVlanWords(to)}`;
  return { tap: tap.name, commands: vlanLines(tap.name, tap.vlans, to), words };
}

/** libvirt isolates a TAP once, too: a port that left its bridge and came back is isolated no more. */
export function lostIsolation(facts: Facts, wanted: Restricted, live: LibvirtNic | undefined) {
  const tap = live?.tap === undefined ? undefined : linkNamed(facts, live.tap);
  const isolated = isIsolated(wanted, live);
  if (tap?.portSettings === undefined || isolated === undefined) return undefined;
  return (tap.portSettings.isolated === true) === isolated ? undefined : { tap: tap.name, isolated };
}

function deaf(facts: Facts, wanted: NicWanted, live: LibvirtNic): string[] {
  const stray = strayTap(facts, wanted, live);
  if (stray) return [`the TAP ${stray.tap} is in ${stray.master ?? "no bridge"} instead of in ${stray.bridge}`];
  const lost = lostIsolation(facts, wanted, live);
  const out = outOfVlans(facts, wanted, live);
  return [
    ...(lost ? [`the TAP ${lost.tap} is ${lost.isolated ? "not isolated" : "isolated"} in its bridge`] : []),
    ...(out ? [out.words] : []),
  ];
}
