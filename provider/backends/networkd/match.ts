import { expressionOf } from "../../host/facts/glob";
import type { Link } from "../../host/facts/links";
import { sectionsOf, unitFolders, valuesIn } from "../../host/facts/networkUnit";

/** Of each name the one that counts. */
export function unitsByName(paths: Iterable<string>, kind: "network" | "link"): Map<string, string> {
  const all = [...paths];
  const byName = new Map<string, string>();
  for (const folder of unitFolders)
    for (const path of all) {
      const [, name = ""] = new RegExp(`^${folder}/([^/]+\\.${kind})$`).exec(path) ?? [];
      if (name !== "" && !byName.has(name)) byName.set(name, path);
    }
  return byName;
}

/** The unit that networkd takes for a link: the first by name that matches (systemd.network(5)). */
export function unitFor(units: ReadonlyMap<string, string>, link: Link): string | undefined {
  const all = [...unitsByName(units.keys(), "network")].sort(([a], [b]) => (a < b ? -1 : 1));
  return all.map(([, path]) => path).find((path) => matches(units.get(path) ?? "", link));
}

/** Whether a unit may be a link's: of what is asked here and not known, yes. One that asks for nothing is everybody's. */
export function matches(text: string, link: Link): boolean {
  const sections = sectionsOf(text);
  const has: Record<string, (string | undefined)[]> = {
    Name: [link.name],
    OriginalName: [link.name],
    MACAddress: [link.mac],
    PermanentMACAddress: link.kind === "bridge" ? [undefined] : [link.permanentMac ?? link.mac],
    Type: [link.kind === "bridge" ? "bridge" : link.kind === "bond" || link.kind === "vlan" ? link.kind : "ether"],
    Kind: [link.kind],
    // It is on no bus.
    ...(link.kind === "bridge" && { Driver: ["bridge"], Path: [undefined], Property: [undefined] }),
  };
  return Object.entries(has).every(([key, present]) => {
    const [first, ...rest] = valuesIn(sections, "Match", key).flatMap((value) => value.split(/\s+/));
    if (first === undefined) return true;
    const not = first.startsWith("!");
    const globs = [not ? first.slice(1) : first, ...rest].map(globOf);
    return present.some((one) => one !== undefined && globs.some((glob) => glob.test(one))) !== not;
  });
}

/** fnmatch(3), and MAC addresses in either case and with either sign between. One that can't be read may match anything. */
function globOf(glob: string): RegExp {
  const plain = /^[0-9A-Fa-f]{2}([:.-][0-9A-Fa-f]{2}){5}$/.test(glob) ? glob.replaceAll(/[.-]/g, ":") : glob;
  const text = expressionOf(plain).replaceAll("[!", "[^");
  try {
    return new RegExp(`^${text}$`, "i");
  } catch (error) {
    if (error instanceof SyntaxError) return /^/;
    throw error;
  }
}
