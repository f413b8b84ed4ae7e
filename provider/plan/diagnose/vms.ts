import { quote } from "../../host/exec/quote";
import { type Facts, isGuestPort, linkNamed } from "../../host/facts/facts";
import { guestOf } from "../../host/facts/guestLinks";
import type { LibvirtNic } from "../../host/facts/libvirt";
import { findUnreadable } from "../../host/facts/unreadable";
import {
  type Attachment,
  attachmentBy,
  attachmentOf,
  bridgeOf,
  inWords,
  isThere,
  nameOf,
} from "../attachment/attachment";
import { type Check, type Finding, finding } from "./finding";

const domains = (facts: Facts) => facts.libvirt?.domains ?? [];

export const libvirtSilent: Check = ({ libvirt }) =>
  libvirt?.silent
    ? [
        finding("libvirt-silent", "error", {
          subject: "host",
          evidence: "virsh -q list --all: no answer",
          cause: "libvirt does not answer: its VMs may run on, but nothing can be said of them.",
          fix: "systemctl status libvirtd, and journalctl -u libvirtd, on the host; where libvirt's daemons are modular (Fedora, RHEL), virtqemud and virtnetworkd.",
        }),
      ]
    : [];

export const tapNotInBridge: Check = (facts) =>
  domains(facts).flatMap(({ name, live }) =>
    live.flatMap((nic) => {
      const bridge = bridgeOf(facts, attachmentOf(nic));
      const tap = nic.tap === undefined ? undefined : linkNamed(facts, nic.tap);
      if (!bridge || !tap || tap.master === bridge) return [];
      return finding("tap-not-in-bridge", "error", {
        subject: `VM ${name}`,
        evidence: `${tap.name} ${tap.master ? `master ${tap.master}` : "has no master"}; ${nic.mac} is on ${bridge}`,
        cause:
          "The VM's TAP is not a port of its bridge: something took it out, often a network restart that made the bridge anew.",
        fix: `ip link set ${tap.name} master ${bridge}`,
        fixable: true,
      });
    }),
  );

/** What of Proxmox VE's prints which bridge a NIC is to be in. */
const configTools: Readonly<Record<string, string>> = { VM: "qm", container: "pct", "VM or container": "qm or pct" };

/** The same of VMs and containers that are none of libvirt's: whose a link is tells its name, and which bridge is its, their own tool. */
export const guestNotInBridge: Check = ({ links }) =>
  links.flatMap((link) => {
    const guest = guestOf(link.name);
    if (guest === undefined || !isGuestPort(link) || link.master !== undefined) return [];
    const [, kind = "", id] = /(VM or container|VM|container) (\d+)/.exec(guest) ?? [];
    const tool = id === undefined ? "" : ` (${configTools[kind]} config ${id} on the host names it)`;
    return finding("tap-not-in-bridge", "error", {
      subject: `port ${link.name}`,
      evidence: `${link.name} has no master; by its name it is ${guest}`,
      cause: `${guest}, is in no bridge: something took it out, often an ifreload -a or a network restart that made the bridge anew.`,
      fix: `ip link set ${link.name} master BRIDGE, with the bridge that it belongs in${tool}; ip link set ${link.name} up.`,
    });
  });

/** A link that is down by the VM's definition too is as somebody wants it. */
export const linkDown: Check = (facts) =>
  domains(facts).flatMap(({ name, live, inactive }) =>
    live.flatMap((nic) => {
      const defined = inactive.find(({ mac }) => mac === nic.mac);
      if (nic.linkState === "up" || defined?.linkState === "down") return [];
      return finding("vm-link-down", "error", {
        subject: `VM ${name}`,
        evidence: `${nic.tap ?? "NIC"} (${nic.mac}): <link state='down'/>`,
        cause: "The NIC's cable is pulled, as the guest sees it; its definition has it plugged in.",
        fix: quote(["virsh", "domif-setlink", name, nic.mac, "up"]),
        fixable: true,
      });
    }),
  );

/** Seconds in which a guest is up and has asked for an address, or has told its IPv6 neighbours of itself. */
const bootTime = 180;

