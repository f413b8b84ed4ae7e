import { findUnreadable } from "../provider/host/facts/unreadable";
import type { Hosts } from "../provider/host/hosts";
import { type KeptChange, keptChanges } from "../provider/host/transaction/history";
import { findUnreadableParts } from "../provider/plan/diagnose/unreadable";
import { type Entry, type FileChange, findingEntry } from "../provider/plan/entry";
import { fileDiff } from "../provider/plan/impact/fileDiff";
import { inWords } from "../provider/resources/ownership/words";
import type { Arguments } from "./arguments";
import {
  filesThatStay,
  filesWithoutRecord,
  inALine,
  listMarkedObjects,
  type MarkedObject,
  minutes,
  unclaimed,
} from "./markedObjects";
import { type Paint, paintFor, print, printJson } from "./paint";

/** What kvmnet has on a host and what it changed there, as far as the host's own records tell. */
export async function history(hosts: Hosts, { connection, json }: Arguments): Promise<number> {
  const { host, facts } = await hosts.reachFacts(connection);
  const [things, changes] = [listMarkedObjects(facts), await keptChanges(host)];
  const others = [...filesWithoutRecord(facts), ...(facts.records.size === 0 ? filesThatStay(facts) : [])];
  const unreadable = findUnreadableParts(facts).filter(({ evidence }) =>
    findUnreadable(facts, "records").some(({ what }) => what === evidence),
  );
  if (json) {
    printJson(process.stdout, [
      ...unreadable.map((one) => findingEntry(one, host.label, new Date())),
      ...others.map((path) => fileEntry(path, host.label)),
      ...things.map((thing) => markedObjectEntry(thing, host.label)),
      ...changes.map((change) => changeEntry(change, host.label)),
    ]);
    return 0;
  }
  const paint = paintFor(process.stdout);
  const head = [
    things.length + others.length + unreadable.length === 0
      ? `${host.label}: nothing here is kvmnet's`
      : `${host.label}: what kvmnet has here`,
    ...things.map((thing) => `  ${inALine(thing)}`),
    ...others.map((path) => `  ${unclaimed(path)}`),
    ...unreadable.map(({ evidence }) => `  ${evidence}`),
  ];
  const kept =
    changes.length === 0 ? ["No change of its network is kept."] : changes.map((one) => describeChange(one, paint));
  print(process.stdout, `${head.join("\n")}\n\n${kept.join("\n\n")}\n`);
  return 0;
}

function markedObjectEntry(thing: MarkedObject, host: string): Entry & Pick<MarkedObject, "what"> {
  const { what, owner, since, gone } = thing;
  const text = `${what}${gone ? ", which is not there" : ""}: ${inWords(owner)}`;
  return { kind: "thing", severity: "info", host, resource: owner, time: since, text, what };
}

const fileEntry = (path: string, host: string): Entry & Pick<MarkedObject, "what"> => ({
  ...{ kind: "thing", severity: "warning", host, text: unclaimed(path), what: path },
});

function changeEntry(change: KeptChange, host: string): Entry & Pick<KeptChange, "id" | "state" | "reason"> {
  const { id, state, reason, who, began } = change;
  return {
    ...{ kind: "change", severity: state === "confirmed" ? "info" : "warning", host, resource: who },
    ...{ time: began?.toISOString(), text: endOf(change), files: diffsOf(change), id, state, reason },
  };
}

function describeChange(change: KeptChange, paint: Paint): string {
  const { began, who, id } = change;
  const when = began === undefined ? "(no date)" : minutes(began);
  const whose = who === undefined ? "" : `\n  for ${inWords(who)}`;
  const diffs = diffsOf(change).map(({ diff }) => diff.replace(/^/gm, "  "));
  return [`${paint("bold", when)}  ${endOf(change)}  (transaction ${id})${whose}`, ...diffs].join("\n");
}

const endOf = ({ state, reason }: KeptChange): string =>
  `${stateWords[state] ?? (state === "" ? "its end is not kept" : state)}${reason === undefined ? "" : `: ${reason}`}`;

const stateWords: Readonly<Record<string, string>> = {
  confirmed: "changed and confirmed",
  "rolled-back": "undone by the host",
  incomplete: "undone by the host, not to the end",
};

/** kvmnet's own records are no configuration. */
const diffsOf = ({ files }: KeptChange): FileChange[] =>
  [...files].flatMap(([path, { before, after }]) =>
    path.startsWith("/var/lib/kvmnet/") || before === after ? [] : [{ path, diff: fileDiff(path, before, after) }],
  );
