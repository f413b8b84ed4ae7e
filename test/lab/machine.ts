import { createHash } from "node:crypto";
import type { CommandOptions, CommandResult } from "./command";
import type { HostKind, Release } from "./hostImage";
import type { FileContent } from "./overlay";
import type { Switch, SwitchPort } from "./switch";

/** What a host runs in: a disk, NICs that are plugged into the LAN's switch, a power switch, and a way in past the network. */
export interface Machine {
  /** Of its NICs, in their order, while it is on. */
  readonly ports: readonly SwitchPort[];
  /** On, and booted so far that it runs commands. */
  powerOn(): Promise<void>;
  /** The plug pulled: what is on its disk stays, its NICs leave the switch. */
  powerOff(): Promise<void>;
  /** What `systemctl poweroff` ends. */
  isOn(): Promise<boolean>;
  /** Root on it, past its network: works while the network does not. */
  exec(argv: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  /** Its network, as `ip netns` names it. */
  readonly namespace: string;
  /** A file of the running machine as this one sees it. */
  pathOf(path: string): string;
}

export interface MachineSpec {
  hostName: string;
  release: Release;
  image: HostKind;
  labId: string;
  lanSwitch: Switch;
  nics: readonly { name: string; macAddress: string }[];
  /** Put onto its disk before it boots for the first time. */
  files: Record<string, FileContent>;
  /** For its disk; a folder of its own. */
  folder: string;
  /** What it says on its console. */
  log: string;
}

/** Root's, for commands past the network. */
export const environment = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", HOME: "/root", LANG: "C.UTF-8" };

/** Locally administered, and the same for the same name: what a lab shows can be compared with the last one. */
export function macAddressOf(host: string, nic: string): string {
  const hash = createHash("sha256").update(`${host}/${nic}`).digest();
  return ["02", ...[...hash.subarray(0, 5)].map((byte) => byte.toString(16).padStart(2, "0"))].join(":");
}
