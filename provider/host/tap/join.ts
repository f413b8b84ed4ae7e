import type { Host } from "../host";

/** What libvirt does with a VM's TAP once, when it makes it. No packet of anybody else's is lost. */
export async function joinBridge(host: Host, tap: string, bridge: string): Promise<void> {
  await host.exec(["ip", "link", "set", "dev", tap, "master", bridge], {
    purpose: `put the TAP ${tap} back into ${bridge}`,
  });
}
