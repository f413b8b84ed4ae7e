import { type Facts, linkNamed } from "../../host/facts/facts";
import type { DhcpClient } from "../../host/facts/links";
import type { HandOver } from "../../host/transaction/change";
import { isLeased } from "../../host/transaction/readdressing";
import { Refusal } from "../../schema/refusal";

/** Where ifupdown has a client keep what is its: whoever hands a lease over finds it there. */
const kept = {
  dhclient: (link: string) => ({
    lease: `/var/lib/dhcp/dhclient.${link}.leases`,
    process: `/run/dhclient.${link}.pid`,
  }),
  dhcpcd: (link: string) => ({ lease: `/var/lib/dhcpcd/${link}.lease`, process: `/run/dhcpcd/${link}.pid` }),
};

type Client = keyof typeof kept;
const isKnown = (program: string): program is Client => Object.hasOwn(kept, program);

/** A client as if it had another link. */
export function clientOn(client: DhcpClient, from: string, to: string): DhcpClient {
  const { program, link, files } = client;
  if (link !== from) return client;
  const isUsual =
    isKnown(program) && files?.lease === kept[program](from).lease && files.process === kept[program](from).process;
  return { ...client, link: to, ...(isUsual && { files: kept[program](to) }) };
}

const configs = /^\/etc\/(dhcp\/.*|dhcpcd\.conf)$/;

/**
 * How a link's lease goes to another one of the same MAC address. The client that has it ends without giving it back, and
 * the other link's goes on from its file: for the DHCP server nothing happens.
 * @throws Refusal where nobody can tell by which identity the host has its address, or another one would have it then
 */
export function handOver(facts: Facts, from: string, to: string, macAddress: string): HandOver {
  const link = linkNamed(facts, from);
  const program = clientOf(facts, from);
  if (!link?.addresses.some((one) => isLeased(one) && one.local === link.lease?.address))
    refuse(
      `${from} asks DHCP by ${program}, and has no address of a lease that this tells of (${kept[program](from).lease}). See that the DHCP server answers`,
    );
  const [config] = facts.mentions.filter((one) => one.link === from && configs.test(one.path));
  if (config !== undefined)
    refuse(
      `${config.path} says what ${program} does on ${from}, which it would not do on ${to}. Write it for all links`,
    );
  if (link?.mac !== macAddress)
    throw new Refusal(
      `macAddress: the DHCP server knows the host by ${link?.mac}, and would give ${macAddress} another address. Leave macAddress out.`,
    );
  return { client: program, from, to };
}

/** @throws Refusal of a link that asks DHCP by ifupdown's files, and not by one client of ifupdown's */
export function clientOf(facts: Facts, link: string): Client {
  const { program, files } = onlyClient(facts, link);
  if (!isKnown(program))
    return refuse(
      `${link} asks DHCP by ${program}, of which kvmnet does not know how a lease goes over to a bridge. Install dhcpcd-base or isc-dhcp-client`,
    );
  const { lease, process } = kept[program](link);
  if (files?.lease !== lease || files.process !== process)
    refuse(
      `${program} of ${link} keeps its lease in ${files?.lease || "a file of its own"}, and ifupdown's in ${lease}. Run ifdown and ifup ${link} at the console`,
    );
  return program;
}

/** @throws Refusal where none asks for a link, or several do */
function onlyClient({ dhcpClients = [] }: Facts, link: string): DhcpClient {
  const all = dhcpClients.filter((one) => one.link === link || one.link === undefined);
  const [client, other] = all.filter(({ family }) => family === "inet");
  if (client === undefined)
    return refuse(
      `${link} asks DHCP by ifupdown's files, and no DHCP client runs for it. Run ifdown and ifup ${link} at the console`,
    );
  const more = other ?? all.find(({ family }) => family === "inet6");
  if (more !== undefined || client.link === undefined)
    refuse(
      `${link} has ${(more ?? client).program} of another one than ifupdown${client.link === undefined ? ", for all links" : " beside ifupdown's client"}. Have ifupdown's alone run for it`,
    );
  return client;
}

function refuse(why: string): never {
  throw new Refusal(`uplink: ${why}, or give the host a fixed address.`);
}
