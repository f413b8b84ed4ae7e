import type { Facts, Link } from "../../host/facts/facts";
import { definedIds, findDefinition, type NetplanDefinition, saidIn } from "../netplan/definition";
import { Refusal } from "../refusal";
import { netplanId } from "./netplanId";

/** The netplan definition that an uplink's addressing stands in; whoever else owns it is a refusal, with what to do. */
export function owningDefinition(facts: Facts, uplink: Link): NetplanDefinition {
  const { name } = uplink;
  if (!facts.tools.has("netplan")) {
    throw new Refusal(
      "The host has no netplan, and kvmnet writes the host's network through it. Install netplan.io and describe the network in /etc/netplan.",
    );
  }
  const definition = findDefinition(facts.netplan, netplanId(uplink));
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
  for (const place of definition.places) {
    const { path } = place;
    if (!path.startsWith("/etc/"))
      throw new Refusal(
        `uplink: ${name} is configured in ${path}; kvmnet changes files in /etc/netplan only. Move it there.`,
      );
    const match = saidIn(place).match as { name?: unknown; driver?: unknown } | undefined;
    if (match?.driver !== undefined || (match?.name !== undefined && match.name !== name)) {
      throw new Refusal(
        `uplink: ${path} matches ${name} by a pattern that other NICs may match too; give ${name} an entry of its own, by name or MAC address.`,
      );
    }
  }
  return definition;
}

function otherOwner(facts: Facts, uplink: Link): string {
  if (facts.networkManager.has(uplink.name)) return " (NetworkManager has it)";
  if (uplink.networkFile) return ` (networkd has it from ${uplink.networkFile})`;
  const ids = definedIds(facts.netplan).map(({ id }) => id);
  return ids.length > 0 ? ` (they have ${ids.join(", ")})` : "";
}
