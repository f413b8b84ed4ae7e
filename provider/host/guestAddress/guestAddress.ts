import { RemoteCommandError } from "../exec/remoteCommand";
import type { Host } from "../host";
import { readScript } from "../script";
import { type Claimable, counting, inOrder, interfaceId, isSixEnough } from "./claimable";

const script = readScript(__dirname, "guestAddress.sh");

export interface GuestAddressQuery {
  readonly macAddress: string;
  /** What it can claim: all else is waited through, so that a false claim does not hide the true one. */
  readonly claimable: Claimable;
  readonly seconds: number;
  readonly signal: AbortSignal;
}

/** The addresses that a guest's NIC has on the LAN, by what it says in ARP and neighbour discovery; none when the time is over. */
export async function waitForGuestAddress(host: Host, query: GuestAddressQuery): Promise<string[]> {
  const { macAddress, claimable, seconds, signal } = query;
  const { networks, taken, networks6, taken6 } = claimable;
  const lists = [networks, taken, networks6, taken6].map((all) => all.join(" "));
  const ends = [interfaceId(macAddress), isSixEnough(claimable) ? "6" : "4"];
  const argv = ["sh", "-c", script, "kvmnet", macAddress, String(seconds), ...lists, ...ends];
  const result = await host.run(argv, {
    purpose: `learn the address of the guest's NIC ${macAddress}`,
    timeoutMs: (seconds + 15) * 1000,
    signal,
  });
  if (result.code !== 0 && result.code !== 1)
    throw new RemoteCommandError(result, "It needs nftables on the host: apt-get install nftables.");
  const claimed = result.code === 0 ? result.stdout.trim().split("\n") : [];
  return inOrder(counting(claimed, macAddress, claimable));
}
