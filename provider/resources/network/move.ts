import { type Facts, linkNamed } from "../../host/facts/facts";
import type { LibvirtNetwork } from "../../host/facts/libvirt";
import { forwardIn } from "../../host/facts/parseLibvirt";
import type { Host } from "../../host/host";
import { virsh, xmlOnInput } from "../../host/libvirt/virsh";
import { type Attachment, attachmentBy } from "../../plan/attachment/attachment";
import { leftBehind, libvirtOf } from "../../plan/libvirt/find";
import { changedNicXml, networkXml, renderMovedNetwork } from "../../plan/libvirt/xml";
import type { NetworkBefore } from "./definition";
import { isOn } from "./place";

/**
 * Defines a network, or the one that is there on something else. libvirt takes that at the network's next start, so it is
 * stopped: what is active after this is the answer.
 */
export async function define(
  host: Host,
  { name, place, uuid }: { readonly name: string; readonly place: Attachment; readonly uuid: string },
  present: LibvirtNetwork | undefined,
): Promise<boolean> {
  const isOurs = present && attachmentBy(present).kind !== "other";
  const xml = isOurs ? renderMovedNetwork(present.xml, place) : networkXml({ name, on: place, uuid });
  await virsh(host, ["net-define", xmlOnInput], { purpose: `define the network ${name}`, xml });
  // The TAPs of running VMs stay where they are meanwhile.
  if (!present?.active || isOn(present, place)) return present?.active ?? false;
  await virsh(host, ["net-destroy", name], { purpose: `stop the network ${name}` });
  return false;
}

/** Has libvirt put the TAPs of running VMs into the bridge that their network is on now. No VM is stopped. Ends with what there is then. */
export async function fetchLeftBehind(host: Host, name: string, bridge: string): Promise<Facts> {
  const facts = await host.readRecentFacts();
  const left = leftBehind(libvirtOf(facts, host.label), name, bridge);
  for (const { domain, nic } of left) {
    const purpose = `move ${domain.name}'s ${nic.tap} to ${bridge}`;
    // libvirt can't put into a bridge what is in it.
    if (linkNamed(facts, nic.tap)?.master === bridge)
      await host.exec(["ip", "link", "set", "dev", nic.tap, "nomaster"], { purpose });
    const xml = changedNicXml(nic, { network: name, model: nic.model, linkState: nic.linkState });
    await virsh(host, ["update-device", domain.uuid, xmlOnInput, "--live"], { purpose, xml });
  }
  return left.length > 0 ? host.readFreshFacts() : facts;
}

/** What a network was on before kvmnet. */
export const placeBefore = ({ definition }: NetworkBefore): Attachment => attachmentBy(forwardIn(definition));

/** A network that was there before is as it was then; VMs on it go on. */
export async function giveBack(host: Host, present: LibvirtNetwork, previous: NetworkBefore): Promise<void> {
  const { name, uuid } = present;
  const purpose = `give the network ${name} back as it was`;
  let { active } = present;
  if (present.definition.trim() !== previous.definition.trim()) {
    await virsh(host, ["net-define", xmlOnInput], { purpose, xml: previous.definition });
    // libvirt takes another place at the network's next start.
    if (active && !isOn(present, placeBefore(previous))) {
      await virsh(host, ["net-destroy", uuid], { purpose });
      active = false;
    }
  }
  if (present.autostart !== previous.autostart)
    await virsh(host, ["net-autostart", uuid, ...(previous.autostart ? [] : ["--disable"])], { purpose });
  if (active === previous.active) return;
  await virsh(host, [previous.active ? "net-start" : "net-destroy", uuid], { purpose });
  const now = libvirtOf(await host.readFreshFacts(), host.label).networks.find((one) => one.uuid === uuid);
  if (previous.active && now?.bridge !== undefined) await fetchLeftBehind(host, name, now.bridge);
}

export async function remove(host: Host, { name, uuid, active, persistent }: LibvirtNetwork): Promise<void> {
  if (active) await virsh(host, ["net-destroy", uuid], { purpose: `stop the network ${name}` });
  if (persistent) await virsh(host, ["net-undefine", uuid], { purpose: `remove the network ${name}` });
}
