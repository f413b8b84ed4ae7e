import { type Facts, linkNamed, ports, runningOn } from "../../host/facts/facts";
import { guestOf } from "../../host/facts/guestLinks";
import type { Holder } from "../../host/tap/holders";

/** A bridge's ports that may be somebody's: all but its uplink. */
export function foreignPorts(facts: Facts, bridge: string, uplink: string): string[] {
  return ports(facts, bridge)
    .map(({ name }) => name)
    .filter((name) => name !== uplink);
}

/**
 * Who would lose a bridge with it, a name each: VMs, by libvirt or by the program that has their TAP open; containers and
 * all else that is plugged in and has a carrier. What the kernel says counts, whatever libvirt says or does not.
 */
export function usersOf(facts: Facts, bridge: string, uplink: string, holders: readonly Holder[]): string[] {
  const users = foreignPorts(facts, bridge, uplink).flatMap((port) => {
    const [vm] = runningOn(facts, new Set([port]));
    if (vm) return [vm.name];
    const link = linkNamed(facts, port);
    const holding = holders.filter(({ tap }) => tap === port);
    const guest = guestOf(port);
    if (guest !== undefined) return holding.length > 0 || link?.carrier === true ? [guest] : [];
    if (holding.length > 0)
      return holding.map(({ vm: name, command, pid }) => name ?? `${command} (PID ${pid}, by its TAP ${port})`);
    if (link?.kind === "tun" && !link.carrier) return [];
    return link?.carrier === true ? [`what is behind ${port} (${link.kind ?? "a NIC"})`] : [];
  });
  return [...new Set(users)];
}
