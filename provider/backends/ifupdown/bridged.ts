import type { Program } from "../../host/facts/inIfupdownsWords";
import { ifaceOf, type Stanza, stanzasOf } from "../../host/facts/interfacesFile";
import { Refusal } from "../../schema/refusal";
import type { NicStanzas } from "./carried";
import { ifupdown2sLines } from "./ifupdown2sLines";
import { ifupdownsLines } from "./ifupdownsLines";
import type { BridgedNic, Lines } from "./lines";
import { marksOf } from "./marks";

export const linesOf = (program: Program): Lines => (program === "ifupdown2" ? ifupdown2sLines : ifupdownsLines);

/**
 * The file in which a bridge is on a NIC: all that is in it stays where it is, comments too. The NIC's stanzas are the bridge's, or
 * the bridge's stand beside them where the NIC has no addressing by them.
 */
export function bridgedFile(nic: NicStanzas, bridge: BridgedNic): string {
  const { was, begin, end } = marksOf(bridge.name);
  const { taken, instead } = nic.stays ? besideNic(nic, bridge) : inPlace(nic, bridge);
  const lines = nic.text.split("\n");
  const isTaken = (at: number) => taken.some(({ first, last }) => at >= first && at <= last);
  return lines
    .flatMap((line, at) => {
      const ours = instead.get(at) ?? [];
      return [isTaken(at) ? `${was}${line}` : line, ...(ours.length > 0 ? [begin, ...ours, end] : [])];
    })
    .join("\n");
}

/** What of a file is not in force meanwhile, and what stands behind which of its lines. */
interface Edit {
  readonly taken: readonly Pick<Stanza, "first" | "last">[];
  readonly instead: ReadonlyMap<number, readonly string[]>;
}

function inPlace({ ifaces, selections, program }: NicStanzas, bridge: BridgedNic): Edit {
  const lines = linesOf(program);
  const own = mtuOf(ifaces);
  const mtu = bridge.mtu === undefined ? own : String(bridge.mtu);
  const said = ifaces.map((stanza) => stanzaOf(stanza, ifaces, bridge, lines));
  const bare = [`auto ${bridge.name}`, `iface ${bridge.uplink} inet manual`, ...lines.ofPort(mtu).map(indented)];
  const blocks = said.map(({ header, added }, index): [number, string[]] => [
    ifaces[index]?.last ?? 0,
    index > 0 ? [header, ...added] : [...bare, header, ...lines.ofBridge(bridge, own).map(indented), ...added],
  ]);
  const instead = behind(...blocks, [endOf(ifaces.at(-1)), findMissingFamilies(said, bridge, lines)]);
  // One that names others stays, whose bridges may need it as it is: by it the NIC comes up, which has nothing.
  const alone = selections.filter(({ value }) => value.split(/\s+/).every((name) => name === bridge.uplink));
  return { taken: [...alone, ...ifaces, ...said.flatMap(({ options }) => options)], instead };
}

/**
 * Where Proxmox VE puts it too, in the order in which that writes a stanza: it keeps what stands so, with its comments. ifupdown2 gives a
 * bridge its own MTU, and its port the port's.
 */
function besideNic({ text, ifaces, program }: NicStanzas, bridge: BridgedNic): Edit {
  const lines = linesOf(program);
  const own = mtuOf(ifaces);
  const changed = bridge.mtu !== undefined;
  const { families, given, missing } = givenBeside(bridge, lines);
  const isFirst = (line: string) => /^(address|gateway) /.test(line);
  const ofBridge = lines.ofBridge({ ...bridge, mtu: bridge.mtu ?? (own === undefined ? own : Number(own)) }, own);
  const beside = [
    ...["", `auto ${bridge.name}`, ["iface", bridge.name, ...families].join(" ")],
    ...[...given.filter(isFirst), ...ofBridge, ...given.filter((line) => !isFirst(line))].map(indented),
    ...missing,
  ];
  const others = stanzasOf(text).filter(({ options }) => options.some(({ key }) => /^bridge[-_]ports$/.test(key)));
  const ofPort = changed ? lines.ofPort(String(bridge.mtu)).map(indented) : [];
  return {
    taken: changed ? ifaces.flatMap(mtuLines) : [],
    instead: behind(
      [ifaces[0]?.last ?? 0, ofPort],
      [withComments(text, endOf(others.at(-1) ?? ifaces.at(-1))), beside],
    ),
  };
}

