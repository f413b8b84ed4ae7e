import { type Facts, linkNamed } from "../../host/facts/facts";
import type { LibvirtNetwork } from "../../host/facts/libvirt";
import type { Host } from "../../host/host";
import { virsh, xmlOnInput } from "../../host/libvirt/virsh";
import { leftBehind, libvirtOf } from "../../plan/libvirt/find";
import { changedNicXml, movedNetworkXml, networkXml } from "../../plan/libvirt/xml";
import type { NetworkBefore, NetworkInputs } from "./definition";

/**
 * Defines a network, or the one that is there on another bridge. libvirt takes that at the network's next start, so it is
 * stopped: what is active after this is the answer.
 */
export async function define(
  host: Host,
  { name, bridge, uuid }: Pick<NetworkInputs, "name" | "bridge"> & { readonly uuid: string },
  present: LibvirtNetwork | undefined,
): Promise<boolean> {
  const xml = present?.forward === "bridge" ? movedNetworkXml(present.xml, bridge) : networkXml({ name, bridge, uuid });
  await virsh(host, ["net-define", xmlOnInput], { purpose: `define the network ${name}`, xml });
  // The TAPs of running VMs stay where they are meanwhile.
  if (!present?.active || (present.bridge === bridge && present.forward === "bridge")) return present?.active ?? false;
  await virsh(host, ["net-destroy", name], { purpose: `stop the network ${name}` });
  return false;
}

/** Has libvirt put the TAPs of running VMs into the bridge that their network is on now. No VM is stopped. Ends with what there is then. */
export async function fetchLeftBehind(
  host: Host,
  { name, bridge }: Pick<NetworkInputs, "name" | "bridge">,
): Promise<Facts> {
  const facts = await host.recentFacts();
  const left = leftBehind(libvirtOf(facts, host.label), name, bridge);
  for (const { domain, nic } of left) {
    const purpose = `move ${domain.name}'s ${nic.tap} to ${bridge}`;
    // libvirt can't put into a bridge what is in it.
    if (linkNamed(facts, nic.tap)?.master === bridge)
      await host.exec(["ip", "link", "set", "dev", nic.tap, "nomaster"], { purpose });
    const xml = changedNicXml(nic, { network: name, model: nic.model, linkState: nic.linkState });
    await virsh(host, ["update-device", domain.uuid, xmlOnInput, "--live"], { purpose, xml });
  }
  return left.length > 0 ? host.freshFacts() : facts;
}

/** A network that was there before is as it was then; VMs on it go on. */
export async function giveBack(host: Host, present: LibvirtNetwork, previous: NetworkBefore): Promise<void> {
  const { name, uuid } = present;
  const purpose = `give the network ${name} back as it was`;
  let { active } = present;
  if (present.definition.trim() !== previous.definition.trim()) {
    await virsh(host, ["net-define", xmlOnInput], { purpose, xml: previous.definition });
    // libvirt takes another bridge at the network's next start.
    if (active && !previous.definition.includes(`<bridge name='${present.bridge}'`)) {
      await virsh(host, ["net-destroy", uuid], { purpose });
      active = false;
    }
  }
  if (present.autostart !== previous.autostart)
    await virsh(host, ["net-autostart", uuid, ...(previous.autostart ? [] : ["--disable"])], { purpose });
  if (active === previous.active) return;
  await virsh(host, [previous.active ? "net-start" : "net-destroy", uuid], { purpose });
  const now = libvirtOf(await host.freshFacts(), host.label).networks.find((one) => one.uuid === uuid);
  if (previous.active && now?.bridge !== undefined) await fetchLeftBehind(host, { name, bridge: now.bridge });
}

export async function remove(host: Host, { name, uuid, active, persistent }: LibvirtNetwork): Promise<void> {
  if (active) await virsh(host, ["net-destroy", uuid], { purpose: `stop the network ${name}` });
  if (persistent) await virsh(host, ["net-undefine", uuid], { purpose: `remove the network ${name}` });
}
