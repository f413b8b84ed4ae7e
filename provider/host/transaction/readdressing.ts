import { type Facts, linkNamed } from "../facts/facts";
import type { Address } from "../facts/links";

/** What a change does to the addresses that a host is reached at. */
export interface Readdressing {
  /** The link that has them. */
  readonly device: string;
  /** With prefix length: there until the change is confirmed, so that the host can be asked there, and gone then. */
  readonly dropped: readonly string[];
  /** Without one: where the host is reached from then on, as far as that is known yet. */
  readonly remaining: readonly string[];
}

/** What is known of it before the change: its plan. */
export interface PlannedAddresses {
  readonly device: string;
  /** That the new addressing does not have. */
  readonly dropped: readonly Address[];
  /** That it has, "192.0.2.10/24". */
  readonly addresses: readonly string[];
  readonly dhcp4: boolean;
  /** Without prefix length: those that DHCP had given before. */
  readonly leased: readonly string[];
}

/**
 * What of the plan holds on the host as it is now: a DHCP server gives what address it likes, also to a host that it
 * knows, and the one from before is good no more then.
 */
export function readdressing(
  facts: Facts,
  { device, dropped, addresses, dhcp4, leased }: PlannedAddresses,
): Readdressing {
  const link = linkNamed(facts, device);
  const lease = dhcp4 ? link?.lease?.address : undefined;
  const here = link?.addresses.filter(({ scope }) => scope === "global") ?? [];
  const outdated =
    lease === undefined
      ? []
      : here.filter((one) => (isLeased(one) || leased.includes(one.local)) && one.local !== lease);
  // What DHCP gave before leaves only once it gives another one.
  const going = new Set([...dropped, ...outdated].filter(({ local }) => local !== lease).map(cidrOf));
  return {
    device,
    dropped: [...going],
    remaining: [...new Set([...addresses, ...here.map(cidrOf)].filter((cidr) => !going.has(cidr)).map(addressOf))],
  };
}

/** Whether a host loses an address once the change is confirmed. */
export function losesAddress({ dropped }: Readdressing, address: string | undefined): boolean {
  return dropped.some((cidr) => addressOf(cidr) === address);
}

/** Of addresses, those that DHCP has given, without prefix length. */
export function leasedOf(addresses: readonly Address[]): string[] {
  return addresses.filter(isLeased).map(({ local }) => local);
}

/** DHCP's: an IPv6 address that is dynamic comes from a router, and comes again. */
export function isLeased(address: Address): boolean {
  return address.family === "inet" && address.dynamic;
}

export function cidrOf(address: Pick<Address, "local" | "prefix">): string {
  return `${address.local}/${address.prefix}`;
}

function addressOf(cidr: string): string {
  return cidr.slice(0, cidr.indexOf("/"));
}
