import { type Facts, type LibvirtDomain, type Link, linkNamed } from "../../host/facts/facts";
import type { Heard } from "../../host/listen/listen";
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

/** A host's network from the wire to its VMs, with what is wrong in it. */
export interface Topology {
  readonly host: string;
  readonly nodes: readonly TopologyNode[];
  /** From what is nearer to the wire. A VM that is off is on its bridge, without a TAP. */
  readonly edges: readonly { readonly from: string; readonly to: string }[];
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
      words: vmWords(facts, domain, heard),
      down: !domain.running,
    })),
  ];
  const pairs: (readonly [string | undefined, string | undefined])[] = [
    ...links.flatMap(({ link, id, kind }) => [
      kind === "TAP" || kind === "port" ? ([idOf(link.master), id] as const) : ([id, idOf(link.master)] as const),
      [idOf(link.parent), id] as const,
    ]),
    ...domains.flatMap((domain) =>
      (domain.running ? domain.live : domain.inactive).map(
        (nic) => [idOf(nic.tap) ?? idOf(nic.device) ?? idOf(bridgeOf(facts, nic)), `VM ${domain.name}`] as const,
      ),
    ),
  ];
  const edges = pairs.flatMap(([from, to]) => (from && to ? [{ from, to }] : []));
  const about = (node: Omit<TopologyNode, "findings">) =>
    findings.filter(({ subject }) => subjects(subject).some((one) => isAbout(one, node)));
  const drawn = nodes.map((node) => ({ ...node, findings: about(node) }));
  return {
    host,
    nodes: drawn,
    edges: edges.filter(({ from, to }, at) => edges.findIndex((one) => one.from === from && one.to === to) === at),
    findings: findings.filter((one) => !drawn.some((node) => node.findings.includes(one))),
  };
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
      return isVms(facts, link) || link.master !== undefined ? "TAP" : undefined;
  }
  // A NIC may be of any kind in a container; others matter as ports alone.
  const isUplink = [...facts.records.values()].some(({ uplink }) => uplink === link.name);
  if (isUplink || (link.networkFile !== undefined && link.master === undefined)) return "NIC";
  return link.master !== undefined && linkNamed(facts, link.master)?.kind === "bridge" ? "port" : undefined;
}

const isVms = (facts: Facts, { name }: Link) =>
  (facts.libvirt?.domains ?? []).some(({ live }) => live.some(({ tap }) => tap === name));

function bridgeOf(facts: Facts, nic: { network: string | undefined; bridge: string | undefined }): string | undefined {
  return nic.network === undefined
    ? nic.bridge
    : facts.libvirt?.networks.find(({ name }) => name === nic.network)?.bridge;
}

function linkWords(facts: Facts, link: Link, kind: NodeKind): string[] {
  const addresses = link.addresses.filter(({ scope }) => scope === "global");
  const on = (facts.libvirt?.networks ?? []).filter(({ bridge }) => kind === "bridge" && bridge === link.name);
  const words: (string | false | undefined)[] = [
    ...addresses.map(({ local, prefix }) => `${local}/${prefix}`),
    link.vlan !== undefined && `VLAN ${link.vlan}`,
    kind !== "TAP" && link.mac,
    link.mtu !== 1500 && `MTU ${link.mtu}`,
    link.stp && "STP",
    ...on.map(({ name }) => `network ${name}`),
    !link.up ? "down" : !link.carrier && kind !== "bridge" && "no carrier",
  ];
  return words.filter((word) => typeof word === "string" && word !== "") as string[];
}

/** A guest's addresses by what was heard from it, and by what the host remembers: libvirt does not know those of a bridged one. */
function vmWords(facts: Facts, { running, live, inactive }: LibvirtDomain, heard: readonly Heard[]): string[] {
  const nics = running ? live : inactive;
  const macs = new Set(nics.map(({ mac }) => mac));
  const said = heard.filter(({ kind, from, direction, device }) => {
    const tap = linkNamed(facts, device)?.kind === "tun";
    return kind !== "dhcp" && macs.has(from) && tap && direction === "in";
  });
  const known = facts.neighbours.filter(({ mac }) => macs.has(mac));
  const addresses = new Set([...said.map(({ says }) => says), ...known.map(({ address }) => address)]);
  return [
    ...[...addresses].sort(),
    ...nics.map(({ mac }) => mac),
    ...(running ? [] : ["off"]),
    ...(nics.length === 0 ? ["no NIC"] : []),
  ];
}
