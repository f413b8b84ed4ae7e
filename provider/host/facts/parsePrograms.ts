import { z } from "zod";
import { parseJson, shaped } from "./json";
import { tcFilter, xdp } from "./printed";
import type { Miss } from "./unreadable";

/** How a link runs an XDP program (enum in linux/if_link.h). */
const modes: Readonly<Record<number, string>> = { 2: "xdpgeneric", 3: "xdpoffload" };

/** A link's XDP program, near to how ip prints it. */
export function xdpOf(printed: unknown): string[] {
  const read = xdp.safeParse(printed);
  if (!read.success) return [];
  const { mode = 1, prog } = read.data;
  return [`${modes[mode] ?? "xdp"} prog id ${prog.id}${prog.name ? ` name ${prog.name}` : ""}`];
}

/** Filters that may take frames away, by the link that they are on. What only looks, marks or counts is none of them. */
export function parseFilters(text = "", miss: Miss): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    const [, link, way, json] = /^(\S+) (ingress|egress) (.+)$/.exec(line) ?? [];
    if (link === undefined || json === undefined) continue;
    const add = (words: readonly string[]) => found.set(link, [...(found.get(link) ?? []), ...words]);
    if (json.startsWith("tcx ")) {
      add([`tcx ${way} prog id ${json.slice(4).split(" ").join(", ")}`]);
      continue;
    }
    try {
      const filters = shaped(z.array(tcFilter), parseJson(json)).flatMap((one) => wordsOf(one));
      add(filters.map((words) => `tc filter ${way} ${words}`));
    } catch (error) {
      miss(
        "firewall",
        [link],
        `\`tc -j filter show dev ${link} ${way}\` can't be read: it ${(error as Error).message}`,
      );
    }
  }
  return found;
}

/** What is redirected to an ifb is given a rate there, and comes back (ifb in tc-mirred(8)). */
const takesAway = ({ kind, mirred_action, to_dev = "", control_action }: Action) =>
  kind === "police" ||
  (kind === "mirred" && mirred_action === "redirect" && !to_dev.startsWith("ifb")) ||
  ["drop", "shot"].includes(control_action?.type ?? "");

type Filter = z.infer<typeof tcFilter>;
type Action = NonNullable<NonNullable<Filter["options"]>["actions"]>[number];

/** tc prints the head of each kind and preference too, without options. */
function wordsOf({ kind, pref, options = {} }: Filter): string[] {
  const { actions = [], bpf_name: name = "" } = options;
  const taking = actions
    .filter(takesAway)
    .map((one) => `${one.kind} ${one.mirred_action ?? one.control_action?.type ?? ""}`);
  if (options["direct-action"] === true) taking.push(`${name} direct-action`);
  return taking.map((words) => `pref ${pref ?? 0} ${kind} ${words.trim()}`);
}
