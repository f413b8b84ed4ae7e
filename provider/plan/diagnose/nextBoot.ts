import { addressingOf } from "../../backends/entry/addressing";
import { definedIds, findDefinition, type NetplanDefinition, readPlace } from "../../backends/entry/definition";
import { expectAddressing } from "../../backends/entry/wanted";
import { netplanId, netplanIdOfUnit } from "../../backends/netplan/netplanId";
import { isUnit } from "../../backends/networkd/units";
import { type Facts, ports } from "../../host/facts/facts";
import { isByHand } from "../../host/facts/inNetplansWords";
import type { Link } from "../../host/facts/links";
import { Refusal } from "../../schema/refusal";
import { lanBridges } from "./bridges";
import { type Check, type Finding, finding } from "./finding";

/** The links that a host is reached by: what carries this SSH connection, and bridges to the LAN. */
export function ways(facts: Facts): Link[] {
  const ssh = facts.links.filter(({ addresses }) => addresses.some(({ local }) => local === facts.sshAddress));
  return [...new Set([...ssh, ...lanBridges(facts).map(({ bridge }) => bridge)])];
}

/** What is in the kernel by netplan's doing, and not in its files: gone with the next boot. */
export const nextBoot: Check = (facts) => {
  try {
    return ways(facts).flatMap((link) => {
      const byHand = link.networkFile !== undefined && isByHand(link.networkFile);
      const id = netplanIdOfUnit(link) ?? (byHand ? link.name : undefined);
      if (id === undefined) return [];
      const definition = findDefinition(facts.netplan, id);
      if (byHand && definition && !isUnit(definition)) return [];
      const lost = definition
        ? lostBy(facts, link, definition)
        : [
            byHand
              ? `networkd has ${link.name} from ${link.networkFile}, which is not there any more`
              : `networkd has ${link.name} from ${link.networkFile}; no file in /etc/netplan has ${id}`,
          ];
      return [
        ...handedOn(facts, link, definition),
        ...(lost.length === 0 ? [] : [lostAtBoot(link.name, lost.join("; "), byHand ? networkds : netplans)]),
      ];
    });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return [lostAtBoot("the network", error.message)];
  }
};

/** A link, or its port, that networkd has, and that netplan's files give to another daemon by now: it starts with neither. */
function handedOn(facts: Facts, link: Link, definition: NetplanDefinition | undefined): Finding[] {
  return [link, ...ports(facts, link.name)].flatMap((one) => {
    const entry = one === link ? definition : findDefinition(facts.netplan, netplanId(one));
    if (!entry || entry.renderer === "networkd" || facts.profiles.has(one.name)) return [];
    const where = entry.places.map((place) => place.path).join(", ");
    return finding("next-boot", "warning", {
      subject: "host",
      evidence: `networkd has ${link.name}; netplan's renderer of ${entry.id} (${where}) is ${entry.renderer}`,
      cause: `After the next boot, or a \`netplan apply\`, ${one.name} is not networkd's any more and ${link.name} is: SSH is lost.`,
      fix: `Set "renderer: networkd" for ${entry.id}, before anything else. To have ${entry.renderer} see to it: with that set, destroy the bridge, then take it out and run \`netplan apply\`, and make the bridge again.`,
    });
  });
}

/** Where the files are, what puts them in force, and how they are looked at. */
const netplans = { folder: "/etc/netplan", command: "a `netplan apply`", look: "netplan get" };
const networkds = {
  folder: "/etc/systemd/network",
  command: "a `networkctl reload`",
  look: "systemd-analyze cat-config systemd/network",
};

export function lostAtBoot(what: string, evidence: string, { folder, command, look } = netplans): Finding {
  return finding("next-boot", "warning", {
    subject: "host",
    evidence,
    cause: `The files in ${folder} are not what the host runs with: its next boot, or ${command}, changes ${what}, and SSH may be lost.`,
    fix: `Put the files right and look at them with ${look}, or run pulumi up to have the bridge's file back.`,
    fixable: true,
  });
}

function lostBy(facts: Facts, link: Link, definition: NetplanDefinition): string[] {
  const { dhcp4, addresses } = expectAddressing(addressingOf(definition));
  const reached = link.addresses.find(({ local }) => local === facts.sshAddress);
  const cidr = reached && `${reached.local}/${reached.prefix}`;
  const path = definition.places.map((place) => place.path).join(", ");
  const leased = reached && link.lease?.address === reached.local;
  const stays = cidr === undefined || addresses.includes(cidr) || reached?.family === "inet6" || (leased && dhcp4);
  const listed = new Set(definition.places.flatMap((place) => (readPlace(place).interfaces as unknown[]) ?? []));
  const left = ports(facts, link.name).filter((port) => netplanIdOfUnit(port) && !listed.has(netplanId(port)));
  return [
    ...(stays ? [] : [`${link.name} has ${cidr}, which SSH came in by; ${path} does not give it that`]),
    ...left.map((port) => `${port.name} master ${link.name}; ${path} has interfaces: [${[...listed].join(", ")}]`),
  ];
}

