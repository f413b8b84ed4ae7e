import { quote } from "../../host/exec/quote";
import { type Facts, linkNamed } from "../../host/facts/facts";
import type { LibvirtDomain, LibvirtNic } from "../../host/facts/libvirt";
import { macvtapModeIn } from "../attachment/attachment";
import { guestNicsOn } from "../attachment/guestNics";
import type { Impact, Look } from "./impact";

/** Links on top of another one: the kernel gives a NIC's frames to one of them or to a bridge, not to both. */
export const stackedLinks: Look = (facts, { gone, successor, enslaved, deleted }) => {
  const moved = new Set(deleted ? [] : guestNicsOn(facts, gone).flatMap(({ live }) => live?.tap ?? []));
  return facts.links
    .filter(({ parent, name }) => parent === gone && !moved.has(name))
    .map(({ name, kind = "" }): Impact => {
      const vm = vmOf(facts, name);
      const about = { name: `${kind}:${name}` };
      const which = `${kind} ${name}${vm === undefined ? "" : ` of the VM ${vm}`} is on ${gone}`;
      const goes = `${which}, and goes with it`;
      if (kind === "vlan") {
        const stays = `${which}, and stays there: what comes in with its tag is its own, and reaches no VM on ${successor}`;
        const remedy = "Take it away first, or put it on another link";
        return deleted
          ? { ...about, says: goes, remedy, verdict: "refused" }
          : { ...about, says: stays, remedy: "", verdict: "seen to" };
      }
      const remedy =
        vm === undefined
          ? `Take it away first; what needs it can have a port of ${enslaved ? successor : "another bridge"} instead`
          : `Detach it first: take its Nic out of the program for one \`up\`, or virsh detach-interface ${quote([vm])} direct; and give ${vm} a NIC on ${successor} after that`;
      const barred = `${which}: the kernel makes such a NIC no port of a bridge`;
      return deleted
        ? { ...about, says: goes, remedy, verdict: "refused" }
        : { ...about, says: barred, remedy, verdict: "impossible" };
    });
};

function vmOf(facts: Facts, link: string): string | undefined {
  return facts.libvirt?.domains.find(({ running, live }) => running && live.some(({ tap }) => tap === link))?.name;
}

/** libvirt's VMs that have a NIC directly on one of the host's, also those that are off: their next start fails. */
export const guestsDirectly: Look = (facts, { gone, successor, deleted }) =>
  guestNicsOn(facts, gone).flatMap(({ domain, mac, live }): Impact[] => {
    const { name } = domain;
    const tap = live?.tap === undefined ? undefined : linkNamed(facts, live.tap);
    if (deleted && tap?.parent === gone) return [];
    const about = { name: `vm:${name}:${gone}` };
    const off = `the VM ${name} has a NIC directly on ${gone} (type='direct'), and can't start with it any more`;
    const remedy = `Give it a NIC on ${successor} instead`;
    if (deleted) return [{ ...about, says: off, remedy, verdict: "refused" }];
    const defined = `in ${name}'s definition the NIC ${mac} is on ${successor} once the change is confirmed`;
    if (live === undefined) return [{ ...about, says: off, remedy, accepted: defined, verdict: "refused" }];
    const barred = `the VM ${name} has its NIC ${mac} directly on ${gone} (macvtap), and the kernel makes a NIC with that on it no port of a bridge`;
    const why = obstacleOf(domain, live);
    if (why !== undefined) return [{ ...about, says: barred, remedy: why, verdict: "impossible" }];
    const accepted = `kvmnet takes it out of the running VM before the change, and plugs it in on ${successor}, by the same MAC address, once the change is confirmed: the guest is off the LAN for some seconds, for confirm.timeout at most. Where the change is undone, it comes back onto ${gone}. ${defined.charAt(0).toUpperCase()}${defined.slice(1)}`;
    return [{ ...about, says: barred, remedy, accepted, verdict: "refused" }];
  });

/** Why a running VM's NIC can't be taken along, with what to do first; undefined: it can. */
function obstacleOf({ name, paused }: LibvirtDomain, { element }: LibvirtNic): string | undefined {
  if (paused) {
    const resume = quote(["virsh", "resume", name]);
    return `${name} is paused, and a guest lets a NIC go only while it runs: ${resume}`;
  }
  return macvtapModeIn(element) === "passthrough"
    ? `Detach it first, virsh detach-interface ${quote([name])} direct: in the mode passthrough the host's NIC has the guest's MAC address, which the bridge would take for the host's`
    : undefined;
}

/** libvirt's networks that use a NIC directly, also those that are off. */
export const networksDirectly: Look = (facts, { gone, successor }) => {
  const uses = new RegExp(`<(?:forward|interface|pf)\\b[^>]*\\bdev=['"]${gone.replaceAll(".", "\\.")}['"]`);
  return (facts.libvirt?.networks ?? [])
    .filter(({ xml }) => uses.test(xml))
    .map(
      ({ name }): Impact => ({
        name: `network:${name}:${gone}`,
        says: `the libvirt network ${name} goes out over ${gone} by its definition, which its traffic does not any more`,
        remedy: `Write ${successor} into it, or make it a network on the bridge ${successor}`,
        verdict: "refused",
      }),
    );
};

/** libvirt's networks that are off and make a bridge of this name themselves: they can't be started beside it. */
export const sameBridgeName: Look = (facts, { successor }) =>
  (facts.libvirt?.networks ?? [])
    .filter(({ active, forward, definedBridge }) => !active && forward !== "bridge" && definedBridge === successor)
    .map(
      ({ name }): Impact => ({
        name: `network:${name}:${successor}`,
        says: `the libvirt network ${name}, which is off, makes a bridge ${successor} of its own, and can't be started any more beside this one`,
        remedy: `Give it another bridge's name (virsh net-edit ${quote([name])}), or take another name than ${successor}`,
        verdict: "refused",
      }),
    );
