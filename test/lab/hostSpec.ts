import { join } from "node:path";
import { folders } from "./folders";
import type { HostKind, Release } from "./hostImage";
import type { Lan } from "./lan";
import { type MachineSpec, macAddressOf } from "./machine";
import type { FileContent } from "./overlay";
import type { Switch } from "./switch";

export interface HostOptions {
  name: string;
  /**
   * What it runs in. A "container" (the default) is there in seconds and can have guests. "qemu" is a machine with
   * Debian's kernel, a clock of its own, NICs with permanent MAC addresses and a disk that loses what was not written
   * when its power is cut; its NICs are enp1s0 and enp2s0.
   */
  kind?: "container" | "qemu";
  release?: Release;
  /** A container that has Debian's docker.io and cloud-init installed too; neither runs unless a test sees to it. */
  extras?: boolean;
  /** A container whose NIC ifupdown has, by this /etc/network/interfaces; it has no netplan. */
  interfaces?: string;
  /** Such a one with ifupdown2 in ifupdown's place, and without libvirt, as Proxmox VE is. */
  ifupdown2?: boolean;
  /** A container whose NIC NetworkManager has, by these profiles: name to text; none, by one that it makes itself. It has netplan where `netplan` is given. */
  profiles?: Record<string, string>;
  /** How the installer configured its NIC; "dhcp" by default. "slaac": IPv6 alone, by the router's advertisements. */
  addressing?: "dhcp" | "dhcp6" | "slaac" | { address: string; gateway?: string; nameservers?: readonly string[] };
  /** The whole text of /etc/netplan/01-netcfg.yaml, instead of `addressing`. */
  netplan?: string;
  /** Of a container; "enp1s0" by default. */
  nicName?: string;
  /** Further NICs of a container, plugged into the same switch and not configured. */
  extraNics?: string[];
  /** Further files, there before the host boots. */
  files?: Record<string, FileContent>;
}

export interface HostParts {
  lan: Lan;
  lanSwitch: Switch;
  options: HostOptions;
}

export function isIpv6({ addressing }: HostOptions): boolean {
  return (
    addressing === "slaac" ||
    addressing === "dhcp6" ||
    (typeof addressing === "object" && addressing.address.includes(":"))
  );
}

function imageOf({ extras, interfaces, ifupdown2, profiles, netplan }: HostOptions): HostKind {
  if (profiles !== undefined) return netplan === undefined ? "networkManager" : "netplanNetworkManager";
  if (interfaces !== undefined) return ifupdown2 ? "ifupdown2" : "ifupdown";
  return extras ? "extras" : "plain";
}

export function specOf({ lan, lanSwitch, options }: HostParts, files: MachineSpec["files"]): MachineSpec {
  const { name, kind, release = "bookworm", nicName = "enp1s0", extraNics = [] } = options;
  const image = imageOf(options);
  if (kind === "qemu" && (options.nicName ?? options.extraNics) !== undefined) {
    throw new Error(`${name}: a machine in QEMU has enp1s0 and enp2s0; netplan's set-name can give them other names`);
  }
  if (kind === "qemu" && image !== "plain") {
    throw new Error(`${name}: Docker, cloud-init, ifupdown and NetworkManager are in images of containers alone`);
  }
  const nics = kind === "qemu" ? ["enp1s0", "enp2s0"] : [nicName, ...extraNics];
  return {
    hostName: name,
    release,
    image,
    labId: lan.id,
    lanSwitch,
    nics: nics.map((nic) => ({ name: nic, macAddress: macAddressOf(name, nic) })),
    files,
    folder: join(folders.scratch(lan.id), name),
    log: join(folders.run(lan.id), `${name}.log`),
  };
}
