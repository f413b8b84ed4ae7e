import type { Facts } from "../../host/facts/facts";
import { Refusal } from "../../schema/refusal";

const path = "/etc/network/interfaces.new";

/** What is to be said of a file that Proxmox VE's next boot puts in the place of /etc/network/interfaces. */
export const pendingWords = {
  evidence: `${path} is there, and is not like /etc/network/interfaces`,
  cause:
    "Proxmox VE keeps a change of the network there that is not made yet: its next boot puts that file in the place of /etc/network/interfaces (pvenetcommit.service), and the host's network changes.",
  fix: `Have it made now, at the console (Apply Configuration at the node's Network, or pvesh set /nodes/NODE/network), or take it back (Revert there, or rm ${path}).`,
};

/** @throws Refusal of a change of a host's network where its next boot would put another file in the place of ifupdown2's */
export function refusePending({ pendingInterfaces }: Pick<Facts, "pendingInterfaces">): void {
  if (pendingInterfaces === undefined) return;
  const { cause, fix } = pendingWords;
  throw new Refusal(
    pendingInterfaces === "unlike"
      ? `${path} is there. ${cause} ${fix}`
      : `${path} is there, like /etc/network/interfaces as that is now. On Proxmox VE the next boot would put it in the place of the file that kvmnet changes (pvenetcommit.service). Take it away: rm ${path}.`,
  );
}
