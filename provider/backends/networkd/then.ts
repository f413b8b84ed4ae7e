import { type Facts, linkNamed } from "../../host/facts/facts";
import { interfacesWords } from "../../host/facts/inIfupdownsWords";
import { entriesText, entryOf, isByHand, stanzaIn } from "../../host/facts/inNetplansWords";
import { isKeyfile, profileEntry } from "../../host/facts/inNetworkManagersWords";
import type { Link } from "../../host/facts/links";
import { wholeUnit } from "../../host/facts/networkUnit";
import type { Target } from "../../kernel/target";
import { ifupdownOf } from "../ifupdown/owner";
import { bridgeProfile } from "../networkManager/paths";
import { unitFor } from "./match";

/** The same of NetworkManager's: those that are written, and of a NIC that is given back its own, which is there. */
function profilesThen(facts: Facts, links: Target["links"], files: ReadonlyMap<string, string>): [string, string][] {
  const before = [...facts.records.values()].flatMap(({ uplink, previousConfig }) =>
    Object.entries(previousConfig).map(([path, text]) => ({ uplink, path, text })),
  );
  return links.flatMap(({ name, master }): [string, string][] => {
    const link = linkNamed(facts, name) ?? { name, kind: "bridge" };
    const own = before.find(({ uplink, path }) => uplink === name && master === null && isKeyfile(path));
    const path = own?.path ?? bridgeProfile(name);
    const text = files.get(path) ?? facts.keyfiles.get(path) ?? own?.text;
    return text === undefined ? [] : [[path, profileEntry(link, text)]];
  });
}

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
    return interfacesWords(new Map([...facts.interfaces, ...interfaces]), then, ifupdownOf(facts));
  }
  const profiles = profilesThen(facts, links, files);
  if (profiles.length > 0) return profiles;
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
