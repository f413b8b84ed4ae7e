import { type Facts, linkNamed } from "../host/facts/facts";
import type { Link } from "../host/facts/links";
import { need } from "../host/facts/unreadable";
import type { Host } from "../host/host";
import type { Attachment } from "../plan/attachment/attachment";
import { nearest } from "../schema/nearest";
import { Refusal } from "../schema/refusal";

type Direct = Extract<Attachment, { readonly kind: "direct" }>;

/** @throws Refusal of a NIC of the host's on which the kernel makes no macvtap, or which would be lost to the host by it */
export function refuseDevice(facts: Facts, host: Host, target: Direct): void {
  need(facts, "links", [target.device]);
  const link = linkNamed(facts, target.device);
  const why = link
    ? (unfit(facts, link) ?? (target.mode === "passthrough" ? taken(facts, link) : undefined))
    : describeMissing(facts, target.device);
  if (why !== undefined) throw new Refusal(`${host.label}: device: ${why}`);
}

/** What keeps a NIC from being given back to a device that it was on, "…which is a port of br0 now"; undefined: nothing. */
export function nowInstead(facts: Facts, { device }: Direct): string | undefined {
  const master = linkNamed(facts, device)?.master;
  return master && `a port of ${master} now`;
}

function describeMissing(facts: Facts, device: string): string {
  const known = facts.links
    .filter(({ loopback, kind }) => !loopback && !kindsWithoutLan.has(kind ?? ""))
    .map(({ name }) => name);
  const meant = nearest(device, known);
  return `the host has no interface ${device}; it has ${known.join(", ") || "none"}.${meant === undefined ? "" : ` Did you mean ${meant}?`}`;
}

/** Kinds that are no way to a LAN. */
const kindsWithoutLan: ReadonlySet<string> = new Set(["bridge", "tun", "macvtap", "macvlan", "ipvlan", "ipvtap"]);

function unfit(facts: Facts, { name, loopback, kind, master }: Link): string | undefined {
  const on = master === undefined ? undefined : linkNamed(facts, master);
  if (loopback) return `${name} is the loopback interface.`;
  if (kind === "bridge") return `${name} is a bridge: say it as \`bridge\`.`;
  if (kind !== undefined && kindsWithoutLan.has(kind)) return `${name} is a ${kind}; name the NIC that it is on.`;
  if (facts.wireless.has(name))
    return `${name} is a Wi-Fi NIC, and an access point takes frames of its own MAC address only. Take a wired NIC.`;
  if (on?.kind === "bridge")
    return `${name} is a port of the bridge ${on.name}, and the kernel makes no macvtap on one: say \`bridge: "${on.name}"\`.`;
  if (on !== undefined) return `${name} is in the ${on.kind ?? "device"} ${on.name}: name that.`;
  return undefined;
}

/** In passthrough the guest has the NIC, its MAC address and all. */
function taken(facts: Facts, { name, addresses }: Link): string | undefined {
  const own = addresses.filter(({ scope }) => scope === "global");
  if (own.length > 0)
    return `${name} has the host's address ${own.map(({ local }) => local).join(", ")}, and with \`mode: "passthrough"\` the guest takes the NIC from it. Take another mode, or a NIC without addresses.`;
  const vlan = facts.links.find(({ parent, kind }) => parent === name && kind === "vlan");
  return (
    vlan &&
    `the VLAN ${vlan.name} is on ${name}, and with \`mode: "passthrough"\` the guest takes the NIC from it. Take another mode.`
  );
}

/** As far as the host can tell: a container has not its kernel's modules. */
const probe =
  '[ -e /sys/class/macvtap ] || [ ! -d "/lib/modules/$(uname -r)" ] || modprobe -n -q macvtap || { echo none; exit 0; }';

/** @throws Refusal of a macvtap that the host can't make; of all else, nothing */
export async function refuseMacvtap(host: Host, facts: Facts, target: Attachment): Promise<void> {
  if (target.kind !== "direct") return;
  refuseDevice(facts, host, target);
  await refuseWithoutMacvtap(host);
}

/** @throws Refusal of a host whose kernel has no macvtap */
async function refuseWithoutMacvtap(host: Host): Promise<void> {
  const { stdout } = await host.exec(["sh", "-c", probe], { purpose: "see whether the kernel has macvtap" });
  if (stdout.trim() !== "none") return;
  throw new Refusal(
    `${host.label}: device: the host's kernel has no macvtap (modprobe macvtap). Put the NIC on a bridge or a network, or install a kernel that has it.`,
  );
}
