import { addressingOf } from "../../backends/entry/addressing";
import { findDefinition } from "../../backends/entry/definition";
import { expectAddressing } from "../../backends/entry/wanted";
import { ifupdownOf, isOfIfupdown, stateOf } from "../../backends/ifupdown/owner";
import { pendingWords } from "../../backends/ifupdown/pending";
import { type Facts, linkNamed } from "../../host/facts/facts";
import { ifaceOf, sourcedFiles, stanzasOf } from "../../host/facts/interfacesFile";
import type { Link } from "../../host/facts/links";
import type { Check } from "./finding";
import { finding } from "./finding";
import { lostAtBoot, ways } from "./nextBoot";

const interfaces = {
  folder: "/etc/network/interfaces, and what that sources,",
  command: "a `systemctl restart networking`",
  look: "ifquery --list and ifquery",
};
const interfaces2 = { ...interfaces, command: "an `ifreload -a`", look: "ifquery -c -a" };

/** What ifupdown has up, and would not bring up again as it is: as `ifup -a` takes its files. */
export const ifupdownsNextBoot: Check = (facts) =>
  ways(facts).flatMap((link) => {
    if (facts.ifstate?.get(link.name) !== link.name || link.networkFile !== undefined) return [];
    const lost = isOfIfupdown(facts, link.name)
      ? [...unselected(facts, link), ...notGiven(facts, link)]
      : [`${ifupdownOf(facts)} has ${link.name} up (${stateOf(facts)}), and no stanza of its files has it`];
    return lost.length === 0
      ? []
      : [lostAtBoot(link.name, lost.join("; "), facts.ifupdown2 ? interfaces2 : interfaces)];
  });

/** A change of Proxmox VE's that is written and not made: its next boot makes it, whatever kvmnet has changed meanwhile. */
export const pendingChange: Check = ({ pendingInterfaces }) =>
  pendingInterfaces !== "unlike" ? [] : [finding("next-boot", "warning", { subject: "host", ...pendingWords })];

/** By their name alone: patterns are kvmnet's to refuse, not to judge. */
function unselected({ interfaces: files }: Facts, { name }: Link): string[] {
  const selections = [...sourcedFiles(files).read.values()]
    .flatMap(stanzasOf)
    .filter(({ key }) => /^(auto|allow-.+)$/.test(key));
  const isMeant = selections.some(({ value }) =>
    value.split(/\s+/).some((word) => word === name || word.startsWith(`${name}=`) || /[/*?[]/.test(word)),
  );
  return isMeant ? [] : [`no auto or allow-hotplug line names ${name}`];
}

/** An address of a link that its entry does not have, by which SSH came in. */
export function notGiven({ netplan, sshAddress }: Facts, { name, addresses, lease }: Link): string[] {
  const definition = findDefinition(netplan, name);
  const reached = addresses.find(({ local, family }) => local === sshAddress && family === "inet");
  if (definition === undefined || reached === undefined) return [];
  const { dhcp4, addresses: given } = expectAddressing(addressingOf(definition));
  const cidr = `${reached.local}/${reached.prefix}`;
  if (given.includes(cidr) || (dhcp4 && lease?.address === reached.local)) return [];
  const path = definition.places.map((place) => place.path).join(", ");
  return [`${name} has ${cidr}, which SSH came in by; ${path} does not give it that`];
}

/** A client that was left behind when its link became a port: guides have one start ifup for the bridge alone. */
export const clientOnPort: Check = (facts) =>
  (facts.dhcpClients ?? []).flatMap(({ program, link }) => {
    const port = link === undefined ? undefined : linkNamed(facts, link);
    const on = linkNamed(facts, port?.master ?? "");
    // What has an address by it is told as that.
    if (port === undefined || on?.kind !== "bridge" || port.addresses.some(({ scope }) => scope === "global"))
      return [];
    const isMeant = [...facts.interfaces.values()].some((text) =>
      stanzasOf(text).some((one) => ifaceOf(one)?.name === link && ifaceOf(one)?.method === "dhcp"),
    );
    return finding("address-on-port", "error", {
      subject: `port ${port.name}`,
      evidence: `${program} runs for ${port.name}; ${port.name} master ${on.name}`,
      cause: `${port.name} is a port of ${on.name}, and ${program} asks DHCP for it still: with an answer, it has an address beside the bridge's, or takes the bridge's.`,
      fix: `${isMeant ? `Write "iface ${port.name} inet manual" into ifupdown's files, and end` : "End"} that ${program} with kill -KILL: told to end otherwise, it gives the lease back.`,
    });
  });
