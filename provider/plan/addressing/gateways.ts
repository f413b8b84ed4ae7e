import ipaddr from "ipaddr.js";

/** What of an addressing decides which gateways can be reached. */
export interface Reaching {
  readonly dhcp4: boolean;
  readonly dhcp6: boolean;
  readonly acceptRa?: boolean | undefined;
  readonly addresses: readonly string[];
}

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Whether an address is on a network of one of `addresses`, "192.0.2.10/24". */
export function isNear(addresses: readonly string[], gateway: string): boolean {
  const address = ipaddr.parse(gateway);
  return addresses.some((cidr) => holds(ipaddr.parseCIDR(cidr), address));
}

function holds(network: [Address, number], address: Address): boolean {
  return network[0].kind() === address.kind() && address.match(network as never);
}

/** Whether a DHCP server or a router may give an address whose network the gateway is in. */
export function mayBeGiven({ dhcp4, dhcp6, acceptRa = true }: Reaching, gateway: string): boolean {
  const address = ipaddr.parse(gateway);
  return address.kind() === "ipv4" ? dhcp4 : dhcp6 || acceptRa || address.range() === "linkLocal";
}

/** What the kernel would not take of a route beside these addresses, and what to write; undefined: it takes it. */
export function wrongRoute(
  addressing: Reaching,
  { to, via }: { readonly to: string; readonly via: string },
): { readonly property: "to" | "via"; readonly reason: string } | undefined {
  const gateway = ipaddr.parse(via);
  if (to !== "default") {
    const [destination, prefix] = ipaddr.parseCIDR(to);
    if (destination.kind() !== gateway.kind())
      return {
        property: "via",
        reason: `must be of the family of ${to}: a gateway leads to networks of its own family`,
      };
    const family = destination.kind() === "ipv4" ? ipaddr.IPv4 : ipaddr.IPv6;
    const network = family.networkAddressFromCIDR(to).toString();
    if (network !== destination.toString())
      return {
        property: "to",
        reason: `must be a network, and ${to} is an address in one: write "${network}/${prefix}"`,
      };
  }
  const { addresses } = addressing;
  const own = addresses.find((cidr) => ipaddr.parseCIDR(cidr)[0].toString() === gateway.toString());
  if (own !== undefined)
    return { property: "via", reason: `is the bridge's own address (${own}): write the address of the gateway` };
  const unfit = addresses.find((cidr) => isEnd(cidr, gateway));
  if (unfit !== undefined)
    return {
      property: "via",
      reason: `is the first or the last address of ${unfit}'s network, which no gateway can have: write the address of the gateway`,
    };
  if (isNear(addresses, via) || mayBeGiven(addressing, via)) return undefined;
  const have = addresses.length > 0 ? ` (${addresses.join(", ")})` : "";
  return {
    property: "via",
    reason: `is in no network of addressing.addresses${have}, so the host can't reach it: write a gateway that is, or the address with the prefix length of the gateway's network`,
  };
}

/** The network's own address, or its broadcast address (RFC 1812); a line from point to point has neither (RFC 3021). */
function isEnd(cidr: string, gateway: Address): boolean {
  const [address, prefix] = ipaddr.parseCIDR(cidr);
  if (address.kind() !== "ipv4" || prefix > 30) return false;
  const ends = [ipaddr.IPv4.networkAddressFromCIDR(cidr), ipaddr.IPv4.broadcastAddressFromCIDR(cidr)];
  return ends.some((end) => end.toString() === gateway.toString());
}
