import type { Facts } from "../provider/host/facts/facts";
import type { OwnerMark } from "../provider/host/facts/records";
import { unreadOf } from "../provider/host/facts/unread";
import { networkMark, nicMark } from "../provider/resources/ownership/paths";
import { inWords } from "../provider/resources/ownership/words";

/** Something that kvmnet has on a host, by the record that says whose it is. */
export interface Thing {
  readonly what: string;
  readonly owner: string;
  /** ISO 8601; records of kvmnet 0.1.0 do not say it. */
  readonly made: string | undefined;
}

/** The paths of records of what is not there any more: a network or a NIC that somebody else took away. */
export function staleRecords(facts: Facts): string[] {
  const { libvirt, marks } = facts;
  if (libvirt === undefined || libvirt.silent) return [];
  if (unreadOf(facts, "networks").length + unreadOf(facts, "domains").length > 0) return [];
  const there = new Set([
    ...libvirt.networks.map(({ uuid }) => networkMark(uuid)),
    ...libvirt.domains.flatMap(({ uuid, live, inactive }) =>
      [...live, ...inactive].map(({ mac }) => nicMark(uuid, mac)),
    ),
  ]);
  return [...marks.keys()].filter((path) => /\/(networks|nics)\//.test(path) && !there.has(path));
}

/** All of them that the host has a record of. */
export function thingsOn(facts: Facts): Thing[] {
  const { records, marks, libvirt } = facts;
  const stale = new Set(staleRecords(facts));
  const thing = (what: string, { owner, made }: OwnerMark): Thing => ({ what, owner, made });
  const named = (list: readonly { uuid: string; name: string }[] = [], id: string) =>
    list.find(({ uuid }) => uuid === id)?.name ?? id;
  const whatIs = (path: string): string => {
    const [, , , , kind, name = ""] = path.split("/");
    const bare = name.replace(/\.json$/, "");
    if (kind === "networks") return `network ${named(libvirt?.networks, bare)}`;
    if (kind === "taps") return `TAP ${bare}`;
    if (kind === "netfilter") return `filter of ${bare}`;
    const [, domain = bare, mac = ""] = /^(.*)-([0-9a-f]{12})$/.exec(bare) ?? [];
    return `NIC ${mac.replace(/(..)(?=.)/g, "$1:")} of ${named(libvirt?.domains, domain)}`;
  };
  return [
    ...[...records].map(([bridge, record]) => thing(`bridge ${bridge}`, record)),
    ...[...marks].flatMap(([path, mark]) => (stale.has(path) ? [] : [thing(whatIs(path), mark)])),
  ];
}

/** A line of it. */
export const inALine = ({ what, owner, made }: Thing): string =>
  `${what}${made === undefined ? "" : `, since ${minutes(new Date(made))}`}: ${inWords(owner)}`;

/** In this machine's time. */
export function minutes(at: Date): string {
  if (Number.isNaN(Number(at))) return "(no date)";
  const two = (number: number) => String(number).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}
