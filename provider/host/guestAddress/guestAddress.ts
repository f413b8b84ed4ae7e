import { RemoteCommandError } from "../exec/remoteCommand";
import type { Host } from "../host";
import { readScript } from "../script";

const script = readScript(__dirname, "guestAddress.sh");

export interface GuestAddressQuery {
  readonly macAddress: string;
  readonly seconds: number;
  readonly signal: AbortSignal;
}

/** The IPv4 addresses that a guest's NIC has on the LAN, by what it says in ARP; none when the time is over. */
export async function waitForGuestAddress(host: Host, query: GuestAddressQuery): Promise<string[]> {
  const { macAddress, seconds, signal } = query;
  const result = await host.run(["sh", "-c", script, "kvmnet", macAddress, String(seconds)], {
    purpose: `learn the address of the guest's NIC ${macAddress}`,
    timeoutMs: (seconds + 15) * 1000,
    signal,
  });
  if (result.code !== 0 && result.code !== 1)
    throw new RemoteCommandError(result, "It needs nftables on the host: apt-get install nftables.");
  return result.code === 0 ? result.stdout.trim().split("\n").sort() : [];
}
