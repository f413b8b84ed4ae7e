import type { Link } from "../../host/facts/links";
import { type Stanza, settingsOf } from "../entry/addressing";
import type { NetplanDefinition } from "../entry/definition";

/** netplan's entry of a bridge's port: the user's own, or one that kvmnet writes beside a pattern. */
export interface PortEntry extends Pick<NetplanDefinition, "section" | "id"> {
  /** What kvmnet's file says of it. */
  readonly settings?: Stanza;
}

/** Whether an entry may be that of several NICs: by a glob, a driver, or nothing at all. */
export function isPattern(definition: NetplanDefinition): boolean {
  const { match } = settingsOf(definition) as { match?: Stanza | null };
  if (match === undefined || definition.section !== "ethernets") return false;
  const { name, macaddress } = match ?? {};
  return macaddress === undefined && (typeof name !== "string" || /[*?[]/.test(name) || match?.driver !== undefined);
}

/**
 * The entry that a port has in netplan's files: its own. Beside a pattern, which goes on for all other NICs, kvmnet writes one
 * for this NIC alone, with what is the NIC's own of the pattern.
 */
export function portEntry(definition: NetplanDefinition, uplink: Link): PortEntry {
  if (!isPattern(definition)) return definition;
  const { match: _, "set-name": __, ...settings } = settingsOf(definition);
  return {
    section: definition.section,
    id: `${definition.id}${infix}${uplink.name}`,
    settings: { match: { name: uplink.name }, ...settings },
  };
}

/** networkd takes the first file whose [Match] fits: netplan's file of `en-kvmnet-enp1s0` comes before that of `en`, as "-" is before ".". */
const infix = "-kvmnet-";

/** The id of the user's entry where a NIC's is one that kvmnet has written beside it. */
export function usersId(id: string): string {
  const at = id.lastIndexOf(infix);
  return at > 0 ? id.slice(0, at) : id;
}
