import { linkNamed } from "../../host/facts/facts";
import { noUplink } from "../../host/facts/records";
import { plugScript, unpluggedAt } from "../../host/keptFolder";
import { type Check, finding } from "./finding";

export const unconfirmed: Check = ({ armed, incomplete }) =>
  armed === undefined || incomplete !== undefined
    ? []
    : [
        finding("unconfirmed-change", "warning", {
          subject: "host",
          evidence: `/var/lib/kvmnet/armed/id: ${armed}`,
          cause:
            "A change of the host's network is not confirmed: it runs now, or its program was ended in the middle. The host undoes it at its timeout, or at its next boot.",
          fix: "Wait for the timeout; if it stays, see journalctl -u 'kvmnet-*' on the host.",
          fixable: true,
        }),
      ];

/** The report of the change names the same: it ended so. */
export const incompleteWayBack: Check = ({ armed, incomplete }) =>
  armed === undefined || incomplete === undefined
    ? []
    : [
        finding("incomplete-way-back", "error", {
          subject: "host",
          evidence: incomplete.trim().split("\n").join("; "),
          cause:
            "A change of the host's network was undone, but not to the end. The host tries again by itself, ever less often, and at its next boot.",
          fix: `See /var/lib/kvmnet/transactions/${armed}/report on the host; mend what it names, or restart the host.`,
          fixable: true,
        }),
      ];

export const netplanTry: Check = ({ tryStamp }) =>
  tryStamp === undefined
    ? []
    : [
        finding("netplan-try", "error", {
          subject: "host",
          evidence: tryStamp,
          cause:
            "A `netplan try` that was killed left its stamp: while it is there, netplan takes the network for being restored and generates nothing (netplan 1.1).",
          fix: "rm /run/netplan/netplan-try.ready, when no `netplan try` runs.",
          fixable: true,
        }),
      ];

/** One that the VM has again, by whatever means, is none. */
export const unpluggedNic: Check = ({ armed, unplugged = [], libvirt }) =>
  (armed === undefined ? unplugged : []).flatMap(({ vm, mac, device }) => {
    const domain = libvirt?.domains.find(({ uuid }) => uuid === vm);
    const isOut = domain?.running && !domain.live.some((nic) => nic.mac === mac);
    const stays = domain?.inactive.some((nic) => nic.mac === mac && nic.device === device);
    if (libvirt && !libvirt.silent && !isOut && !stays) return [];
    return finding("unplugged-nic", "error", {
      subject: `VM ${domain?.name ?? vm}`,
      evidence: unpluggedAt({ vm, mac }),
      cause: `Its NIC ${mac} was taken out for a change of the host's network, and is not plugged in again: kvmnet was ended in the middle, or libvirt did not take it.`,
      fix: `sh ${plugScript}, which says why where it can't.`,
      fixable: true,
    });
  });

/** A bridge of kvmnet's that the host has lost with its files: who has the NIC now, did not know of it. */
export const bridgeGone: Check = (facts) =>
  [...facts.records].flatMap(([name, { uplink }]) => {
    if (linkNamed(facts, name)) return [];
    const nic = linkNamed(facts, uplink);
    const by = nic?.networkFile ?? facts.profiles.get(uplink)?.path;
    return finding("bridge-gone", "error", {
      subject: `bridge ${name}`,
      evidence: `/var/lib/kvmnet/bridges/${name}.json has ${name}${uplink === noUplink ? "" : ` on ${uplink}`}; the host has no ${name}${nic && by ? `, and ${uplink} by ${by}` : ""}`,
      cause: `Somebody deleted ${name}, or the host's network is configured by another program since.`,
      fix: "pulumi up makes the bridge again, in the words of who has the NIC now; pulumi destroy takes away what is left of it.",
      fixable: true,
    });
  });
