import { type Facts, linkNamed } from "../../host/facts/facts";
import type { Neighbour } from "../../host/facts/links";
import type { Change, Probe } from "../../host/transaction/change";

/**
 * The confirmation comes over the way that the SSH connection takes. It proves the LAN behind an uplink only where it
 * goes out there, to a machine that is not on the host itself.
 */
function insideWay(facts: Facts, links: readonly string[]): string | undefined {
  const { client } = facts;
  if (client === undefined) return undefined;
  const { address, device, gateway } = client;
  const own = facts.links.some(({ addresses }) => addresses.some(({ local }) => local === address));
  if (own || device === "lo") return `comes from the host itself (${address})`;
  const hop = gateway ?? address;
  const neighbour = facts.neighbours.find(
    (one) => one.address === hop && (device === undefined || one.device === device),
  );
  const through = gateway === undefined ? "" : ` through ${gateway}`;
  const vm = facts.libvirt?.domains.find(({ live }) => live.some(({ mac }) => mac === neighbour?.mac));
  if (vm) return `comes from the VM ${vm.name}${gateway === undefined ? "" : `, or${through} which that is`}`;
  const port = neighbour && findVirtualPort(facts, links, neighbour);
  if (port !== undefined) return `comes${through} over ${port}, from a machine on the host itself`;
  if (device !== undefined && !links.includes(device))
    return `comes${through} over ${device}, not over ${links.join(" or ")}`;
  return undefined;
}

/** The port that a machine on the host itself has: a TAP, or a pair of virtual NICs that the change is not about. */
function findVirtualPort(facts: Facts, links: readonly string[], { port }: Neighbour): string | undefined {
  const link = port === undefined ? undefined : linkNamed(facts, port);
  return link && (link.kind === "tun" || (link.kind === "veth" && !links.includes(link.name))) ? link.name : undefined;
}

/** As many neighbours as are asked; one that answers is enough. */
const mostNeighbours = 5;

/** What a change demands, and whether the way of the engine's connection shows that. */
export interface Demands extends Pick<Change, "probes" | "required" | "proofs"> {
  /** Why it shows nothing of the LAN, as the end of a sentence on the connection; undefined: it does. */
  readonly inside: string | undefined;
}

/**
 * Where the way is no proof, one of these has to show the LAN, before and after the change: a gateway, a machine that the
 * host has heard of, a probe of the user's. Machines on the host itself are none of the LAN's. A new gateway is asked anyhow.
 */
export function withProofs(
  facts: Facts,
  links: readonly string[],
  { probes, required }: Pick<Change, "probes" | "required">,
): Demands {
  const inside = insideWay(facts, links);
  if (inside === undefined) return { probes, required, proofs: [], inside };
  // The engine itself answers whatever becomes of the LAN.
  const near = facts.neighbours
    .filter(({ device, address }) => links.includes(device ?? "") && !address.startsWith("fe80:"))
    .filter(({ address }) => address !== facts.client?.address && !isInside(facts, links, address))
    .sort((a, b) => Number(b.reachable) - Number(a.reachable))
    .map(({ address }) => address)
    .slice(0, mostNeighbours);
  const neighbours: Probe[] = near.length > 0 ? [{ kind: "neighbours", addresses: near }] : [];
  const shows = (probe: Probe) => {
    if (probe.kind === "gateway" || probe.kind === "ping") return !isInside(facts, links, probe.address);
    return probe.kind === "name" || (probe.kind === "tcp" && !isInside(facts, links, probe.host));
  };
  const all = [...probes, ...neighbours];
  const asked = required.some(({ kind }) => kind === "gateway");
  return { probes: all, required, proofs: asked ? [] : [...probes.filter(shows), ...neighbours], inside };
}

/** The same of what moves with a change. Of links that the host has no address on, it loses nothing by which it is reached. */
export function demandsOf(
  facts: Facts,
  links: readonly string[],
  demanded: Pick<Change, "probes" | "required">,
  addresses: readonly unknown[],
): Demands {
  return addresses.length > 0 ? withProofs(facts, links, demanded) : { ...demanded, proofs: [], inside: undefined };
}

/** Whether an address is the host's own, or that of a machine on it. */
function isInside(facts: Facts, links: readonly string[], address: string): boolean {
  if (facts.links.some(({ addresses }) => addresses.some(({ local }) => local === address))) return true;
  const ones = facts.neighbours.filter((one) => one.address === address);
  const isOwn = (mac: string) =>
    facts.links.some((link) => link.mac === mac) ||
    (facts.libvirt?.domains ?? []).some(({ live }) => live.some((nic) => nic.mac === mac));
  return ones.some((one) => isOwn(one.mac) || findVirtualPort(facts, links, one) !== undefined);
}

/** What a change is refused with that nobody could confirm; undefined: something shows the LAN. */
export function unproven({ inside, proofs, required }: Omit<Demands, "probes">, uplink: string): string | undefined {
  if (inside === undefined || proofs.length > 0 || required.some(({ kind }) => kind === "gateway")) return undefined;
  return `confirm.probes: this SSH connection ${inside}, so that it works proves nothing of the LAN behind ${uplink}, and the host knows no gateway and no machine there to ask instead. Write one that answers: confirm: { probes: [{ ping: "an address on that LAN" }] }.`;
}
