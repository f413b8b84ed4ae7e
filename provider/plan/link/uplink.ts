import { defaultRoute, type Facts, fixedPorts, linkNamed } from "../../host/facts/facts";
import type { Link } from "../../host/facts/links";
import { Refusal } from "../../schema/refusal";

/** The NIC that a bridge is to be on: the one named, else the one that carries the default route (or is the port of the bridge that does). */
export function resolveUplink(facts: Facts, bridge: string, wanted: string | undefined): Link {
  if (wanted === undefined) {
    const device = defaultDevice(facts);
    if (device === undefined)
      throw new Refusal("The host has no default route to find the uplink by; say it in `uplink`.");
    const link = defaultUplink(facts, bridge);
    if (!link)
      throw new Refusal(`The default route goes over ${device}, which has no NIC; say the uplink in \`uplink\`.`);
    return checkUplink(facts, bridge, link);
  }
  const link = findLink(facts, wanted);
  if (!link)
    throw new Refusal(`uplink: the host has no interface ${wanted}; it has ${candidates(facts).join(", ") || "none"}.`);
  return checkUplink(facts, bridge, link);
}

/** The link that a program means: by its MAC address, its name or another one that it has. */
export function findLink(facts: Facts, wanted: string): Link | undefined {
  const { links } = facts;
  return wanted.includes(":")
    ? links.find((one) => (one.permanentMac ?? one.mac) === wanted && one.kind !== "bridge")
    : (linkNamed(facts, wanted) ?? links.find(({ altNames }) => altNames?.includes(wanted)));
}

/** That of a program which says none. */
export function defaultUplink(facts: Facts, bridge: string): Link | undefined {
  const device = defaultDevice(facts);
  return device === bridge ? fixedPorts(facts, bridge)[0] : linkNamed(facts, device ?? "");
}

/** A bridge's uplink by the name that it has now: netplan may know it by its MAC address, and its name may have changed. */
export function presentName(facts: Facts, bridge: string, uplink: string): string {
  const [port, ...others] = fixedPorts(facts, bridge);
  return port === undefined || others.length > 0 || linkNamed(facts, uplink) ? uplink : port.name;
}

function defaultDevice(facts: Facts): string | undefined {
  return defaultRoute(facts)?.device ?? defaultRoute(facts, "inet6")?.device;
}

function candidates(facts: Facts): string[] {
  return facts.links
    .filter((link) => !link.loopback && link.kind !== "bridge" && link.kind !== "tun")
    .map((link) => link.name);
}

/** What the kernel would refuse, or what would cut off somebody else. */
function checkUplink(facts: Facts, bridge: string, link: Link): Link {
  const { name } = link;
  // Names go into ip -batch, whose words end at white space.
  if (!/^[A-Za-z0-9._-]+$/.test(name))
    throw new Refusal(`uplink: an interface named ${JSON.stringify(name)} is not handled.`);
  if (facts.wireless.has(name)) {
    throw new Refusal(
      `uplink: ${name} is a Wi-Fi NIC, and an access point takes frames of its own MAC address only: it can't be a bridge's port. Take a wired NIC.`,
    );
  }
  if (link.loopback) throw new Refusal(`uplink: ${name} is the loopback interface.`);
  if (link.kind === "bridge")
    throw new Refusal(`uplink: ${name} is a bridge already, and a bridge can't be a bridge's port.`);
  if (link.master !== undefined && link.master !== bridge) {
    const master = linkNamed(facts, link.master);
    throw new Refusal(
      `uplink: ${name} is already in the ${master?.kind ?? "device"} ${link.master}; name ${link.master} or another NIC.`,
    );
  }
  return link;
}
