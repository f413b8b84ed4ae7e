import { defaultRoute, type Facts, fixedPorts, linkNamed, ports } from "../../host/facts/facts";
import type { LibvirtDomain } from "../../host/facts/libvirt";
import type { Address, Link } from "../../host/facts/links";
import { filtersVlans, ranges } from "../../kernel/vlans";
import { attachmentOf, placeOf } from "../../plan/attachment/attachment";
import { nicVlanOf } from "../../plan/attachment/vlan";
import type { GetHostResult } from "./definition";

/** A host's facts as a program is told them: names that stay as they are when the way of reading them does not. */
export function hostOf(facts: Facts): GetHostResult {
  const links = facts.links.filter((link) => !link.loopback).sort(byName);
  return {
    hostId: facts.machineId,
    hostName: facts.hostName ?? "",
    release: facts.release ?? "",
    uplink: uplinkOf(facts),
    addresses: addressesOf(links.flatMap((link) => link.addresses)),
    interfaces: links.map((link) => interfaceOf(facts, link)),
    bridges: links
      .filter((link) => link.kind === "bridge")
      .map(({ name, mac, addresses, ...link }) => ({
        name,
        macAddress: mac,
        ports: ports(facts, name)
          .map((port) => port.name)
          .sort(),
        addresses: addressesOf(addresses),
        vlanFiltering: filtersVlans({ name, mac, addresses, ...link }),
        managed: facts.records.has(name),
      })),
    networks: [...(facts.libvirt?.networks ?? [])]
      .sort(byName)
      .map(({ name, uuid, active, autostart, forward, bridge }) => ({
        name,
        uuid,
        active,
        autostart,
        forward,
        bridge,
      })),
    domains: [...(facts.libvirt?.domains ?? [])].sort(byName).map(domainOf),
    unread: facts.unreadable.map(({ what }) => what),
  };
}

function interfaceOf(facts: Facts, link: Link): GetHostResult["interfaces"][number] {
  const { name, kind, mac, mtu, up, carrier, master, parent, vlan, addresses } = link;
  const vlans = filtersVlans(linkNamed(facts, master ?? "")) ? link.vlans : undefined;
  return {
    ...{ name, kind, macAddress: mac, mtu, up, carrier, master, parent, vlan },
    ...(vlans && { vlans: ranges(vlans.tagged), untaggedVlan: vlans.pvid }),
    addresses: addressesOf(addresses),
  };
}

function domainOf({ name, uuid, running, live, inactive }: LibvirtDomain): GetHostResult["domains"][number] {
  const defined = new Set(inactive.map((nic) => nic.mac));
  const nics = [...inactive, ...live.filter((nic) => !defined.has(nic.mac))];
  return {
    name,
    uuid,
    running,
    nics: nics.map((nic) => ({
      ...{ macAddress: nic.mac, ...placeOf(attachmentOf(nic)) },
      ...{ vlan: nicVlanOf(nic), model: nic.model },
    })),
  };
}

function uplinkOf(facts: Facts): string | undefined {
  const device = defaultRoute(facts)?.device ?? defaultRoute(facts, "inet6")?.device;
  if (device === undefined || linkNamed(facts, device)?.kind !== "bridge") return device;
  return fixedPorts(facts, device)[0]?.name;
}

function addressesOf(addresses: readonly Address[]): string[] {
  return addresses
    .filter(({ scope }) => scope !== "link" && scope !== "host")
    .sort((a, b) => (a.family === b.family ? 0 : a.family === "inet" ? -1 : 1))
    .map(({ local, prefix }) => `${local}/${prefix}`);
}

const byName = (a: { readonly name: string }, b: { readonly name: string }) => (a.name < b.name ? -1 : 1);
