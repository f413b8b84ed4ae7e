import { parse } from "yaml";
import type { Facts } from "../../../../provider/host/facts/facts";
import type { Change } from "../../../../provider/host/transaction/change";
import { addBridge, applyBatch, deleteLink } from "../../support/kernel";

/** What a network has, by the name that a person gives it: "name server 192.0.2.1", and the links that have it. */
export type Network = ReadonlyMap<string, ReadonlySet<string>>;

/** The host once a change is confirmed, as far as no DHCP server gives it something else: the kernel's batch is run, and the files are read. */
export function afterChange(facts: Facts, change: Change): Facts {
  const made = change.createOnApply.reduce(addBridge, facts);
  const applied = change.deleteOnApply.reduce(deleteLink, applyBatch(made, [...change.apply, ...change.tidy]));
  const netplan = new Map([...facts.netplan, ...change.files].filter(([path]) => path.startsWith("/etc/netplan/")));
  for (const path of change.remove) netplan.delete(path);
  const leases = facts.links.flatMap(({ lease }) => lease ?? []);
  const written = [...change.files].filter(([path]) => path.startsWith("/etc/systemd/network/"));
  const networkUnits = new Map([...facts.networkUnits, ...written]);
  for (const path of change.remove) networkUnits.delete(path);
  const links = applied.links.map((link) => {
    const asking = entriesOf({ ...facts, netplan, networkUnits }, link.networkFile, link.name).some(
      ({ dhcp4 }) => dhcp4 === true,
    );
    // What DHCP gave leaves only once it gives another one.
    const lease = asking
      ? leases.find(({ address }) => link.addresses.some(({ local }) => local === address))
      : undefined;
    const leaves = (cidr: string) => change.leaving.includes(cidr) && !cidr.startsWith(`${lease?.address}/`);
    return { ...link, lease, addresses: link.addresses.filter(({ local, prefix }) => !leaves(`${local}/${prefix}`)) };
  });
  return { ...applied, links, netplan, networkUnits };
}

export function networkIn(facts: Facts, names: ReadonlySet<string>): Network {
  const network = new Map<string, Set<string>>();
  const put = (what: string, link: string) => network.set(what, new Set([...(network.get(what) ?? []), link]));
  for (const { name, addresses } of facts.links)
    if (names.has(name))
      for (const { family, scope, local, prefix } of addresses)
        if (family === "inet" || scope !== "link") put(`${local}/${prefix}`, name);
  for (const { device = "", protocol, type, destination, gateway, table, metric, family } of facts.routes) {
    if (!names.has(device) || protocol === "kernel" || type !== "unicast") continue;
    const kind = gateway === undefined && family === "inet6" ? "IPv6 default" : "default";
    const words = [
      destination === "default" ? `${kind} route` : `route to ${destination}`,
      ...(gateway === undefined ? [] : [`via ${gateway}`]),
      ...(table === undefined ? [] : [`of table ${table}`]),
    ];
    put(`${words.join(" ")} with metric ${metric ?? (family === "inet" ? 0 : 1024)}`, device);
  }
  for (const [link, servers] of nameServers(facts))
    if (names.has(link)) for (const server of servers) put(`name server ${server}`, link);
  return network;
}

/** By link: those of netplan's files, and those of its lease. */
function nameServers(facts: Facts): Map<string, string[]> {
  return new Map(
    facts.links.map(({ name, networkFile, lease }) => {
      const said = entriesOf(facts, networkFile, name).flatMap((one) => one.nameservers?.addresses ?? []);
      return [name, [...said.map(String), ...(lease?.nameservers ?? [])]];
    }),
  );
}

interface Entry {
  readonly dhcp4?: boolean;
  readonly nameservers?: { readonly addresses?: readonly unknown[] };
}

function entriesOf(facts: Facts, networkFile: string | undefined, name: string): Entry[] {
  const id = /10-netplan-(.*)\.network$/.exec(networkFile ?? "")?.[1] ?? name;
  const unit = unitOf(facts, name);
  if (unit !== undefined)
    return [
      { dhcp4: /^DHCP=(yes|ipv4)$/m.test(unit), nameservers: { addresses: unit.match(/(?<=^DNS=).+$/gm) ?? [] } },
    ];
  return [...facts.netplan.values()].flatMap((text) =>
    Object.values((parse(text)?.network ?? {}) as Record<string, unknown>).flatMap((section) => {
      const entry = typeof section === "object" ? (section as Record<string, Entry> | null)?.[id] : undefined;
      return entry ? [entry] : [];
    }),
  );
}

/** The text of networkd's first file by hand that matches a link by its name. */
function unitOf({ networkUnits }: Facts, name: string): string | undefined {
  const isMeant = (text: string) => {
    const [, glob = ""] = /^Name=(.+)$/m.exec(text) ?? [];
    return glob === name || (glob.endsWith("*") && name.startsWith(glob.slice(0, -1)));
  };
  return [...networkUnits]
    .filter(([path, text]) => /^\/etc\/systemd\/network\/[^/]+\.network$/.test(path) && isMeant(text))
    .sort(([a], [b]) => (a < b ? -1 : 1))[0]?.[1];
}

export function asksDhcp(facts: Facts, names: ReadonlySet<string>): string[] {
  return facts.links
    .filter(
      ({ name, networkFile }) =>
        names.has(name) && entriesOf(facts, networkFile, name).some(({ dhcp4 }) => dhcp4 === true),
    )
    .map(({ name }) => name);
}
