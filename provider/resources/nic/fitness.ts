import { quote } from "../../host/exec/quote";
import { RemoteCommandError } from "../../host/exec/remoteCommand";
import type { Facts } from "../../host/facts/facts";
import type { LibvirtDomain } from "../../host/facts/libvirt";
import type { Host } from "../../host/host";
import { virsh } from "../../host/libvirt/virsh";
import {
  type Attachment,
  attachmentIn,
  attachmentOf,
  inWords,
  isDirect,
  nameOf,
  placeOf,
} from "../../plan/attachment/attachment";
import { libvirtOf, namesOf, networkThere } from "../../plan/libvirt/find";
import { Refusal } from "../../schema/refusal";
import { refuseDevice, refuseMacvtap } from "../device";
import type { Operation } from "../lifecycle";
import { refuseWithoutBridge } from "../presence";
import type { NicInputs, PreviewedNic } from "./definition";
import type { NicOfDomain } from "./nicOf";
import { refuseVlan } from "./vlan";

/** @throws Refusal of a VM that can't have a NIC of kvmnet's, or has one in its place that libvirt can't move */
export function refuseUnfit(host: Host, { domain, live, inactive }: NicOfDomain): void {
  const { name } = domain;
  if (domain.transient)
    throw new Refusal(
      `${host.label}: domain: ${name} is a transient VM (virsh create): it has no definition that could keep the NIC, and is gone once it stops. Give it one: virsh dumpxml ${quote([name])} >vm.xml, then virsh define vm.xml.`,
    );
  const other = [live, inactive].find((nic) => nic !== undefined && placeOf(attachmentOf(nic)) === undefined);
  if (!other) return;
  const flags = [...(live ? ["--live"] : []), ...(inactive ? ["--config"] : [])];
  throw new Refusal(
    `${host.label}: the NIC ${other.mac} of ${name} is ${inWords(attachmentOf(other))}; a Nic is one on a libvirt network, a bridge or a NIC of the host's, and libvirt moves no other there. Take it away: ${quote(["virsh", "detach-interface", name, other.type, "--mac", other.mac, ...flags])}; kvmnet gives the VM one of its own then.`,
  );
}

/** @throws Refusal of what a NIC can't be on, since the host has it not */
export function refuseWithout(facts: Facts, host: Host, attachment: Attachment): void {
  if (attachment.kind === "network") {
    const libvirt = libvirtOf(facts, host.label);
    if (networkThere(libvirt, { name: attachment.network })) return;
    throw new Refusal(
      `${host.label}: network: libvirt has no network ${attachment.network}; ${namesOf(libvirt.networks)}.`,
    );
  }
  if (attachment.kind === "direct") refuseDevice(facts, host, attachment);
  if (attachment.kind === "bridge") refuseWithoutBridge(facts, host, nameOf(attachment));
}

/** @throws Refusal of what the host can't give a NIC, before anything is touched: also in a preview */
export async function refuseUnable(
  operation: Operation,
  host: Host,
  facts: Facts,
  inputs: PreviewedNic,
): Promise<void> {
  await refuseWithoutFilter(host, inputs);
  await refuseVlan(operation, host, facts, inputs);
  refuseRestricted(host, facts, inputs);
  await refuseMacvtap(host, facts, attachmentIn(inputs));
}

/** @throws Refusal of what libvirt has not on a macvtap, where a network makes one; Check knows those on a device */
function refuseRestricted(host: Host, facts: Facts, { network, isolated, filter }: PreviewedNic): void {
  if (network === undefined || !isDirect(facts, { kind: "network", network })) return;
  const said = isolated === true ? "isolated" : filter !== undefined ? "filter" : undefined;
  if (said !== undefined)
    throw new Refusal(
      `${host.label}: ${said}: can't be on the network ${network}, whose NICs are macvtaps: libvirt isolates and filters what goes through a bridge. Put the NIC on one, or leave ${said} out.`,
    );
}

/** @throws Refusal of a filter that the host's libvirt has not */
async function refuseWithoutFilter(host: Host, { filter }: Pick<NicInputs, "filter">): Promise<void> {
  if (filter === undefined) return;
  const { name } = filter;
  await virsh(host, ["nwfilter-dumpxml", name], { purpose: `look for the network filter ${name}` }).catch((error) => {
    if (!(error instanceof RemoteCommandError && /no nwfilter|nwfilter not found/i.test(error.message))) throw error;
    throw new Refusal(
      `${host.label}: filter.name: libvirt has no network filter ${name} on this host; virsh nwfilter-list shows those that it has. Debian's own are in libvirt-daemon-config-nwfilter.`,
    );
  });
}

/** What a VM that is to have a NIC is told to be, and when it has the NIC. */
export function whenWords({ name, running, paused, saved }: LibvirtDomain, on: string): string {
  if (paused)
    return `${name} is paused: it gets the NIC${on} live, without a restart, and in its definition; its guest sees it once it runs on (virsh resume ${quote([name])}).`;
  if (running) return `${name} runs: it gets the NIC${on} live, without a restart, and in its definition.`;
  if (saved)
    return `${name} is shut off and saved (virsh managedsave): it gets the NIC${on} in its definition. ${savedWords(name)}`;
  return `${name} is shut off: it gets the NIC${on} in its definition, for its next start.`;
}

export const savedWords = (name: string): string =>
  `Its next start goes on from what was saved, without what is changed now: it has that from a shutdown and start after it on, or at once where what was saved is thrown away (virsh managedsave-remove ${quote([name])}).`;
