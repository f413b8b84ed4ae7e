import manifest from "../../../package.json";
import type { Facts } from "../../host/facts/facts";

/** What is looked for. Names are stable: scripts go by them, and docs/troubleshooting.md has a heading of each. */
export const checkNames = [
  ...(["port-without-carrier", "port-disabled", "address-on-port", "bridge-without-address"] as const),
  ...(["address-moved", "same-address", "port-held-back", "bridge-mac", "mtu", "foreign-mac"] as const),
  ...(["bridge-gone", "no-default-route", "no-name-server"] as const),
  ...(["forward-drops", "hook-drops", "packet-path", "bridge-nf-call"] as const),
  ...(["next-boot", "nic-renamed", "cloud-init", "netplan-try"] as const),
  ...(["libvirt-silent", "network-bridge", "network-inactive", "network-autostart"] as const),
  ...([
    "tap-not-in-bridge",
    "vm-link-down",
    "vm-silent",
    "live-unlike-persistent",
    "same-mac",
    "macvtap",
    "vm-bridge-missing",
    "vlan-without-filtering",
    "tap-not-in-vlan",
    "vlan-not-on-uplink",
    "no-dhcp-answer",
    "self-test",
  ] as const),
  ...(["unconfirmed-change", "incomplete-way-back", "unplugged-nic"] as const),
  ...(["unread"] as const),
] as const;

export type CheckName = (typeof checkNames)[number];

/** One thing that is wrong on a host, or will be. */
export interface Finding {
  readonly check: CheckName;
  /** "error": something does not work now. "warning": it will not, or only by luck. */
  readonly severity: "error" | "warning";
  /** What it is about: "VM web", "bridge br0", "port enp1s0", "host". */
  readonly subject: string;
  /** What was seen, near to how the host printed it. */
  readonly evidence: string;
  readonly cause: string;
  readonly fix: string;
  /** Whether kvmnet itself mends it: as a resource, in `pulumi up`, or by `kvmnet doctor --fix`. */
  readonly fixable: boolean;
  /** Where more about it stands: a page's URL, or a file of the package's, and the heading in it. */
  readonly readOn: string;
}

interface Manifest {
  readonly version: string;
  /** The one place that says where the repository is. */
  readonly repository?: string;
}

/** Of this version, where the repository has an address. */
export function pageOf(path: string, { version, repository }: Manifest = manifest): string {
  return repository === undefined ? path : `${repository.replace(/\.git$/, "")}/blob/v${version}/${path}`;
}

export type Check = (facts: Facts) => Finding[];

type Words = Pick<Finding, "subject" | "evidence" | "cause" | "fix"> & { readonly fixable?: boolean };

export function finding(check: CheckName, severity: Finding["severity"], words: Words): Finding {
  return { check, severity, fixable: false, ...words, readOn: pageOf(`docs/troubleshooting.md#${check}`) };
}

/** A finding in one paragraph. */
export function sentences({ severity, check, subject, evidence, cause, fix, readOn }: Finding): string {
  return `${severity} ${check}, ${subject}: ${evidence}. ${cause} ${fix} (${readOn})`;
}
