import type { Facts } from "../../host/facts/facts";
import { isExternal } from "../../host/facts/inNetworkManagersWords";
import { keyfileSections, valueIn } from "../../host/facts/keyfile";
import type { Link } from "../../host/facts/links";
import type { Section } from "../../host/facts/networkUnit";

/** A profile that NetworkManager may bring a link up by, without anybody's asking. */
export interface Candidate {
  readonly path: string;
  /** The highest goes first; of several as high, the one that was used last (nm-settings(5), autoconnect-priority). */
  readonly priority: number;
}

/** Those of a link, the highest first. What NetworkManager made of the kernel's links is of this boot alone. */
export function candidatesFor({ keyfiles }: Pick<Facts, "keyfiles">, link: Link): Candidate[] {
  return [...keyfiles]
    .flatMap(([path, text]): Candidate[] => {
      const sections = keyfileSections(text);
      if (isExternal(sections) || !comesUp(sections) || !fits(sections, link)) return [];
      return [{ path, priority: Number(valueIn(sections, "connection", "autoconnect-priority") ?? 0) }];
    })
    .sort((one, other) => other.priority - one.priority);
}

/** Whether a profile comes up by itself, and with nobody logged in. */
export function comesUp(sections: readonly Section[]): boolean {
  const keyValue = (key: string) => valueIn(sections, "connection", key) ?? "";
  return !/^(false|no|0)$/.test(keyValue("autoconnect")) && keyValue("permissions") === "";
}

/**
 * Whether a bridge and a NIC are up after a restart, the NIC in the bridge, by the profiles that they have: a port has its
 * bridge come up, whatever that one's profile says; a bridge its ports where it says so.
 */
export function comesUpTogether(bridge: readonly Section[], port: readonly Section[]): boolean {
  const bringsPorts = ["autoconnect-ports", "autoconnect-slaves"].some((key) =>
    /^(1|true|yes)$/.test(valueIn(bridge, "connection", key) ?? ""),
  );
  return comesUp(port) || (bringsPorts && comesUp(bridge));
}

const types: Readonly<Record<string, string>> = { "802-3-ethernet": "ethernet" };

function fits(sections: readonly Section[], { name, kind, mac, permanentMac }: Link): boolean {
  const keyValue = (key: string) => valueIn(sections, "connection", key) ?? "";
  const type = types[keyValue("type")] ?? keyValue("type");
  if (type !== (kind === "bridge" ? "bridge" : "ethernet")) return false;
  // Patterns are NetworkManager's to match.
  if (sections.some((one) => one.name === "match")) return false;
  const only = valueIn(sections, "ethernet", "mac-address") ?? "";
  const isThatMac = only === "" || [mac, permanentMac].includes(only.toLowerCase());
  return (keyValue("interface-name") === "" || keyValue("interface-name") === name) && (type === "bridge" || isThatMac);
}
