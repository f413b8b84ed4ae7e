import type { Host } from "../host";

/** What a TAP is to be in its bridge. The kernel forgets it of a port that leaves. */
export interface AsPort {
  readonly isolated?: boolean;
  /** Commands of bridge(8) that put it into its VLANs, of those that the bridge gives each port. */
  readonly vlans?: readonly string[];
}

/** What libvirt does with a VM's TAP once, when it makes it. No packet of anybody else's is lost. */
export async function joinBridge(host: Host, tap: string, bridge: string, { isolated, vlans = [] }: AsPort = {}) {
  const set = (...words: string[]) =>
    host.exec(["ip", "link", "set", "dev", tap, ...words], { purpose: `put the TAP ${tap} back into ${bridge}` });
  // Until it is in its VLANs, its guest would hear those of the bridge.
  if (vlans.length > 0) await set("down");
  await set("master", bridge);
  if (isolated) await isolate(host, tap, true);
  if (vlans.length > 0) {
    await setVlans(host, tap, vlans);
    await set("up");
  }
}

/** Whether a bridge's port is kept apart from the other isolated ones. */
export async function isolate(host: Host, tap: string, isolated: boolean): Promise<void> {
  await host.exec(["ip", "link", "set", "dev", tap, "type", "bridge_slave", "isolated", isolated ? "on" : "off"], {
    purpose: `have the TAP ${tap} ${isolated ? "isolated" : "isolated no more"} in its bridge`,
  });
}

/** By commands of bridge(8). */
export async function setVlans(host: Host, tap: string, commands: readonly string[]): Promise<void> {
  for (const command of commands)
    await host.exec(["bridge", ...command.split(" ")], { purpose: `put the TAP ${tap} into its VLANs` });
}
