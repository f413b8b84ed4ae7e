import { posix } from "node:path";
import { isBridgeFile } from "../provider/backends/netplan/bridgeFile";
import { type Facts, linkNamed } from "../provider/host/facts/facts";
import type { OwnerMark } from "../provider/host/facts/records";
import { findUnreadable } from "../provider/host/facts/unreadable";
import { describeRecorded } from "../provider/plan/describeRecorded";
import {
  enabledPath as filterEnabled,
  reloadUnitPath as filterReload,
  udevPath as filterRule,
  unitPath as filterUnit,
  ownerOf,
} from "../provider/plan/netfilter/files";
import {
  makerOf,
  enabledPath as tapEnabled,
  udevPath as tapRule,
  unitPath as tapUnit,
} from "../provider/plan/tap/files";
import { filterMark, networkMark, nicMark, tapMark } from "../provider/resources/ownership/paths";
import { inWords } from "../provider/resources/ownership/words";

/** Something that kvmnet has on a host, by the record that says whose it is. */
export interface MarkedObject {
  readonly what: string;
  readonly owner: string;
  /** ISO 8601; records of kvmnet 0.1.0 do not say it. */
  readonly since: string | undefined;
  /** A bridge or a TAP that the kernel does not have. */
  readonly gone: boolean;
}

/** The paths of records of what is not there any more: a network or a NIC that somebody else took away. */
export function staleRecords(facts: Facts): string[] {
  const { libvirt, marks } = facts;
  if (libvirt === undefined || libvirt.silent) return [];
  if (findUnreadable(facts, "networks").length + findUnreadable(facts, "domains").length > 0) return [];
  const there = new Set([
    ...libvirt.networks.map(({ uuid }) => networkMark(uuid)),
    ...libvirt.domains.flatMap(({ uuid, live, inactive }) =>
      [...live, ...inactive].map(({ mac }) => nicMark(uuid, mac)),
    ),
  ]);
  return [...marks.keys()].filter((path) => /\/(networks|nics)\//.test(path) && !there.has(path));
}

/** All of them that the host has a record of. */
export function listMarkedObjects(facts: Facts): MarkedObject[] {
  const stale = new Set(staleRecords(facts));
  const marks = [...facts.marks, ...marksOf010(facts)].filter(([path]) => !stale.has(path));
  return [
    ...[...facts.records].map(([name, record]) => markedObject(`bridge ${name}`, record, isGone(facts, name))),
    ...marks.map(([path, mark]) => {
      const what = describeRecorded(path, facts);
      const [, tap] = /^TAP (.*)$/.exec(what) ?? [];
      return markedObject(what, mark, tap !== undefined && isGone(facts, tap));
    }),
  ];
}

const markedObject = (what: string, { owner, made: since }: OwnerMark, gone: boolean): MarkedObject => ({
  what,
  owner,
  since,
  gone,
});

const isGone = (facts: Facts, link: string) =>
  linkNamed(facts, link) === undefined && findUnreadable(facts, "links").length === 0;

/** 0.1.0 had whose a TAP or a filter is among its parameters. */
function marksOf010(facts: Facts): [string, OwnerMark][] {
  const { marks, taps, netfilter } = facts;
  return [...taps.keys(), ...netfilter.keys()].flatMap((path): [string, OwnerMark][] => {
    const [, kind, name = ""] = /^\/var\/lib\/kvmnet\/(taps|netfilter)\/([^/]+)\/parameters$/.exec(path) ?? [];
    if (kind === undefined) return [];
    const isTap = kind === "taps";
    const [mark, owner] = isTap ? [tapMark(name), makerOf(taps, name)] : [filterMark(name), ownerOf(netfilter, name)];
    const isKept = marks.has(mark) || findUnreadable(facts, "records", [mark]).length > 0;
    return isKept || !owner ? [] : [[mark, { owner }]];
  });
}

/** kvmnet's files that run at a boot, or that a bridge is made of, and that no record speaks for. */
export function filesWithoutRecord(facts: Facts): string[] {
  if (findUnreadable(facts, "records").length > 0) return [];
  const marked = [...facts.marks, ...marksOf010(facts)].map(([path]) => posix.basename(posix.dirname(path)));
  const ofMarked = new Set(
    marked.flatMap((name) => [
      ...[tapUnit(name), tapEnabled(name), tapRule(name)],
      ...[filterUnit(name), filterReload(name), filterEnabled(name), filterRule(name)],
    ]),
  );
  const isIn = (path: string) => marked.includes(posix.basename(posix.dirname(path)));
  const bridges = [...facts.netplan.keys()].filter((path) => /^\/etc\/netplan\/.*[-.]kvmnet-[^/]+$/.test(path));
  return [
    ...bridges.filter((path) => ![...facts.records.keys()].some((name) => isBridgeFile(path, name))),
    ...[...facts.taps.keys(), ...facts.netfilter.keys()].filter((path) => !ofMarked.has(path) && !isIn(path)),
  ];
}

/** Files that kvmnet has written and that are the host's own where it has left: see docs/leaving.md. */
export function filesThatStay({ networkd, cloudConfig, keyfiles }: Facts): string[] {
  const profiles = [...keyfiles.keys()].filter((path) => /\/kvmnet-[^/]+$/.test(path));
  return [...networkd.keys(), ...profiles, ...cloudConfig.keys()];
}

/** A line of such a file. */
export const unclaimed = (path: string): string => `${path}: kvmnet's, and no record says whose`;

/** A line of it. */
export const inALine = ({ what, owner, since, gone }: MarkedObject): string =>
  `${what}${gone ? ", which is not there" : ""}${since === undefined ? "" : `, since ${minutes(new Date(since))}`}: ${inWords(owner)}`;

/** In this machine's time. */
export function minutes(at: Date): string {
  if (Number.isNaN(Number(at))) return "(no date)";
  const two = (number: number) => String(number).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}