/** A port that netplan's files give an address: they are not of one mind with the bridge's. */
export const addressingOnPort: Check = (facts) => readable(() => portsWithAddressing(facts));

const portsWithAddressing: Check = (facts) => {
  const portsById = new Map(
    [...facts.links].reverse().flatMap((link) => (link.master === undefined ? [] : [[netplanId(link), link] as const])),
  );
  return ids(facts).flatMap(({ id, definition }) => {
    const port = portsById.get(id);
    // A port that NetworkManager has by a profile has nothing of what netplan's files say of it.
    if (
      !definition ||
      !port ||
      facts.profiles.has(port.name) ||
      !lanBridges(facts).some(({ bridge }) => bridge.name === port.master)
    )
      return [];
    const { dhcp4, addresses } = expectAddressing(addressingOf(definition));
    if (!dhcp4 && addresses.length === 0) return [];
    return finding("address-on-port", "warning", {
      subject: `port ${port.name}`,
      evidence: `${definition.places.map(({ path }) => path).join(", ")}: ${definition.section}.${id} has ${[...(dhcp4 ? ["dhcp4: true"] : []), ...addresses].join(", ")}; ${port.name} master ${port.master}`,
      cause: `${port.name} is a port of ${port.master}, and netplan's files give it addressing of its own, for the next boot or netplan apply.`,
      fix: `Give the addressing to ${port.master} and none to ${port.name}.`,
      fixable: true,
    });
  });
};

/** A NIC that netplan knows by a name which the host does not have. */
export const nicRenamed: Check = (facts) => {
  const there = new Set(facts.links.map(({ name }) => name));
  const nics = facts.links.filter(({ kind, loopback }) => !loopback && (kind === undefined || kind === "veth"));
  return ids(facts).flatMap(({ id, section, definition }) => {
    if (section !== "ethernets" || !definition) return [];
    const [keys] = readable(() => [Object.assign({}, ...definition.places.map(readPlace)) as Record<string, unknown>]);
    if (!keys) return [];
    const match = keys.match as Record<string, unknown> | undefined;
    const name = match ? match.name : id;
    if (typeof name !== "string" || /[*?[]/.test(name) || match?.macaddress !== undefined) return [];
    if (there.has(name) || there.has(String(keys["set-name"])) || keys.optional === true) return [];
    return finding("nic-renamed", "warning", {
      subject: `NIC ${name}`,
      evidence: `${definition.places.map(({ path }) => path).join(", ")}: ethernets.${id}; the host has ${some(nics.map((nic) => nic.name)) || "no NIC"}`,
      cause: `netplan configures a NIC by a name that the host does not have. Names come from a NIC's place on the bus and change with cards, firmware and releases.`,
      fix: "Say the name that it has now, or match it by its MAC address; optional: true for one that comes and goes.",
    });
  });
};

export const cloudInit: Check = (facts) => {
  if (!facts.cloudInit) return [];
  const concerned = new Set(
    ways(facts)
      .flatMap((link) => [link, ...ports(facts, link.name)])
      .map(netplanId),
  );
  return ids(facts).flatMap(({ id, definition }) => {
    const place = definition?.places.find(({ path }) => path.endsWith("/50-cloud-init.yaml"));
    if (!place || !concerned.has(id)) return [];
    return finding("cloud-init", "warning", {
      subject: "host",
      evidence: `${place.path} has ${id}; no file in /etc/cloud says network: {config: disabled}`,
      cause: `cloud-init writes that file anew at a boot, and gives ${id} its own addressing again.`,
      fix: 'Write "network: {config: disabled}" to /etc/cloud/cloud.cfg.d/99-disable-network-config.cfg; a Bridge on that NIC does so itself.',
    });
  });
};

/** Enough for a person to see what is meant. */
function some(names: readonly string[]): string {
  return [...names.slice(0, 20), ...(names.length > 20 ? ["…"] : [])].join(", ");
}

function ids(facts: Facts) {
  return readable(() => {
    const once = new Map(definedIds(facts.netplan).map(({ id, section }) => [id, { id, section }]));
    return [...once.values()].map(({ id, section }) => ({
      id,
      section,
      definition: findDefinition(facts.netplan, id),
    }));
  });
}

/** Files that can't be read are a finding of next-boot's. */
function readable<T>(read: () => T[]): T[] {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return [];
  }
}
