import type { Facts } from "../../host/facts/facts";
import type { Link } from "../../host/facts/links";
import { Refusal } from "../../schema/refusal";
import { settingsOf } from "../entry/addressing";
import type { NetplanDefinition } from "../entry/definition";
import { refusedKeys } from "./keys";
import { isPattern } from "./pattern";

/** @throws Refusal of an entry of netplan's that is no bridge's port, or that kvmnet does not change */
export function refuseEntry(facts: Facts, { name }: Link, definition: NetplanDefinition): void {
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
  if (definition.renderer !== "networkd") {
    const has = facts.profiles.get(name)?.path;
    throw new Refusal(
      `uplink: ${name} is configured with netplan's renderer ${definition.renderer}, which ${has === undefined ? "does not have it" : `has it by ${has}, and not by what netplan makes of its files`} (nmcli device). Have it do so (netplan apply), or set "renderer: networkd" for it.`,
    );
  }
  if (facts.networkManager.has(name))
    throw new Refusal(
      `uplink: ${name} is configured with netplan's renderer networkd, and NetworkManager has it. Have one of them configure it: set "renderer: NetworkManager" for it, or take it out of NetworkManager (nmcli device set ${name} managed no).`,
    );
  for (const { path } of definition.places) {
    if (!path.startsWith("/etc/"))
      throw new Refusal(
        `uplink: ${name} is configured in ${path}; kvmnet changes files in /etc/netplan only. Move it there.`,
      );
  }
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
