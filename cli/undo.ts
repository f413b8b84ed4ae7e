import { type Facts, fixedPorts } from "../provider/host/facts/facts";
import { need } from "../provider/host/facts/unreadable";
import type { Host } from "../provider/host/host";
import type { Hosts } from "../provider/host/hosts";
import { readHolders } from "../provider/host/tap/holders";
import { type LastChange, lastChange } from "../provider/host/transaction/lastChange";
import { withLease } from "../provider/host/transaction/lease";
import { transact } from "../provider/host/transaction/transact";
import { unproven } from "../provider/plan/impact/standing";
import { foreignPorts, usersOf } from "../provider/plan/impact/users";
import { findUndoDifferences } from "../provider/plan/undo/differences";
import { changedSince, standingOn } from "../provider/plan/undo/obstacles";
import { unreadableIn } from "../provider/plan/undo/record";
import { planUndo, touchedBy, type UndoPlan } from "../provider/plan/undo/undo";
import { describeUndo } from "../provider/plan/undo/words";
import { inWords } from "../provider/resources/ownership/words";
import type { Arguments } from "./arguments";
import { interruptible } from "./interruptible";
import { minutes } from "./markedObjects";
import { print } from "./paint";
import { agreed } from "./terminal";
import { whatToWrite } from "./whatToWrite";

const say = (text: string) => print(process.stderr, `${text}\n`);

interface Undoing {
  readonly facts: Facts;
  readonly last: LastChange;
  readonly plan: UndoPlan;
}

/** Takes the last confirmed change of a host's network back, as a change of its own; shows it, and asks. */
export async function undo(hosts: Hosts, { connection, yes }: Arguments): Promise<number> {
  const { host } = await hosts.reachFacts(connection, { fresh: true });
  const seen = await look(host);
  if (typeof seen === "string") {
    say(`${host.label}: nothing was undone: ${seen}`);
    return 1;
  }
  const { facts, last, plan } = seen;
  say(`to undo on ${host.label}: ${named(last)}`);
  say(describeUndo(facts, last, plan).map(indented).join("\n"));
  if (!yes && !(await agreed(`Undo this on ${host.label}? [y/N] `))) return 1;
  const said = await interruptible((signal) => undoOn(host, last, signal));
  if (said !== undefined) {
    say(`${host.label}: nothing was undone: ${said}`);
    return 1;
  }
  print(
    process.stdout,
    `${host.label}: undone, and confirmed over a new connection\n${whatToWrite(host.label, last)}\n`,
  );
  return 0;
}

/** Ends with why not, where the host is another one than the one that was shown. */
function undoOn(host: Host, shown: LastChange, signal: AbortSignal): Promise<string | undefined> {
  const log = { progress: say, info: say, warn: say };
  return withLease(host, { who: `kvmnet undo, of ${shown.id}`, log, signal }, async (id) => {
    const seen = await look(host);
    if (typeof seen === "string") return seen;
    const { facts, last, plan } = seen;
    if (last.id !== shown.id) return `another change was confirmed meanwhile (transaction ${last.id})`;
    const { change, planned } = plan;
    await transact({
      host,
      id,
      facts,
      change,
      planned,
      findDifferences: (now) => findUndoDifferences(now, plan),
      log,
      signal,
    });
    return undefined;
  });
}

/** What there is to undo; or why nothing can be. */
async function look(host: Host): Promise<Undoing | string> {
  const facts = await host.readFreshFacts();
  if (facts.armed !== undefined) return `a change of its network is not confirmed (transaction ${facts.armed})`;
  const last = await lastChange(host);
  if (last === undefined) return "the host keeps no change of its network that was confirmed";
  const missing = [...last.lost, ...unreadableIn(last.before).map((path) => `before${path} can't be read`)];
  if (missing.length > 0)
    return `what the host keeps of ${named(last)} is not enough for that:\n${missing.map(indented).join("\n")}`;
  const [unread] = unreadableIn(last.now);
  if (unread !== undefined) return `${unread} can't be read. Put the file back from a backup; without one, delete it.`;
  const plan = planUndo(facts, last);
  for (const part of ["links", "routes", "netplan"] as const) need(facts, part, touchedBy(last));
  for (const part of ["networks", "domains"] as const) if (plan.gone.length > 0) need(facts, part);
  const changes = changedSince(facts, last, plan);
  if (changes.length > 0)
    return `the host was changed since, and that would be lost (${named(last)}):\n${changes.map(indented).join("\n")}`;
  const used = await usedBy(host, facts, last, plan.gone);
  if (used.length > 0)
    return `${plan.gone.join(", ")} would go, and on it there is ${used.join(", ")}. \`pulumi destroy\` takes it away in order.`;
  return unproven({ ...plan.change, inside: plan.inside }, plan.planned.device) ?? { facts, last, plan };
}

/** Who runs on what would go, by the kernel, and what is defined on it. */
async function usedBy(host: Host, facts: Facts, last: LastChange, gone: readonly string[]): Promise<string[]> {
  const touched = touchedBy(last);
  const running = await Promise.all(
    gone.map(async (bridge) => {
      const uplink = fixedPorts(facts, bridge).find(({ name }) => touched.includes(name))?.name ?? "";
      return usersOf(facts, bridge, uplink, await readHolders(host, foreignPorts(facts, bridge, uplink)));
    }),
  );
  const standing = standingOn(facts, gone);
  return [...standing, ...running.flat().filter((user) => !standing.includes(`the VM ${user}`))];
}

const named = ({ began, who, id }: LastChange) =>
  `the change of ${began === undefined ? "(no date)" : minutes(began)} (transaction ${id})${who === undefined ? "" : `, for ${inWords(who)}`}`;

const indented = (text: string) => text.replace(/^/gm, "  ");