/** IPv6 stands in the one stanza, without a family: of several, Proxmox VE has the comments of all behind the first. */
function givenBeside(bridge: BridgedNic, lines: Lines) {
  if (bridge.addressing === undefined) return { families: ["inet", "manual"], given: [], missing: [] };
  const of4 = lines.ofFamily("inet", bridge.addressing, true);
  const of6 = lines.ofFamily("inet6", bridge.addressing, false);
  const isMetric = (line: string) => line.startsWith("metric ");
  // Of two metrics, a stanza has one.
  if (of6.method !== "static" || [...of4.lines, ...of6.lines].some(isMetric))
    return {
      ...{ families: ["inet", of4.method], given: of4.lines },
      missing: findMissingFamilies([{ family: "inet" }], bridge, lines),
    };
  return { families: [], given: [...of4.lines, ...of6.lines], missing: [] };
}

/** Blocks behind lines, of which two may be one. */
function behind(...blocks: readonly (readonly [number, readonly string[]])[]): Map<number, readonly string[]> {
  const all = new Map<number, readonly string[]>();
  for (const [at, block] of blocks) all.set(at, [...(all.get(at) ?? []), ...block]);
  return all;
}

/** The comments that follow a stanza are its own. */
function withComments(text: string, end: number): number {
  const after = text.split("\n").slice(end + 1);
  const count = after.findIndex((line) => !/^\s*#/.test(line));
  return end + (count === -1 ? after.length : count);
}

const endOf = (stanza: Stanza | undefined): number =>
  Math.max(stanza?.last ?? 0, ...(stanza?.options ?? []).map(({ last }) => last));

const mtuLines = ({ options }: Stanza) => options.filter(({ key }) => key === "mtu");
const mtuOf = (ifaces: readonly Stanza[]): string | undefined => ifaces.flatMap(mtuLines).at(-1)?.value;
const indented = (line: string) => `\t${line}`;

/** What says an address, and goes where the program says another one. */
const addressing =
  /^(address|netmask|broadcast|network|scope|pointopoint|preferred-lifetime|gateway|metric|accept_ra|autoconf|dns-nameservers?)$/;

/** A stanza of the NIC's as the bridge's: which of its options are not in force, its line, and what is added to it. */
function stanzaOf(stanza: Stanza, all: readonly Stanza[], bridge: BridgedNic, lines: Lines) {
  const { family = "", method = "" } = ifaceOf(stanza) ?? {};
  const mtus = bridge.mtu === undefined ? [] : mtuLines(stanza);
  if (bridge.addressing === undefined)
    return { family, options: mtus, header: ["iface", bridge.name, family, method].join(" ").trim(), added: [] };
  if (all.filter((one) => ifaceOf(one)?.family === family).length > 1)
    throw new Refusal(
      `addressing: ${bridge.uplink} has several stanzas of ${family || "no family"} in ifupdown's file. Write them into one, or leave addressing out.`,
    );
  // One without a family is of both.
  const said = family || "inet";
  const options = [...mtus, ...stanza.options.filter(({ key }) => addressing.test(key))];
  const { method: then, lines: given } = lines.ofFamily(said, bridge.addressing, stanza === all[0]);
  return { family: said, options, header: `iface ${bridge.name} ${said} ${then}`, added: given.map(indented) };
}

/** Families of the program's that the NIC has no stanza of. */
function findMissingFamilies(
  there: readonly { readonly family: string }[],
  { name, addressing: said }: BridgedNic,
  lines: Lines,
): string[] {
  if (said === undefined) return [];
  return ["inet", "inet6"]
    .filter((family) => !there.some((one) => one.family === family))
    .map((family) => ({ family, ...lines.ofFamily(family, said, false) }))
    .filter(({ method }) => method === "static")
    .flatMap(({ family, method, lines: given }) => [`iface ${name} ${family} ${method}`, ...given.map(indented)]);
}
