import { type Facts, linkNamed } from "../../host/facts/facts";
import { guestOf } from "../../host/facts/guestLinks";
import type { LibvirtDomain } from "../../host/facts/libvirt";
import type { Link } from "../../host/facts/links";
import type { Heard } from "../../host/listen/listen";
import { filtersVlans, portVlanWords } from "../../kernel/vlans";
import { attachmentOf, linkOf } from "../attachment/attachment";
import { vlanIn, vlanWords } from "../attachment/vlan";
import type { Finding } from "../diagnose/finding";

export type NodeKind = "NIC" | "bond" | "VLAN" | "bridge" | "port" | "TAP" | "VM";

/** One thing of a host's network. */
export interface TopologyNode {
  /** "VM web": unique, and what a finding calls its subject. */
  readonly id: string;
  readonly kind: NodeKind;
  readonly name: string;
  /** What else there is to say of it: addresses, and what is not as usual. */
  readonly words: readonly string[];
  /** It is off, or has no link. */
  readonly down: boolean;
  readonly findings: readonly Finding[];
}

/** What is on what. To a VM of several NICs: with what there is to say of those that go this way, and what is wrong with them. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly words?: readonly string[];
  readonly findings?: readonly Finding[];
}

/** A host's network from the wire to its VMs, with what is wrong in it. */
export interface Topology {
  readonly host: string;
  readonly nodes: readonly TopologyNode[];
  /** From what is nearer to the wire. A VM that is off is on its bridge, without a TAP. */
  readonly edges: readonly Edge[];
  /** What is wrong with the host as a whole, or with something that is not drawn. */
  readonly findings: readonly Finding[];
}

export function topologyOf(
  host: string,
  { facts, heard, findings }: { facts: Facts; heard: readonly Heard[]; findings: readonly Finding[] },
): Topology {
  const domains = facts.libvirt?.domains ?? [];
  const links = facts.links.flatMap((link) => {
    const kind = kindOf(facts, link);
    return kind ? [{ link, kind, id: `${kind} ${link.name}` }] : [];
  });
  const idOf = (name: string | undefined) => links.find(({ link }) => link.name === name)?.id;
  const nodes: Omit<TopologyNode, "findings">[] = [
    ...links.map(({ link, kind, id }) => ({
      ...{ id, kind, name: link.name },
      words: linkWords(facts, link, kind),
      down: !link.up || (!link.carrier && kind !== "bridge"),
    })),
    ...domains.map((domain) => ({
      ...{ id: `VM ${domain.name}`, kind: "VM" as const, name: domain.name },
      words: vmWords(facts, domain, domain.running ? domain.live : domain.inactive, heard),
      down: !domain.running,
    })),
  ];
  const edges: Edge[] = links.flatMap(({ link, id, kind }) => {
    const master = idOf(link.master);
    const isPort = kind === "TAP" || kind === "port";
    const ends = [isPort ? [master, id] : [id, master], [idOf(link.parent), id]];
    return ends.flatMap(([from, to]) => (from && to ? [{ from, to }] : []));
  });
  const about = (node: Omit<TopologyNode, "findings">) =>
    findings.filter(({ subject }) => subjects(subject).some((one) => isAbout(one, node)));
  const drawn = nodes.map((node) => ({ ...node, findings: about(node) }));
  const all = [...edges, ...domains.flatMap((domain) => vmEdges(facts, { domain, heard, idOf }, drawn))];
  const unlike = new Map<string, Edge>();
  for (const edge of all) {
    const way = JSON.stringify([edge.from, edge.to]);
    if (!unlike.has(way)) unlike.set(way, edge);
  }
  return {
    host,
    nodes: drawn,
    edges: [...unlike.values()],
    findings: findings.filter((one) => !drawn.some((node) => node.findings.includes(one))),
  };
}

/** One for each place that the VM's NICs are in; of several, each has its own NICs' words and findings. */
function vmEdges(
  facts: Facts,
  {
    domain,
    heard,
    idOf,
  }: { domain: LibvirtDomain; heard: readonly Heard[]; idOf: (name?: string) => string | undefined },
  drawn: readonly TopologyNode[],
): Edge[] {
  const to = `VM ${domain.name}`;
  const findings = drawn.find(({ id }) => id === to)?.findings ?? [];
  const nics = domain.running ? domain.live : domain.inactive;
  const placed = nics.map((nic) => ({ nic, from: idOf(nic.tap) ?? idOf(linkOf(facts, attachmentOf(nic))) }));
  const places = [...new Set(placed.map(({ from }) => from))].filter((from) => from !== undefined);
  if (nics.length < 2) return places.map((from) => ({ from, to }));
  return places.map((from, index) => {
    const here = placed.filter((one) => one.from === from).map(({ nic }) => nic);
    const names = (one: Finding, all: typeof nics) => all.some(({ mac }) => one.evidence.includes(mac));
    // What names none of its NICs is told with the first.
    const own = findings.filter((one) => names(one, here) || (index === 0 && !names(one, nics)));
    return { from, to, words: vmWords(facts, domain, here, heard), findings: own };
  });
}

