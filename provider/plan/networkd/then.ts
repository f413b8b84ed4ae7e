import { type Facts, type Link, linkNamed } from "../../host/facts/facts";
import { interfacesWords } from "../../host/facts/inIfupdownsWords";
import { entriesText, entryOf, isByHand, stanzaIn } from "../../host/facts/inNetplansWords";
import { wholeUnit } from "../../host/facts/networkUnit";
import type { Target } from "../link/transition";
import { unitFor } from "./match";

/** What networkd's own files, or ifupdown's, will say of the links of a change, in netplan's words: path to text. */
export function entriesThen(
  facts: Facts,
  { links }: Target,
  files: ReadonlyMap<string, string>,
  remove: readonly string[],
): [string, string][] {
  const interfaces = [...files].filter(([path]) => facts.interfaces.has(path));
  if (interfaces.length > 0) {
    const then = links.map(({ name }) => linkNamed(facts, name) ?? { name, kind: "bridge", master: undefined });
    return interfacesWords(new Map([...facts.interfaces, ...interfaces]), then);
  }
  const written = [...files].filter(([path]) => path.startsWith("/etc/systemd/network/"));
  const units = new Map([...facts.networkUnits, ...written].filter(([path]) => !remove.includes(path)));
  return links.flatMap(({ name, macAddress = "" }) => {
    const there = linkNamed(facts, name);
    const link = there ?? ({ name, mac: macAddress, kind: "bridge" } as Link);
    const path = unitFor(there ? units : new Map(written), link);
    if (path === undefined || !isByHand(path)) return [];
    return [[`${path}:${name}`, entriesText([entryOf(link, stanzaIn(wholeUnit(units, path)))])] as [string, string]];
  });
}