export const vmSilent: Check = (facts) =>
  domains(facts).flatMap(({ name, live, paused }) =>
    live.flatMap((nic) => {
      const tap = nic.tap === undefined ? undefined : linkNamed(facts, nic.tap);
      const vmAge = facts.vmAges.get(name);
      // A NIC that the running VM got later is younger.
      const age = Math.min(vmAge ?? 0, facts.linkAges?.get(tap?.index ?? 0) ?? Number.POSITIVE_INFINITY);
      if (tap?.rxPackets !== 0 || nic.linkState !== "up" || paused || age < bootTime) return [];
      return finding("vm-silent", "warning", {
        subject: `VM ${name}`,
        evidence: `${tap.name}: 0 packets from ${nic.mac}, the running VM has had it for ${age} s`,
        cause:
          "The guest has never sent a frame by this NIC: it has not booted, has no driver for it, or does not configure it. The host can't be what keeps it silent.",
        fix: `Look at the guest's console (${quote(["virsh", "console", name])}) for the NIC with that MAC address.`,
      });
    }),
  );

export const findLiveDifferences: Check = (facts) =>
  domains(facts).flatMap(({ name, running, live, inactive }) => {
    if (!running) return [];
    const on = (nic: LibvirtNic | undefined) => (nic === undefined ? "none" : inWords(attachmentOf(nic)));
    const bridge = (nic: LibvirtNic | undefined) => nic && bridgeOf(facts, attachmentOf(nic));
    return [...new Set([...live, ...inactive].map(({ mac }) => mac))].flatMap((mac) => {
      const [before, after] = [live, inactive].map((nics) => nics.find((nic) => nic.mac === mac));
      const [now, next] = [on(before), on(after)];
      // After some changes of a running NIC libvirt shows its network's bridge in place of the network.
      if (now === next || (bridge(before) === bridge(after) && bridge(before) !== undefined)) return [];
      return finding("live-unlike-persistent", "warning", {
        subject: `VM ${name}`,
        evidence: `${mac}: now ${now}, after the next start ${next}`,
        cause: "The running VM and its definition differ: its next start changes its network.",
        fix: `virsh attach-interface or detach-interface with --config, until virsh dumpxml --inactive ${name} says the same.`,
        fixable: true,
      });
    });
  });

export const sameMac: Check = (facts) => {
  const owners = new Map<string, Set<string>>();
  for (const { name, live, inactive } of domains(facts)) {
    for (const { mac } of [...live, ...inactive]) owners.set(mac, (owners.get(mac) ?? new Set()).add(name));
  }
  return [...owners].flatMap(([mac, names]) => {
    if (names.size < 2) return [];
    return finding("same-mac", "error", {
      subject: `VMs ${[...names].sort().join(", ")}`,
      evidence: `${mac} in ${[...names].sort().join(", ")}`,
      cause:
        "Two VMs have one MAC address, as a copied definition has: they get one address, and answers go to either.",
      fix: "Give one of them another MAC address; without <mac/>, libvirt makes one.",
    });
  });
};

export const macvtap: Check = (facts) =>
  domains(facts).flatMap(({ name, live, inactive }) => {
    const direct = [...live, ...inactive].filter(({ device }) => device !== undefined);
    const first = direct.filter(({ mac }, at) => direct.findIndex((one) => one.mac === mac) === at);
    return first.flatMap(({ mac, device = "" }) => {
      const bridge = linkNamed(facts, linkNamed(facts, device)?.master ?? "");
      const words = {
        subject: `VM ${name}`,
        evidence: `${mac}: <interface type='direct'><source dev='${device}'/>`,
        fix: "Put it on a bridge (a VmNic) where host and guest have to talk.",
      };
      if (bridge?.kind === "bridge")
        return finding("macvtap", "error", {
          ...words,
          evidence: `${words.evidence}; ${device} master ${bridge.name}`,
          cause: `The VM is on ${device} by a macvtap, and ${device} is a port of ${bridge.name}: the kernel gives what comes in to the bridge, and makes no macvtap on a bridge's port. The VM can't start with this NIC.`,
          fix: `Put it on ${bridge.name} (a VmNic).`,
        });
      return finding("macvtap", "warning", {
        ...words,
        cause: `The VM is on ${device} by a macvtap: the LAN reaches it, and the host itself does not, since what the host sends leaves by ${device} past it.`,
      });
    });
  });