/** "VMs a, b" is about both. */
function subjects(subject: string): string[] {
  const [, names] = /^VMs (.+)$/.exec(subject) ?? [];
  return names === undefined ? [subject] : names.split(", ").map((name) => `VM ${name}`);
}

/** A "port" may be a NIC, a bond, a VLAN or a TAP; a network is a word of its bridge. */
function isAbout(subject: string, { id, name, kind, words }: Omit<TopologyNode, "findings">): boolean {
  if (kind === "bridge") return subject === id || words.includes(subject);
  return subject === id || (subject === `port ${name}` && kind !== "VM");
}

function kindOf(facts: Facts, link: Link): NodeKind | undefined {
  if (link.loopback) return undefined;
  switch (link.kind) {
    case undefined:
      return "NIC";
    case "bond":
      return "bond";
    case "vlan":
      return "VLAN";
    case "bridge":
      return "bridge";
    case "tun":
      return isVms(facts, link) || link.master !== undefined || guestOf(link.name) ? "TAP" : undefined;
  }
  // A NIC may be of any kind in a container; others matter as ports alone.
  // One end of a pair whose other end is elsewhere: in a container it is the NIC; a container's own is in a bridge.
  if (link.kind === "veth" && link.master === undefined) return "NIC";
  const isUplink = [...facts.records.values()].some(({ uplink }) => uplink === link.name);
  if (isUplink || (link.networkFile !== undefined && link.master === undefined)) return "NIC";
  return link.master !== undefined && linkNamed(facts, link.master)?.kind === "bridge" ? "port" : undefined;
}

const isVms = (facts: Facts, { name }: Link) =>
  (facts.libvirt?.domains ?? []).some(({ live }) => live.some(({ tap }) => tap === name));

function linkWords(facts: Facts, link: Link, kind: NodeKind): string[] {
  const addresses = link.addresses.filter(({ scope }) => scope === "global");
  const { networks = [] } = facts.libvirt ?? {};
  const on = networks.filter(({ bridge }) => kind === "bridge" && bridge === link.name);
  const direct = networks.filter(({ bridge, devices }) => bridge === undefined && devices?.includes(link.name));
  const words: (string | false | undefined)[] = [
    guestOf(link.name),
    ...addresses.map(({ local, prefix }) => `${local}/${prefix}`),
    link.vlan !== undefined && `VLAN ${link.vlan}`,
    kind === "bridge" && filtersVlans(link) && "tells VLANs apart",
    link.vlans && filtersVlans(linkNamed(facts, link.master ?? "")) && `in ${portVlanWords(link.vlans)}`,
    kind !== "TAP" && link.mac,
    link.mtu !== 1500 && `MTU ${link.mtu}`,
    link.stp && "STP",
    ...on.map(({ name }) => `network ${name}`),
    ...direct.map(({ name }) => `network ${name} (macvtap)`),
    !link.up ? "down" : !link.carrier && kind !== "bridge" && "no carrier",
  ];
  return words.filter((word) => typeof word === "string" && word !== "") as string[];
}

/** A guest's addresses by what was heard from it, and by what the host remembers: libvirt does not know those of a bridged one. */
function vmWords(
  facts: Facts,
  { running }: LibvirtDomain,
  nics: LibvirtDomain["live"],
  heard: readonly Heard[],
): string[] {
  const macs = new Set(nics.map(({ mac }) => mac));
  const said = heard.filter(({ kind, from, direction, device }) => {
    const tap = linkNamed(facts, device)?.kind === "tun";
    return kind !== "dhcp" && macs.has(from) && tap && direction === "in";
  });
  const known = facts.neighbours.filter(({ mac, address }) => macs.has(mac) && !address.includes(":"));
  const addresses = new Set([...said.map(({ content }) => content), ...known.map(({ address }) => address)]);
  return [
    ...[...addresses].sort(),
    ...nics.map((nic) => {
      const vlan = vlanIn(nic.element);
      return nic.device !== undefined ? `${nic.mac} (macvtap)` : vlan ? `${nic.mac} (${vlanWords(vlan)})` : nic.mac;
    }),
    ...(running ? [] : ["off"]),
    ...(nics.length === 0 ? ["no NIC"] : []),
  ];
}
