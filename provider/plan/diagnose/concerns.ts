import { type Facts, ports } from "../../host/facts/facts";
import { diagnose } from "./diagnose";
import type { CheckName, Finding } from "./finding";

/** A resource, as findings call it. */
export type Concerned = { readonly bridge: string } | { readonly network: string } | { readonly domain: string };

/** What a resource has in its own drift, in other words, and mends by itself. */
const ownDrift: ReadonlySet<CheckName> = new Set<CheckName>([
  ...(["address-on-port", "bridge-without-address", "bridge-mac", "next-boot", "tap-not-in-bridge"] as const),
  ...(["network-bridge", "network-inactive", "network-autostart", "vm-link-down", "live-unlike-persistent"] as const),
]);

/** Findings about a resource that its own drift does not tell: by the facts that are read already. */
export function concerns(facts: Facts, about: Concerned, drift: readonly string[]): Finding[] {
  const subjects = subjectsOf(facts, about);
  return diagnosed(facts).filter(({ check, subject }) => {
    if (drift.length > 0 && ownDrift.has(check)) return false;
    // A BridgeNetfilter says this itself.
    if (check === "forward-drops" && "bridge" in about && isGuarded(facts, about.bridge)) return false;
    return subjects.some((one) => one === subject || (subject.startsWith("VMs ") && sharedBy(subject, one)));
  });
}

const known = new WeakMap<Facts, readonly Finding[]>();

/** Once for what a host said: a stack with 200 NICs on it asks 200 times, at 5 ms each. */
function diagnosed(facts: Facts): readonly Finding[] {
  const before = known.get(facts);
  if (before) return before;
  const findings = diagnose(facts);
  known.set(facts, findings);
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

function isGuarded(facts: Facts, bridge: string): boolean {
  return [...facts.netfilter.keys()].some((path) => path.startsWith(`/var/lib/kvmnet/netfilter/${bridge}/`));
}
