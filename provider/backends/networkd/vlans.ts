import type { PortVlans } from "../../host/facts/links";
import { ranges } from "../../kernel/vlans";
import { header, networkFileName } from "../netplan/bridgeFile";

/** netplan has no word for VLANs of a bridge: drop-ins of networkd's (systemd.netdev(5), systemd.network(5)). */
const folder = "/etc/systemd/network";
const fileName = "kvmnet-vlans.conf";

export const filteringPath = (bridge: string) => `${folder}/10-netplan-${bridge}.netdev.d/${fileName}`;
/** By netplan's id of the port. */
export const portVlansPath = (id: string) => `${folder}/${networkFileName(id)}.d/${fileName}`;

export const filteringKey = "VLANFiltering=yes\n";

/** The section of a port's file. What it says of frames without a tag is what the kernel gives each port. */
export function portVlanText({ pvid, untagged, tagged }: PortVlans): string {
  const keys = [
    ...(pvid === undefined ? [] : [`PVID=${pvid}`]),
    ...ranges(untagged).map((range) => `EgressUntagged=${range}`),
    ...ranges(tagged).map((range) => `VLAN=${range}`),
  ];
  return `[BridgeVLAN]\n${keys.map((key) => `${key}\n`).join("")}`;
}

/** Both drop-ins. */
export function vlanDropIns(bridge: string, portId: string, uplink: PortVlans): Record<string, string> {
  return {
    [filteringPath(bridge)]: `${header}\n[Bridge]\n${filteringKey}`,
    [portVlansPath(portId)]: `${header}\n${portVlanText(uplink)}`,
  };
}

/** What a file of kvmnet's has of a port's VLANs with a tag: numbers and ranges. */
export function taggedIn(text: string | undefined): string[] {
  return [...(text ?? "").matchAll(/^VLAN=(\S+)$/gm)].map(([, range = ""]) => range);
}
