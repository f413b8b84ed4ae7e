import ipaddr from "ipaddr.js";

/** Which of the addresses that a guest claims count: a guest says what it likes. */
export interface Claimable {
  /** The networks of its LAN, "192.0.2.0/24"; none: not known, as its bridge has no address. */
  readonly networks: readonly string[];
  /** The same of IPv6, "2001:db8::/64". */
  readonly networks6: readonly string[];
  /** The host's own, those of other VMs, and the gateway's. */
  readonly taken: readonly string[];
  readonly taken6: readonly string[];
}

/** Whether a guest can have an IPv4 address that it claims. */
export function canHave(address: string, { networks, taken }: Claimable): boolean {
  if (!ipaddr.IPv4.isValidFourPartDecimal(address)) return false;
  const parsed = ipaddr.IPv4.parse(address);
  const nobodys = ["unspecified", "broadcast", "multicast", "linkLocal", "loopback"].includes(parsed.range());
  if (nobodys || (parsed.octets[0] ?? 255) >= 240 || taken.includes(address)) return false;
  return networks.length === 0 || networks.some((network) => isIn(parsed, network));
}

/**
 * Whether a guest can have an IPv6 address, and for good: of one whose lower half is random, nobody can tell from outside
 * whether it is a temporary one (RFC 8981), which the guest gives up tomorrow. So it is made of the NIC's MAC address
 * (EUI-64, RFC 4291), or numbered low, as by hand or by a DHCP server.
 */
export function canKeep(address: string, macAddress: string, { networks6, taken6 }: Claimable): boolean {
  if (!ipaddr.IPv6.isValid(address) || address.includes("%")) return false;
  const parsed = ipaddr.IPv6.parse(address);
  if (parsed.range() !== "unicast" && parsed.range() !== "uniqueLocal" && !isDocumentation(parsed)) return false;
  if (taken6.some((one) => ipaddr.IPv6.parse(one).toString() === parsed.toString())) return false;
  const [a = 0, b = 0, c = 0, d = 0] = parsed.parts.slice(4);
  const low = a === 0 && b === 0 && c === 0 && d !== 0;
  if (!low && [a, b, c, d].map((part) => part.toString(16).padStart(4, "0")).join("") !== eui64(macAddress))
    return false;
  return networks6.length === 0 || networks6.some((network) => parsed.match(ipaddr.IPv6.parseCIDR(network)));
}

/** What counts of the addresses that somebody tells of a NIC, in their order. */
export function counting(addresses: readonly string[], macAddress: string, claims: Claimable): string[] {
  return addresses.filter((one) => canHave(one, claims) || canKeep(one, macAddress, claims));
}

/** Each once, IPv4 first. */
export const inOrder = (addresses: readonly string[]): string[] =>
  [...new Set(addresses)].sort((a, b) => Number(isIpv6(a)) - Number(isIpv6(b)) || (a < b ? -1 : 1));

/**
 * Whether nothing more is waited for. IPv6 alone will do where the host has no IPv4 on that LAN itself: most guests have both,
 * and the other one comes a moment later.
 */
export const willDo = (addresses: readonly string[], claims: Claimable): boolean =>
  addresses.some((one) => isSixEnough(claims) || !isIpv6(one));

export const isSixEnough = ({ networks, networks6 }: Claimable): boolean =>
  networks.length === 0 && networks6.length > 0;

export const isIpv6 = (address: string): boolean => address.includes(":");

/** The addresses that a guest's kernel makes of its NIC's MAC address in the networks of its LAN that are wide enough (RFC 4862). */
export function deriveAddresses(macAddress: string, { networks6 }: Claimable): string[] {
  return networks6.flatMap((network) => {
    const [prefix, length] = ipaddr.IPv6.parseCIDR(network);
    const bytes = [...prefix.toByteArray().slice(0, 8), ...Buffer.from(eui64(macAddress), "hex")];
    return length === 64 ? [ipaddr.fromByteArray(bytes).toString()] : [];
  });
}

/** Modified: the bit that says who gave the MAC address is turned. */
function eui64(macAddress: string): string {
  const [first = "0", ...others] = macAddress.split(":");
  const bytes = [(Number.parseInt(first, 16) ^ 2).toString(16).padStart(2, "0"), ...others];
  return [...bytes.slice(0, 3), "ff", "fe", ...bytes.slice(3)].join("").toLowerCase();
}

/** The lower half of the address that a guest's kernel makes of its NIC's MAC address: "::5054:ff:fe12:3456". */
export const interfaceId = (macAddress: string) => `::${eui64(macAddress).match(/.{4}/g)?.join(":")}`;

/** 2001:db8::/32 (RFC 3849), which ipaddr.js tells from others: a lab has it. */
const isDocumentation = (address: ipaddr.IPv6) => address.match(ipaddr.IPv6.parseCIDR("2001:db8::/32"));

/** But for the network's own address and its broadcast address. */
function isIn(address: ipaddr.IPv4, network: string): boolean {
  const ends = [ipaddr.IPv4.networkAddressFromCIDR(network), ipaddr.IPv4.broadcastAddressFromCIDR(network)];
  const isEnd = !network.endsWith("/31") && ends.some((end) => end.toString() === address.toString());
  return !isEnd && address.match(ipaddr.IPv4.parseCIDR(network));
}
