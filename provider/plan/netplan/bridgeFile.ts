import { stringify } from "yaml";
import type { Stanza } from "./addressing";

export interface BridgeFile {
  readonly name: string;
  /** netplan's id of the uplink. */
  readonly port: string;
  readonly macAddress: string;
  readonly mtu: number | undefined;
  readonly stp: boolean;
  readonly forwardDelay: number;
  readonly addressing: Stanza;
}

/** After the files of installers and of people, so that nothing in them is hidden, and before a user's own 9x-overrides. */
export function bridgeFilePath(name: string): string {
  return `/etc/netplan/80-kvmnet-${name}.yaml`;
}

export function bridgeFileText(bridge: BridgeFile): string {
  const definition = {
    renderer: "networkd",
    interfaces: [bridge.port],
    macaddress: bridge.macAddress,
    ...(bridge.mtu !== undefined && { mtu: bridge.mtu }),
    parameters: { stp: bridge.stp, "forward-delay": bridge.forwardDelay },
    ...bridge.addressing,
  };
  return (
    "# Written by kvmnet. Change the Pulumi program instead: what is changed here is seen as drift.\n" +
    stringify(
      { network: { version: 2, bridges: { [bridge.name]: definition } } },
      {
        lineWidth: 0,
        singleQuote: false,
        // As a block, yaml 2.9 loses white space of a text that is nothing else.
        blockQuote: false,
      },
    )
  );
}

/** The name of networkd's file for an id, which drop-ins go by. */
export function networkFileName(id: string): string {
  return `10-netplan-${id}.network`;
}

/** netplan has no key for it: the uplink's DHCP identity on the bridge, so that the server knows the host again (systemd.network(5), IAID=). */
export function identityDropIn(bridge: string, iaid: number): { path: string; text: string } {
  return {
    path: `/etc/systemd/network/${networkFileName(bridge)}.d/kvmnet-identity.conf`,
    text: `# Written by kvmnet: the DHCP identity that the uplink had.\n[DHCPv4]\nIAID=${iaid}\n\n[DHCPv6]\nIAID=${iaid}\n`,
  };
}

/** RFC 4361: 0xff, a 32-bit IAID, a DUID. Another kind of client id has no IAID. */
export function iaidOf(clientId: string | undefined): number | undefined {
  return clientId && /^ff[0-9a-f]{10,}$/i.test(clientId) ? Number.parseInt(clientId.slice(2, 10), 16) : undefined;
}
