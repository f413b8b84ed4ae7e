import { stringify } from "yaml";
import type { Stanza } from "./addressing";
import type { NetplanDefinition } from "./definition";

export interface BridgeFile {
  readonly name: string;
  /** netplan's entry of the uplink. */
  readonly port: Pick<NetplanDefinition, "section" | "id">;
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
    interfaces: [bridge.port.id],
    macaddress: bridge.macAddress,
    ...(bridge.mtu !== undefined && { mtu: bridge.mtu }),
    parameters: { stp: bridge.stp, "forward-delay": bridge.forwardDelay },
    ...bridge.addressing,
  };
  return (
    "# Written by kvmnet. Change the Pulumi program instead: what is changed here is seen as drift.\n" +
    stringify(
      {
        network: {
          version: 2,
          // A bridge does not give its ports its MTU, nor networkd at the next boot.
          ...(bridge.mtu !== undefined && { [bridge.port.section]: { [bridge.port.id]: { mtu: bridge.mtu } } }),
          bridges: { [bridge.name]: definition },
        },
      },
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
