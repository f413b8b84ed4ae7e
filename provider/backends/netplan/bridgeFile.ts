import { posix } from "node:path";
import { stringify } from "yaml";
import type { Stanza } from "../entry/addressing";
import { findDefinition } from "../entry/definition";
import type { PortEntry } from "./pattern";

export interface BridgeFile {
  readonly name: string;
  /** netplan's entry of the uplink; undefined: there is none. */
  readonly port: PortEntry | undefined;
  readonly macAddress: string;
  readonly mtu: number | undefined;
  readonly stp: boolean;
  readonly forwardDelay: number;
  readonly addressing: Stanza;
  /** Whether a boot is through without it. */
  readonly optional?: boolean;
}

const folder = "/etc/netplan";

/**
 * kvmnet's file of a bridge, after all files of the user's that say anything of what it says: netplan goes by the files'
 * names, and the last one counts. It comes after those of installers and of people as they mostly are, and where one
 * comes later still, directly after that: a name goes before the same name with more to it.
 */
export function bridgeFilePath(
  netplan: ReadonlyMap<string, string>,
  { name, port, mtu }: Pick<BridgeFile, "name" | "port" | "mtu">,
): string {
  const usual = `80-kvmnet-${name}.yaml`;
  const ofPort = mtu === undefined || port === undefined ? [] : (findDefinition(netplan, port.id)?.places ?? []);
  const last = [...(findDefinition(netplan, name)?.places ?? []), ...ofPort.filter(({ map }) => map.has("mtu"))]
    .filter(({ path }) => !isBridgeFile(path, name))
    .map(({ path }) => posix.basename(path))
    .filter((file) => file > usual)
    .sort()
    .at(-1);
  return `${folder}/${last === undefined ? usual : `${last}.kvmnet-${name}.yaml`}`;
}

/** Whether a file is kvmnet's of this bridge, wherever it stands. */
export function isBridgeFile(path: string, name: string): boolean {
  if (path.startsWith("/etc/systemd/network/")) return path.endsWith(`-kvmnet-bridge-${name}.network`);
  if (path.startsWith("/etc/NetworkManager/")) return path.endsWith(`/kvmnet-bridge-${name}.nmconnection`);
  const own = path.startsWith(`${folder}/80-kvmnet-`);
  return own ? path === `${folder}/80-kvmnet-${name}.yaml` : path.endsWith(`.yaml.kvmnet-${name}.yaml`);
}

/** kvmnet's files of this bridge: one, or none. */
export function bridgeFilesIn(netplan: ReadonlyMap<string, string>, name: string): string[] {
  return [...netplan.keys()].filter((path) => isBridgeFile(path, name));
}

/** The first line of what kvmnet writes. */
export const header = "# Written by kvmnet. Change the Pulumi program instead: what is changed here is seen as drift.";

export function bridgeFileText(bridge: BridgeFile): string {
  const definition = {
    renderer: "networkd",
    interfaces: bridge.port ? [bridge.port.id] : [],
    macaddress: bridge.macAddress,
    ...(bridge.mtu !== undefined && { mtu: bridge.mtu }),
    parameters: { stp: bridge.stp, "forward-delay": bridge.forwardDelay },
    ...(bridge.optional && { optional: true }),
    ...bridge.addressing,
  };
  // A bridge does not give its ports its MTU, nor networkd at the next boot.
  const port = { ...bridge.port?.settings, ...(bridge.mtu !== undefined && { mtu: bridge.mtu }) };
  return (
    `${header}\n` +
    stringify(
      {
        network: {
          version: 2,
          ...(bridge.port && Object.keys(port).length > 0 && { [bridge.port.section]: { [bridge.port.id]: port } }),
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
