import type { Host } from "../host";

/** What libvirt does with a VM's TAP once, when it makes it. No packet of anybody else's is lost. */
export async function joinBridge(host: Host, tap: string, bridge: string, isolated = false): Promise<void> {
  await host.exec(["ip", "link", "set", "dev", tap, "master", bridge], {
    purpose: `put the TAP ${tap} back into ${bridge}`,
  });
  // The kernel forgets it of a port that leaves.
  if (isolated) await isolate(host, tap, true);
}

/** Whether a bridge's port is kept apart from the other isolated ones. */
export async function isolate(host: Host, tap: string, isolated: boolean): Promise<void> {
  await host.exec(["ip", "link", "set", "dev", tap, "type", "bridge_slave", "isolated", isolated ? "on" : "off"], {
    purpose: `have the TAP ${tap} ${isolated ? "isolated" : "isolated no more"} in its bridge`,
  });
}
