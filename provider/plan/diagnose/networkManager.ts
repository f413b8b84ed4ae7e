import { findDefinition } from "../../backends/entry/definition";
import { candidatesFor, comesUp, comesUpTogether } from "../../backends/networkManager/atBoot";
import { bridgeProfile } from "../../backends/networkManager/paths";
import { type Facts, fixedPorts, ports } from "../../host/facts/facts";
import { isExternal, isKeyfile, isMadeByNetplan } from "../../host/facts/inNetworkManagersWords";
import { keyfileSections, valueIn } from "../../host/facts/keyfile";
import type { Link } from "../../host/facts/links";
import type { Check } from "./finding";
import { notGiven } from "./ifupdown";
import { lostAtBoot, ways } from "./nextBoot";

const profiles = {
  folder: "/etc/NetworkManager/system-connections",
  command: "the next time that the link comes up",
  look: "nmcli connection show",
};

/** What NetworkManager has by a profile that it would not bring up again by itself, or not by that one. */
export const networkManagersNextBoot: Check = (facts) =>
  concerned(facts).flatMap((link) => {
    const lost = lostBy(facts, link);
    return lost.length === 0 ? [] : [lostAtBoot(link.name, lost.join("; "), profiles)];
  });

/** The links that a host is reached by, their ports, and what kvmnet has made a port. */
function concerned(facts: Facts): Link[] {
  const uplinks = new Set([...facts.records.values()].map(({ uplink }) => uplink));
  const reached = ways(facts).flatMap((link) => [
    link,
    ...ports(facts, link.name).filter(({ kind }) => kind !== "tun"),
  ]);
  return [...new Set([...reached, ...facts.links.filter(({ name }) => uplinks.has(name))])];
}

function lostBy(facts: Facts, link: Link): string[] {
  const { name } = link;
  const { path } = facts.profiles.get(name) ?? {};
  if (path === undefined) return facts.networkManager.size === 0 ? hadBefore(facts, name) : [];
  const text = facts.keyfiles.get(path);
  const sections = keyfileSections(text ?? "");
  if (isExternal(sections)) return findUnconfigured(facts, link);
  if (!isKeyfile(path)) return [];
  // Where there is none on disk, NetworkManager makes one in /run by itself, and does so at each boot.
  if (text === undefined)
    return path.startsWith("/run/") ? [] : [`NetworkManager has ${name} by ${path}, which is not there any more`];
  const [first] = candidatesFor(facts, link);
  const own = Number(valueIn(sections, "connection", "autoconnect-priority") ?? 0);
  const rival = first !== undefined && first.path !== path && first.priority > own ? first : undefined;
  return [
    ...(rival
      ? [`NetworkManager has ${name} by ${path}, and ${rival.path} has autoconnect-priority=${rival.priority}`]
      : []),
    ...(!rival && !comesBack(facts, link) ? [`${path} has ${name} come up by hand alone`] : []),
    ...(isInMemory(facts, path) ? [`NetworkManager has ${name} by ${path}, which is gone with a restart`] : []),
    ...notGiven(facts, link),
  ];
}

/** A bridge of kvmnet's, where NetworkManager was stopped or taken off the host: nobody brings it up again. */
function hadBefore({ keyfiles }: Facts, name: string): string[] {
  const own = bridgeProfile(name);
  return keyfiles.has(own) ? [`${own} has ${name}, and NetworkManager does not run`] : [];
}

/** Whether a link comes up by itself: a port with its bridge, and a bridge with its port. */
function comesBack(facts: Facts, { name, kind, master }: Link): boolean {
  const of = (one: string) => keyfileSections(facts.keyfiles.get(facts.profiles.get(one)?.path ?? "") ?? "");
  if (master !== undefined) return comesUpTogether(of(master), of(name));
  return comesUp(of(name)) || (kind === "bridge" && fixedPorts(facts, name).some((port) => comesUp(of(port.name))));
}

/** A profile that a hand has changed for now; one that NetworkManager has made by itself, it makes again. */
function isInMemory({ keyfiles }: Facts, path: string): boolean {
  const sections = keyfileSections(keyfiles.get(path) ?? "");
  return path.startsWith("/run/") && !isMadeByNetplan(path) && valueIn(sections, ".nmmeta", "nm-generated") !== "true";
}

/** A link that NetworkManager tells as "connected (externally)", and that no file of another's has. */
function findUnconfigured(facts: Facts, { name, networkFile }: Link): string[] {
  const own = bridgeProfile(name);
  if (networkFile !== undefined || (!facts.records.has(name) && findDefinition(facts.netplan, name))) return [];
  const instead = facts.keyfiles.has(own) ? ` instead of by ${own}` : "";
  return [`NetworkManager has ${name} by no profile ("connected (externally)")${instead}`];
}