/** VMs whose definition has a NIC on what the host does not have: running, they do not notice until their next start. */
export const findMissingBridges: Check = (facts) =>
  domains(facts).flatMap(({ name, running, inactive }) =>
    inactive.flatMap((nic) => {
      const attachment = attachmentOf(nic);
      const { kind } = attachment;
      // Of what can't be read, nothing is said to be missing.
      if (isThere(facts, attachment) || findUnreadable(facts, kind === "network" ? "networks" : "links").length > 0)
        return [];
      const [what, noun] = [nameOf(attachment), kind === "direct" ? "interface" : kind];
      return finding("vm-bridge-missing", running ? "warning" : "error", {
        subject: `VM ${name}`,
        evidence: `${nic.mac}: <source ${kind === "direct" ? "dev" : kind}='${what}'/>; ${kind === "network" ? "libvirt" : "the host"} has no ${noun} ${what}`,
        cause: running
          ? `The VM's definition has a NIC on a ${noun} that is not there: it runs on, and can't be started again.`
          : `The VM's definition has a NIC on a ${noun} that is not there: it can't start.`,
        fix: `Make the ${noun} ${what}, or put the NIC on another one (a VmNic with its MAC address).`,
      });
    }),
  );

/** Where a network's macvtaps can't be made any more. */
function lostDevice(
  facts: Facts,
  on: Attachment,
  { subject, affects }: { readonly subject: string; readonly affects: string },
): Finding | false {
  if (on.kind !== "direct") return false;
  const { device } = on;
  const link = linkNamed(facts, device);
  const bridge = link?.master === undefined ? undefined : linkNamed(facts, link.master);
  if (link ? bridge?.kind !== "bridge" : findUnreadable(facts, "links").length > 0) return false;
  return finding("network-bridge", "error", {
    subject,
    evidence: `<interface dev='${device}'/>; ${bridge ? `${device} master ${bridge.name}` : `the host has no interface ${device}`}`,
    cause: bridge
      ? `The network is of macvtaps on ${device}, which is a port of ${bridge.name}: the kernel makes none there.${affects}`
      : `The network is of macvtaps on an interface that is not there.${affects}`,
    fix: bridge
      ? `Put the network on the bridge ${bridge.name}.`
      : "Put the network on another interface, or on a bridge.",
  });
}

export const networks: Check = (facts) =>
  (facts.libvirt?.networks ?? [])
    .filter((network) => attachmentBy(network).kind !== "other")
    .flatMap(({ name, active, autostart, ...forward }) => {
      const { bridge } = forward;
      const users = domains(facts).filter(({ inactive }) => inactive.some(({ network }) => network === name));
      const affects = users.length > 0 ? ` ${users.map((vm) => vm.name).join(", ")} can't start on it.` : "";
      const words = { subject: `network ${name}`, fixable: true };
      return [
        bridge !== undefined &&
          linkNamed(facts, bridge)?.kind !== "bridge" &&
          finding("network-bridge", "error", {
            ...words,
            evidence: `<bridge name='${bridge}'/>; the host has no bridge ${bridge}`,
            cause: `The network is on a bridge that is not there.${affects}`,
            fix: `Make the bridge ${bridge}, or put the network on another one.`,
          }),
        lostDevice(facts, attachmentBy(forward), { ...words, affects }),
        !active &&
          finding("network-inactive", "error", {
            ...words,
            evidence: "Active: no",
            cause: `The network is not started.${affects}`,
            fix: `virsh net-start ${name}`,
          }),
        !autostart &&
          finding("network-autostart", "warning", {
            ...words,
            evidence: "Autostart: no",
            cause: "The network is not started with the host: after a reboot its VMs can't start.",
            fix: `virsh net-autostart ${name}`,
          }),
      ].filter((one) => one !== false);
    });
