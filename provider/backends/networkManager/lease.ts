import { type Facts, linkNamed } from "../../host/facts/facts";
import { keyfileSections, valueIn } from "../../host/facts/keyfile";
import type { HandOver } from "../../host/transaction/change";
import { isLeased } from "../../host/transaction/readdressing";
import { Refusal } from "../../schema/refusal";
import { bridgeProfile } from "./paths";

/**
 * How a link's lease goes to another one of the same MAC address: NetworkManager is stopped, which gives nothing back, and
 * asks for the same address under the same identity when it starts.
 * @throws Refusal where NetworkManager does not tell what it is known by, or another one would have the address then
 */
export function leaseOver(facts: Facts, from: string, to: string, macAddress: string): HandOver {
  const link = linkNamed(facts, from);
  const { clientId } = facts.profiles.get(from)?.identity ?? {};
  const isHeld = link?.addresses.some((one) => isLeased(one) && one.local === link.lease?.address);
  if (!isHeld || clientId === undefined)
    throw new Refusal(
      `uplink: ${from} asks DHCP by NetworkManager, which tells of ${isHeld ? "no identity that the server knows the host by" : "no lease that the host has"} (nmcli -f DHCP4 device show ${from}). See that ${isHeld ? "NetworkManager asks by its own client (dhcp= in NetworkManager.conf(5))" : "the DHCP server answers"}, or give the host a fixed address.`,
    );
  if (link?.mac !== macAddress)
    throw new Refusal(
      `macAddress: the DHCP server knows the host by ${link?.mac}, and would give ${macAddress} another address. Leave macAddress out.`,
    );
  return { client: "NetworkManager", from, to };
}

/** What is written into a bridge's profile of each family. */
export type Identity = Readonly<Record<"ipv4" | "ipv6", readonly [string, string][]>>;

/**
 * By what a bridge is to DHCP servers what the NIC was: what NetworkManager takes by default goes by the interface's name. Of a
 * bridge that is there, what its profile has; else what NetworkManager tells of the NIC.
 */
export function identityFor({ keyfiles, profiles }: Facts, bridge: string, uplink: string): Identity {
  const own = keyfiles.get(bridgeProfile(bridge));
  const told = profiles.get(uplink)?.identity ?? profiles.get(bridge)?.identity;
  const kept = own === undefined ? undefined : keyfileSections(own);
  const pin = (family: "ipv4" | "ipv6", key: string, value: string | undefined): [string, string][] => {
    const one = kept ? valueIn(kept, family, key) : value;
    return one === undefined ? [] : [[key, one]];
  };
  return {
    ipv4: pin("ipv4", "dhcp-client-id", told?.clientId),
    ipv6: [...pin("ipv6", "dhcp-duid", told?.duid), ...pin("ipv6", "dhcp-iaid", told?.iaid)],
  };
}
