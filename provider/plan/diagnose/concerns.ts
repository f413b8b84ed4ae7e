import { type Facts, linkNamed, ports } from "../../host/facts/facts";
import { hasOwnMac } from "./bridges";
import { diagnose } from "./diagnose";
import type { CheckName, Finding } from "./finding";

/** A resource, as findings call it. */
export type Concerned =
  /** `macAddress`: what the program wants, or has by default. */
  | { readonly bridge: string; readonly macAddress?: string }
  | { readonly network: string }
  /** One NIC of a VM: what is about another one of it is that one's. `linkState`: what the program wants. */
  | { readonly domain: string; readonly macAddress?: string; readonly linkState?: "up" | "down" };

/** What a resource has in its own drift, in other words, and mends by itself. */
const driftChecks: ReadonlySet<CheckName> = new Set<CheckName>([
  ...([
    "bridge-gone",
    "address-on-port",
    "bridge-without-address",
    "bridge-mac",
    "next-boot",
    "tap-not-in-bridge",
  ] as const),
  ...(["network-bridge", "network-inactive", "network-autostart", "vm-link-down", "live-unlike-persistent"] as const),
]);

/** Findings about a resource that its own drift does not tell: by the facts that are read already. */
export function concerns(facts: Facts, about: Concerned, drift: readonly string[]): Finding[] {
  const subjects = subjectsOf(facts, about);
  return diagnosed(facts).filter(({ check, subject, evidence }) => {
    if ("domain" in about && isOfAnother(facts, about, evidence)) return false;
    if ("bridge" in about && check === "bridge-mac" && isAsWanted(facts, about)) return false;
    if ("domain" in about && about.linkState === "down" && check === "vm-link-down") return false;
    if (drift.length > 0 && driftChecks.has(check)) return false;
    // A BridgeNetfilter says this itself.
    if (check === "forward-drops" && "bridge" in about && isGuarded(facts, about.bridge)) return false;
    return subjects.some((one) => one === subject || (subject.startsWith("VMs ") && sharedBy(subject, one)));
  });
}

/** Findings about a NIC have its MAC address in what was seen. */
function isOfAnother(
  facts: Facts,
  { domain, macAddress }: { domain: string; macAddress?: string },
  evidence: string,
): boolean {
  const vm = facts.libvirt?.domains.find(({ name }) => name === domain);
  const macs = [...(vm?.live ?? []), ...(vm?.inactive ?? [])].map(({ mac }) => mac);
  const named = macs.filter((mac) => evidence.includes(mac));
  return macAddress !== undefined && named.length > 0 && !named.includes(macAddress);
}

const diagnoses = new WeakMap<Facts, readonly Finding[]>();

/** Once for what a host said: a stack with 200 NICs on it asks 200 times, at 5 ms each. */
function diagnosed(facts: Facts): readonly Finding[] {
  const before = diagnoses.get(facts);
  if (before) return before;
  const findings = diagnose(facts);
  diagnoses.set(facts, findings);
  return findings;
}

function subjectsOf(facts: Facts, about: Concerned): string[] {
  if ("network" in about) return [`network ${about.network}`];
  if ("domain" in about) return [`VM ${about.domain}`];
  const { bridge } = about;
  return [`bridge ${bridge}`, ...ports(facts, bridge).map(({ name }) => `port ${name}`), "host"];
}

/** "VMs a, b" are both. */
function sharedBy(subject: string, vm: string): boolean {
  return subject
    .slice("VMs ".length)
    .split(", ")
    .some((name) => `VM ${name}` === vm);
}

function isAsWanted(facts: Facts, { bridge, macAddress }: { bridge: string; macAddress?: string }): boolean {
  const link = linkNamed(facts, bridge);
  return link !== undefined && hasOwnMac(link, macAddress);
}

function isGuarded(facts: Facts, bridge: string): boolean {
  return [...facts.netfilter.keys()].some((path) => path.startsWith(`/var/lib/kvmnet/netfilter/${bridge}/`));
}
