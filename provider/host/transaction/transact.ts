import { randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { Log } from "../../resources/lifecycle";
import { RemoteCommandError } from "../exec/remoteCommand";
import { visible } from "../exec/visible";
import type { Facts } from "../facts/facts";
import type { Host } from "../host";
import { bundle } from "./bundle";
import type { Change } from "./change";

const base = "/var/lib/kvmnet";
/** Between two looks at a host that is on its way. */
const pollMs = 150;
/** What the host needs to go back and leave its report, once its timer has fired. */
const rollbackMs = 15_000;

/** Unpacks the archive on standard input as a whole or not at all, then starts the transaction. */
const unpack = `set -e; umask 077; mkdir -p ${base}/transactions; cd ${base}/transactions
mkdir "$1.new"; tar -x -C "$1.new"; sync -f "$1.new"; mv "$1.new" "$1"; exec sh "$1/transaction.sh" start`;

/** The change was made and undone: the host is as before, and says why. */
export class RolledBack extends Error {
  override readonly name = "RolledBack";
}

export interface Transaction {
  readonly host: Host;
  readonly change: Change;
  /** What the kernel still lacks of the wanted state, a sentence each; none: it is there. */
  readonly missing: (facts: Facts) => string[];
  readonly log: Log;
  readonly signal: AbortSignal;
}

/**
 * Changes a host's network: prepared and armed on the host, applied detached from this connection, verified and
 * confirmed over a new one. Whatever fails, the host goes back by itself; then this throws what it reported.
 */
export async function transact(transaction: Transaction): Promise<Facts> {
  const { host, change, log } = transaction;
  const id = randomBytes(6).toString("hex");
  const deadline = performance.now() + change.timeout * 1000;
  const started = await host.run(["sh", "-c", unpack, "kvmnet", id], {
    purpose: "start the change of its network",
    input: await bundle(change),
  });
  if (started.code === 3) throw new Error(`${host.label}: nothing was changed: ${visible(started.stderr).trim()}`);
  if (started.code !== 0) throw new RemoteCommandError(started, "Nothing was changed.");
  log.progress(`${host.label}: rollback armed, ${change.timeout} s`);

  const confirmBy = deadline - 2000;
  const why = await confirmOverNewConnection(transaction, id, confirmBy).catch((error: unknown) => error);
  if (why === undefined) return host.freshFacts();
  throw await rolledBack(host, id, why instanceof Error ? why.message : String(why), deadline, log);
}

/** Ends once confirmed; else throws what was wrong. */
async function confirmOverNewConnection(transaction: Transaction, id: string, deadline: number): Promise<void> {
  const { host, log, signal } = transaction;
  let last = "";
  let connected = false;
  for (; ; await wait(pollMs)) {
    signal.throwIfAborted();
    const left = deadline - performance.now();
    if (left <= 0) throw new Error(last);
    try {
      if (!connected) await host.reconnect(Math.min(left, 5000));
      connected = true;
      last = await unfinished(transaction, id);
      if (last === "") break;
    } catch (error) {
      if (error instanceof RolledBack) throw error;
      // The new connection may be lost too while the host's links change: that is no verdict before the time is over.
      connected = false;
      last = `the host could not be reached over a new connection: ${(error as Error).message}`;
    }
  }
  log.progress(`${host.label}: applied and reached over a new connection`);
  const probes = await script(host, id, ["probe"], "probe the network");
  const failed = probes.split("\n").filter((line) => line.startsWith("failed "));
  if (failed.length > 0) throw new Error(failed.map((line) => describeProbe(line.slice("failed ".length))).join("; "));
  signal.throwIfAborted();
  await script(host, id, ["confirm"], "confirm the change");
  log.progress(`${host.label}: confirmed`);
}

/** What the change still lacks, "" for nothing. */
async function unfinished({ host, missing }: Transaction, id: string): Promise<string> {
  const state = await script(host, id, ["state"], "see how far the change is");
  if (state === "armed" || state === "applying") return "the host was still applying the change";
  if (state !== "applied") throw new RolledBack(`the host went back by itself (${state})`);
  const lacking = missing(await host.freshFacts());
  return lacking.length > 0 ? `the host is not as wanted: ${lacking.join("; ")}` : "";
}

/** Sees to it that the host has gone back, at once where it can be told to, and gives what it reports. */
async function rolledBack(host: Host, id: string, why: string, deadline: number, log: Log): Promise<Error> {
  log.progress(`${host.label}: rolling back: ${why}`);
  const giveUp = Math.max(deadline, performance.now()) + rollbackMs;
  let asked = false;
  for (;;) {
    try {
      // Over a connection that may have died with the change, nothing would answer for long.
      await host.reconnect(5000);
      if (!asked) await script(host, id, ["undo", why], "undo the change");
      asked = true;
      const report = await script(host, id, ["report"], "fetch the host's report");
      // It may have gone back for a reason of its own.
      const [reason = why, ...lines] = visible(report).split("\n");
      const unmet = lines.flatMap((line) => /^while applied: failed (.*)$/.exec(line)?.[1] ?? []).map(describeProbe);
      return new RolledBack(
        `${host.label}: the change was rolled back, the host is as before: ${[...new Set([reason, ...unmet])].join("; ")}\nThe host's own log:\n${indent(report)}`,
      );
    } catch (error) {
      if (performance.now() > giveUp) {
        return new Error(
          `${host.label}: the change failed: ${why}\nThe host undoes it by itself, but did not answer since: ${(error as Error).message}\n` +
            `Its report will be in ${base}/transactions/${id}/report.`,
        );
      }
      await wait(pollMs);
    }
  }
}

async function script(host: Host, id: string, args: readonly string[], purpose: string): Promise<string> {
  const { stdout } = await host.exec(["sh", `${base}/transactions/${id}/transaction.sh`, ...args], {
    purpose,
    timeoutMs: 30_000,
  });
  return stdout.trim();
}

function describeProbe(line: string): string {
  const [kind, address] = line.split(" ");
  return kind === "gateway" ? `the gateway ${address} does not answer ping` : "DNS does not answer";
}

function indent(text: string): string {
  return visible(text)
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n");
}
