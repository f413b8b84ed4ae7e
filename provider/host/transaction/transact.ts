import { randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { loses, type PlannedAddresses, readdressing } from "../../plan/addressing/readdressing";
import type { Log } from "../../resources/lifecycle";
import { RemoteCommandError } from "../exec/remoteCommand";
import { visible } from "../exec/visible";
import type { Facts } from "../facts/facts";
import type { Host } from "../host";
import { HostError } from "../ssh/hostError";
import { TimeLimit } from "../timeLimit";
import { bundle } from "./bundle";
import type { Change } from "./change";

const base = "/var/lib/kvmnet";
/** Between two tries to reach a host that is on its way. */
const pollMs = 150;
/** What the host needs to go back and leave its report, once its timer has fired. */
const rollbackMs = 15_000;
/** For how long a host is waited for that does not answer although it should be through: it restarts, for one. */
const awayMs = 60_000;
/**
 * How long the connection that is there gets to show that it is alive still, before a new one is dialled: longer than
 * transaction.sh waits for the change to be made.
 */
const aliveMs = 1500;

/** Unpacks the archive on standard input as a whole or not at all, then starts the transaction. */
const unpack = `set -e; umask 077; mkdir -p ${base}/transactions; cd ${base}/transactions
mkdir "$1.new"; tar -x -C "$1.new"; sync -f "$1.new"; mv "$1.new" "$1"; exec sh "$1/transaction.sh" start`;

/** The change was made and undone: the host is as before, and says why. */
export class RolledBack extends Error {
  override readonly name = "RolledBack";
}

export interface Transaction {
  readonly host: Host;
  /** Of the host before the change. */
  readonly facts: Facts;
  readonly change: Change;
  readonly planned: PlannedAddresses;
  /** What the kernel still lacks of the wanted state, a sentence each; none: it is there. */
  readonly missing: (facts: Facts) => string[];
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** One that the host has begun. */
interface Running extends Transaction {
  readonly id: string;
  /** Where the host was reached before. */
  readonly was: string | undefined;
  /** When the host undoes it, on performance.now()'s clock. */
  readonly deadline: number;
}

/**
 * Changes a host's network: prepared and armed on the host, applied detached from this connection, verified and
 * confirmed over a new one. Whatever fails, the host goes back by itself; then this throws what it reported.
 */
export async function transact(transaction: Transaction): Promise<Facts> {
  const { host, change, log } = transaction;
  const id = randomBytes(6).toString("hex");
  const running: Running = {
    ...transaction,
    id,
    was: host.address,
    deadline: performance.now() + change.timeout * 1000,
  };
  const started = await host.run(["sh", "-c", unpack, "kvmnet", id], {
    purpose: "start the change of its network",
    input: await bundle(change),
    timeoutMs: change.timeout * 1000,
  });
  if (started.code === 3) throw new Error(`${host.label}: nothing was changed: ${visible(started.stderr).trim()}`);
  // With the connection lost, it may be armed or not: the host is asked.
  if (started.code === undefined) return ended(running, "the connection was lost while the change was started");
  if (started.code !== 0) throw new RemoteCommandError(started, "Nothing was changed.");
  tellUntold(host, started.stdout, log);
  log.progress(`${host.label}: rollback armed, ${change.timeout} s`);

  const why = await confirmOverNewConnection(running).catch((error: unknown) => error);
  if (why === undefined) return confirmed(running);
  return ended(running, why instanceof Error ? why.message : String(why));
}

/** Ends once confirmed; else throws what was wrong. Nothing in it outlasts the window, or a Cancel. */
async function confirmOverNewConnection({
  host,
  id,
  facts,
  planned,
  missing,
  log,
  signal: cancel,
  was,
  deadline,
}: Running): Promise<void> {
  const before = readdressing(facts, planned);
  const goes = loses(before, facts.sshAddress) && before.staying.length > 0;
  using window = new TimeLimit(deadline - 2000 - performance.now(), [cancel]);
  const { signal } = window;
  let last = "the host did not answer in time";
  // Dialled after the change was applied: one from before may live on where no new one comes through.
  let anew = false;
  let connected = true;
  let after = before;
  for (; ; await wait(pollMs, undefined, { signal }).catch(() => undefined)) {
    cancel.throwIfAborted();
    if (signal.aborted) throw new Error(last);
    try {
      // An address that leaves is there still; where it is not, that of after the change will do.
      if (!connected) await host.reconnect(5000, { signal, at: [was, ...(goes ? before.staying : [])] });
      connected = true;
      using soon = new TimeLimit(aliveMs, [signal]);
      const state = await script(host, id, ["settled"], "see how far the change is", soon.signal);
      if (state === "armed" || state === "applying") {
        last = "the host was still applying the change";
        continue;
      }
      if (state !== "applied") throw new RolledBack(`the host went back by itself (${state})`);
      if (!anew) await host.reconnect(5000, { signal, ...(goes && { at: before.staying }) });
      anew = true;
      const now = await host.freshFacts(signal);
      const lacking = missing(now);
      last = lacking.length > 0 ? `the host is not as wanted: ${lacking.join("; ")}` : "";
      if (last !== "") continue;
      after = readdressing(now, planned);
      if (!loses(after, now.sshAddress)) break;
      // Another address than was expected: by DHCP.
      last = "the host has no other address than the one it is to lose";
      if (after.staying.length > 0) await host.reconnect(5000, { signal, at: after.staying });
    } catch (error) {
      if (error instanceof RolledBack) throw error;
      // Not the machine that was changed, or somebody in between: no later answer from there counts.
      if (error instanceof HostError && error.kind === "hostKey") throw error;
      // The new connection may be lost too while the host's links change: that is no verdict before the time is over.
      connected = false;
      if (!signal.aborted) last = `the host could not be reached over a new connection: ${(error as Error).message}`;
    }
  }
  log.progress(`${host.label}: applied and reached over a new connection`);
  const probes = await script(host, id, ["probe"], "probe the network", signal);
  const failed = probes.split("\n").filter((line) => line.startsWith("failed "));
  if (failed.length > 0) throw new Error(failed.map((line) => describeProbe(line.slice("failed ".length))).join("; "));
  cancel.throwIfAborted();
  await script(host, id, ["confirm", after.device, ...after.leaving], "confirm the change", signal);
  log.progress(`${host.label}: confirmed`);
}

/**
 * Sees to it that the host has gone back, at once where it can be told to, and throws what it reports. A change whose
 * confirmation came through, though not its answer, is a good one.
 */
async function ended(running: Running, why: string): Promise<Facts> {
  const { host, id, was, log, deadline } = running;
  log.progress(`${host.label}: rolling back: ${why}`);
  const giveUp = Math.max(deadline, performance.now()) + awayMs;
  for (let attempt = 0; ; attempt += 1) {
    try {
      // The old connection is tried first: a host whose key has changed is told to go back over no other.
      // Where the host is once it has gone back, and where it may be still.
      if (attempt > 0) await host.reconnect(Math.min(aliveMs * attempt, 5000), { at: [was, host.address] });
      using soon = new TimeLimit(aliveMs);
      const alive = await script(host, id, ["state"], "see how far the change is", soon.signal);
      if (alive === "confirmed") {
        log.progress(`${host.label}: confirmed`);
        return await confirmed(running);
      }
      using enough = new TimeLimit(rollbackMs);
      await script(host, id, ["undo", why], "undo the change", enough.signal);
      const report = await script(host, id, ["report"], "fetch the host's report", enough.signal);
      throw new RolledBack(reported(host, report, why));
    } catch (error) {
      if (error instanceof RolledBack) throw error;
      if (performance.now() > giveUp) {
        throw new Error(
          `${host.label}: the change failed: ${why}\nThe host did not answer since: ${(error as Error).message}\n` +
            `It undoes the change by itself, unless it has confirmed it already. Its report will be in ${base}/transactions/${id}/report, and the next \`pulumi up\` tells it.`,
        );
      }
      await wait(pollMs);
    }
  }
}

/** What the host is after a change that is a good one, whatever becomes of the connection now. */
async function confirmed({ host, missing, signal }: Running): Promise<Facts> {
  const giveUp = performance.now() + awayMs;
  for (let lost = false; ; await wait(pollMs, undefined, { signal }).catch(() => undefined)) {
    try {
      if (lost) await host.reconnect(5000, { signal });
      const facts = await host.freshFacts(signal);
      // One that has just started is on its way still.
      if (!lost || missing(facts).length === 0 || performance.now() > giveUp) return facts;
    } catch (error) {
      if (signal.aborted || performance.now() > giveUp)
        throw new Error(
          `${host.label}: the change is confirmed, but the host did not answer after it: ${(error as Error).message}\n` +
            "Once it does, run `pulumi up` again: what is there already is left as it is.",
        );
      lost = true;
    }
  }
}

/** It may have gone back for a reason of its own. */
function reported(host: Host, report: string, why: string): string {
  const [reason = why, ...lines] = visible(report).split("\n");
  const unmet = lines.flatMap((line) => /^while applied: failed (.*)$/.exec(line)?.[1] ?? []).map(describeProbe);
  const reasons = [...new Set([...reason.split("; "), ...unmet])].join("; ");
  return `${host.label}: the change was rolled back, the host is as before: ${reasons}\nThe host's own log:\n${indent(report)}`;
}

/** Changes whose engine died before it could say how they ended. */
function tellUntold(host: Host, said: string, log: Log): void {
  for (const [, id, reason] of visible(said).matchAll(/^untold (\S+) (.*)$/gm))
    log.warn(
      `${host.label}: an earlier change was rolled back: ${reason}. Its report: ${base}/transactions/${id}/report.`,
    );
}

/** What a dead engine left armed, with nothing on the host that would end it: undone now, so that it is no part of what there is. */
export async function clearLeftover(host: Host, facts: Facts, log: Log): Promise<Facts> {
  if (facts.armed === undefined) return facts;
  const { code, stderr } = await host.run(["sh", `${base}/transactions/${facts.armed}/transaction.sh`, "leftover"], {
    purpose: "clear a change that was left behind",
  });
  if (code === 3) throw new Error(`${host.label}: nothing was changed: ${visible(stderr).trim()}`);
  if (code === 0)
    log.warn(
      `${host.label}: a change was left behind unconfirmed (transaction ${facts.armed}); it was rolled back first.`,
    );
  return host.freshFacts();
}

async function script(
  host: Host,
  id: string,
  args: readonly string[],
  purpose: string,
  signal: AbortSignal,
): Promise<string> {
  const { stdout } = await host.exec(["sh", `${base}/transactions/${id}/transaction.sh`, ...args], { purpose, signal });
  return stdout.trim();
}

function describeProbe(line: string): string {
  const [kind, subject, port] = line.split(" ");
  switch (kind) {
    case "gateway":
      return `the gateway ${subject} does not answer ping`;
    case "ping":
      return `${subject} does not answer ping`;
    case "tcp":
      return `${subject} takes no connection on port ${port}`;
    case "name":
      return `the name ${subject} does not resolve`;
    default:
      return "DNS does not answer";
  }
}

function indent(text: string): string {
  return visible(text)
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n");
}
