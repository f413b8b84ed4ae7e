import ipaddr from "ipaddr.js";
import { type Facts, linkNamed } from "../../host/facts/facts";
import { type Claimable, counting, deriveAddresses, inOrder, isIpv6, willDo } from "../../host/guestAddress/claimable";
import { waitForGuestAddress } from "../../host/guestAddress/guestAddress";
import { readLibvirtAddresses } from "../../host/guestAddress/libvirtAddresses";
import { whoHas } from "../../host/guestAddress/whoHas";
import type { Host } from "../../host/host";
import { attachmentIn, isDirect, linkOf } from "../../plan/attachment/attachment";
import { claimable, neighboursOf, withoutStale } from "../../plan/guestAddress";
import type { NicWanted } from "./definition";
import type { NicOfDomain } from "./nicOf";

/** A NIC of a VM that runs, as a look at its addresses needs it. */
export interface RunningNic {
  readonly domainId: string;
  readonly macAddress: string;
  /** The host's link that it is on. */
  readonly link: string | undefined;
  /** By a macvtap: what its guest says goes past the host. */
  readonly direct: boolean;
}

interface Sought {
  readonly seconds: number;
  readonly signal: AbortSignal;
  /** The NIC has just come elsewhere: what is known of it may be of before. */
  readonly changedBridge?: boolean;
  /** Called before it is waited for. */
  readonly waiting?: () => void;
}

/**
 * A guest's addresses, IPv4 first, from whoever knows: whom the host has spoken to and still answers, the guest's agent or
 * libvirt's DHCP server; then what the guest says in ARP, or answers for; and when that time is over, the others once more.
 */
export async function findAddresses(
  host: Host,
  facts: Facts,
  nic: RunningNic,
  { seconds, signal, changedBridge, waiting }: Sought,
): Promise<string[]> {
  const { link, macAddress } = nic;
  const claims = claimable(facts, link, macAddress);
  const told = changedBridge ? [] : await addressesNow(host, facts, nic, [], false);
  if (willDo(told, claims)) return told;
  waiting?.();
  const enough = new AbortController();
  const ends = AbortSignal.any([signal, enough.signal]);
  const heard = waitForGuestAddress(host, { macAddress, claimable: claims, seconds, signal: ends });
  // A guest that has nothing to say is asked; one that speaks meanwhile is heard.
  const answered = answeredFor(host, facts, nic, claims).then((found) => (willDo(found, claims) ? found : heard));
  const first = await Promise.race([heard, answered]);
  enough.abort();
  for (const one of [heard, answered]) one.catch(() => undefined);
  if (first.length > 0) return [...first, ...told];
  return addressesNow(host, await host.readFreshFacts(signal), nic, []);
}

/**
 * The addresses of a running NIC as they are now, from what the host knows and the guest answers or tells: a look, which
 * waits for nobody. `had`: what its state has; of that, what is no more its own goes.
 */
export async function addressesNow(
  host: Host,
  facts: Facts,
  nic: RunningNic,
  had: readonly string[],
  // Whether it is asked for every address of its LAN, too.
  forAll = true,
): Promise<string[]> {
  const { link, macAddress } = nic;
  const claims = claimable(facts, link, macAddress);
  const count = (addresses: readonly string[]) => counting(addresses, macAddress, claims);
  const neighbours = neighboursOf(facts, link, macAddress);
  const [known, answering] = [count(had), count(neighbours.answering)];
  const unsure = [...new Set([...known, ...count(neighbours.unasked)])].filter((one) => !answering.includes(one));
  const { own, anothers } = await answersTo(host, facts, nic, unsure);
  const sure = [...answering, ...own];
  // Whoever still answers for all that is known need not be asked for more.
  const isKnown = known.length > 0 ? known.every((one) => sure.includes(one)) : willDo(sure, claims);
  if (isKnown) return withoutStale({ had: known, has: sure, anothers, isComplete: false });
  const { addresses, byAgent } = await readLibvirtAddresses(host, nic);
  const told = [...new Set([...sure, ...count(addresses)])];
  const asks = forAll && !byAgent && told.every(isIpv6);
  const has = asks ? [...told, ...(await answeredFor(host, facts, nic, claims))] : told;
  return withoutStale({ had: known, has, anothers, isComplete: byAgent });
}

/** Which of the addresses the NIC itself answers for, and which another machine alone. */
async function answersTo(
  host: Host,
  facts: Facts,
  { link, macAddress, direct }: RunningNic,
  addresses: readonly string[],
): Promise<{ own: string[]; anothers: string[] }> {
  if (link === undefined || direct || addresses.length === 0) return { own: [], anothers: [] };
  const from = linkLocalOf(facts, link);
  const answers = await whoHas(
    host,
    addresses.map((address) => ({ device: link, from, address, macAddress })),
  );
  const answersFor = (address: string, isIts: boolean) =>
    answers.some((one) => one.address === address && (one.macAddress === macAddress) === isIts);
  const own = addresses.filter((one) => answersFor(one, true));
  return { own, anothers: addresses.filter((one) => !own.includes(one) && answersFor(one, false)) };
}

/** The host's own on a link, which a neighbour solicitation comes from. */
const linkLocalOf = (facts: Facts, link: string) =>
  linkNamed(facts, link)?.addresses.find(({ family, scope }) => family === "inet6" && scope === "link")?.local;

/** How many addresses of a LAN a guest is asked for at most: what is sent goes to it alone, but it has to take it. */
const most = 1024;

/**
 * The address of its LAN that a guest answers for, whichever it is, and those of IPv6 that its MAC address makes. One that answers
 * for several of IPv4 has more NICs on that LAN, and nobody can tell which is whose.
 */
async function answeredFor(
  host: Host,
  facts: Facts,
  { link, macAddress, direct }: RunningNic,
  claims: Claimable,
): Promise<string[]> {
  if (link === undefined || direct) return [];
  const question = { device: link, from: linkLocalOf(facts, link), macAddress };
  const four = claims.networks.flatMap((network) => {
    const [start, prefix] = ipaddr.IPv4.parseCIDR(network);
    const count = 2 ** (32 - prefix);
    return count > most ? [] : [{ ...question, address: start.toString(), count }];
  });
  const six = deriveAddresses(macAddress, claims).map((address) => ({ ...question, address }));
  const asked = [...four, ...six];
  const answers = asked.length === 0 ? [] : await whoHas(host, asked);
  const own = answers.filter((one) => one.macAddress === macAddress).map(({ address }) => address);
  const found = inOrder(counting(own, macAddress, claims));
  return found.filter((one) => isIpv6(one) || found.filter((other) => !isIpv6(other)).length === 1);
}

/** Those of a NIC that is read: as they were last known where its guest can't be asked. */
export async function addressesRead(
  host: Host,
  facts: Facts,
  wanted: NicWanted,
  {
    nic: { domain, live },
    macAddress,
    had,
  }: { readonly nic: NicOfDomain; readonly macAddress: string; readonly had: readonly string[] },
): Promise<readonly string[]> {
  if (!live || domain.paused || live.linkState === "down") return had;
  // The program does not ask for it, and nobody knows one that may be stale.
  if (wanted.waitForAddress === 0 && had.length === 0) return had;
  const target = attachmentIn(wanted);
  const nic = { domainId: domain.uuid, macAddress, link: linkOf(facts, target), direct: isDirect(facts, target) };
  // What is not learned is as it was: a look does not fail for it.
  return addressesNow(host, facts, nic, had).catch(() => had);
}
