import type { Facts } from "../../host/facts/facts";
import { waitForGuestAddress } from "../../host/guestAddress/guestAddress";
import { toldByLibvirt } from "../../host/guestAddress/toldByLibvirt";
import type { Host } from "../../host/host";
import { claimable, counting, inOrder, neighboursOf, willDo } from "../../plan/guestAddress";

interface Sought {
  readonly domainId: string;
  readonly macAddress: string;
  readonly bridge: string | undefined;
  readonly seconds: number;
  readonly signal: AbortSignal;
  /** The NIC has just come elsewhere: what is known of it may be of before. */
  readonly moved?: boolean;
  /** Called before it is waited for. */
  readonly waiting?: () => void;
}

/**
 * A guest's addresses, IPv4 first, from whoever knows: whom the host has spoken to, the guest's agent or libvirt's DHCP server;
 * then what the guest says in ARP; and when that time is over, the others once more.
 */
export async function findAddresses(host: Host, facts: Facts, sought: Sought): Promise<string[]> {
  const { bridge, macAddress, signal, seconds, moved, waiting } = sought;
  const claims = claimable(facts, bridge, macAddress);
  const known = async (facts: Facts) => {
    const neighbours = counting(neighboursOf(facts, bridge, macAddress), macAddress, claims);
    if (willDo(neighbours, claims)) return inOrder(neighbours);
    return inOrder([...neighbours, ...counting(await toldByLibvirt(host, sought), macAddress, claims)]);
  };
  const told = moved ? [] : await known(facts);
  if (willDo(told, claims)) return told;
  waiting?.();
  const heard = await waitForGuestAddress(host, { macAddress, claimable: claims, seconds, signal });
  if (heard.length > 0) return [...heard, ...told];
  return known(await host.freshFacts(signal));
}
