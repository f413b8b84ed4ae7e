import type { Facts, Link } from "../host/facts/facts";
import { Refusal } from "../schema/refusal";
import { settingsOf } from "./entry/addressing";
import { definedIds, findDefinition, type NetplanDefinition } from "./entry/definition";
import { isIfupdowns, refuseIfupdowns } from "./ifupdown/owner";
import { refusedKeys } from "./netplan/keys";
import { netplanId } from "./netplan/netplanId";
import { isPattern, usersId } from "./netplan/pattern";
import { isUnit } from "./networkd/units";
import { isProfiles, refuseProfile } from "./networkManager/owner";

/** The netplan definition that an uplink's addressing stands in; whoever else owns it is a refusal, with what to do. */
export function owningDefinition(facts: Facts, uplink: Link): NetplanDefinition {
  const { name } = uplink;
  const definition = findDefinition(facts.netplan, usersId(netplanId(uplink)));
  if (definition && isUnit(definition)) return definition;
  if (definition && isIfupdowns(definition)) {
    refuseIfupdowns(facts, uplink, definition);
    return definition;
  }
  if (definition && isProfiles(definition)) {
    refuseProfile(facts, uplink, definition);
    return definition;
  }
  if (!facts.tools.has("netplan")) {
    throw new Refusal(
      `uplink: the host has no netplan, and ${name} is neither networkd's by a file of its own nor ifupdown's nor NetworkManager's by a profile${otherOwner(facts, uplink)}: kvmnet writes the host's network through one of them. Install netplan.io and describe the network in /etc/netplan, or have one of the others configure ${name}.`,
    );
  }
  if (!definition)
    throw new Refusal(
      `uplink: ${name} stands in no file of netplan's${otherOwner(facts, uplink)}. Describe it in /etc/netplan first.`,
    );
  if (definition.section === "wifis") {
    throw new Refusal(
      `uplink: ${name} is a Wi-Fi NIC, and an access point takes frames of its own MAC address only: it can't be a bridge's port. Take a wired NIC.`,
    );
  }
  if (!["ethernets", "bonds", "vlans"].includes(definition.section)) {
    throw new Refusal(
      `uplink: ${name} is one of netplan's ${definition.section}; an uplink must be one of its ethernets, bonds or vlans.`,
    );
  }
  if (definition.renderer !== "networkd" || facts.networkManager.has(name)) {
    throw new Refusal(
      `uplink: ${name} is configured with netplan's renderer ${definition.renderer}; for now kvmnet handles networkd only. Set "renderer: networkd" for it.`,
    );
  }
  for (const { path } of definition.places) {
    if (!path.startsWith("/etc/"))
      throw new Refusal(
        `uplink: ${name} is configured in ${path}; kvmnet changes files in /etc/netplan only. Move it there.`,
      );
  }
  return definition;
}

/** Whose files an entry stands in. */
export function ownerIn(definition: NetplanDefinition): "netplan" | "networkd" | "ifupdown" | "NetworkManager" {
  if (isUnit(definition)) return "networkd";
  if (isIfupdowns(definition)) return "ifupdown";
  return isProfiles(definition) ? "NetworkManager" : "netplan";
}

/** @throws Refusal where an uplink's entry has a key with which it can't become a port */
export function refuseKeys(definition: NetplanDefinition, { name }: Link): void {
  const [refused] = refusedKeys(Object.keys(settingsOf(definition)));
  if (refused === undefined) return;
  const paths = definition.places.filter(({ map }) => map.has(refused.key)).map(({ path }) => path);
  throw new Refusal(
    `uplink: ${name} has the key ${refused.key} in ${paths.join(", ")}, with which it can't become a bridge's port: ${refused.why}. Take it out, or take another NIC.`,
  );
}

/** @throws Refusal where an uplink is matched by a pattern, and its own entry would have to be changed */
export function refusePattern(definition: NetplanDefinition, { name }: Link): void {
  if (!isPattern(definition)) return;
  const paths = definition.places.map(({ path }) => path).join(", ");
  throw new Refusal(
    `uplink: ${paths} matches ${name} by a pattern that other NICs may match too; give ${name} an entry of its own, by name or MAC address.`,
  );
}

function otherOwner(facts: Facts, uplink: Link): string {
  const profile = facts.profiles.get(uplink.name);
  if (profile) return ` (NetworkManager has it by ${profile.path || "no file"})`;
  if (facts.networkManager.has(uplink.name)) return " (NetworkManager has it)";
  if (uplink.networkFile) return ` (networkd has it from ${uplink.networkFile})`;
  const ids = definedIds(facts.netplan).map(({ id }) => id);
  return ids.length > 0 ? ` (they have ${ids.join(", ")})` : "";
}
