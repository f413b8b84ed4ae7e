import { randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { loses, readdressing } from "../../plan/addressing/readdressing";
import type { Log } from "../../resources/lifecycle";
import { RemoteCommandError } from "../exec/remoteCommand";
import { visible } from "../exec/visible";
import type { Facts } from "../facts/facts";
import type { Host } from "../host";
import { HostError } from "../ssh/hostError";
import { TimeLimit } from "../timeLimit";
import { bundle } from "./bundle";
import { confirmed, describeProbe, ended, RolledBack } from "./outcome";
import { base, pollMs, progress, type Running, redialMs, script, type Transaction } from "./running";

/** Unpacks the archive on standard input as a whole or not at all, then starts the transaction. */
const unpack = `umask 077; dir=${base}/transactions/$1
said=$({ mkdir -p "\${dir%/*}" "$dir.new" && tar -x -C "$dir.new" && sync -f "$dir.new" && mv "$dir.new" "$dir"; } 2>&1) || {
  rm -rf "$dir.new"; echo "$dir can't be written: \${said%%
*}" >&2; exit 3; }
exec sh "$dir/transaction.sh" start`;

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
async function confirmOverNewConnection(running: Running): Promise<void> {
  const { host, id, facts, planned, missing, log, signal: cancel, was, deadline } = running;
  const before = readdressing(facts, planned);
  const goes = loses(before, facts.sshAddress) && before.staying.length > 0;
  using window = new TimeLimit(deadline - 2000 - performance.now(), [cancel]);
  const { signal } = window;
  let last = "the host did not answer in time";
  // Dialled after the change was applied: one from before may live on where no new one comes through.
  let anew = false;
  let connected = true;
  let after = before;
  for (; ; await wait(connected ? pollMs : redialMs, undefined, { signal }).catch(() => undefined)) {
    cancel.throwIfAborted();
    if (signal.aborted) throw new Error(last);
    try {
      // An address that leaves is there still; where it is not, that of after the change will do.
      if (!connected) await host.reconnect(5000, { signal, at: [was, ...(goes ? before.staying : [])] });
      connected = true;
      const state = await progress(running, [signal]);
      if (state === "armed" || state === "applying") {
        last = "the host was still applying the change";
        continue;
      }
      if (state !== "applied") throw new RolledBack(`the host went back by itself (${state})`);
      // What a look said of it counts, though the time is over before the next one has ended.
      if (!anew) {
        last = "the host could not be reached over a new connection in time";
        await host.reconnect(5000, { signal, ...(goes && { at: before.staying }) });
        last = "the host did not tell in time what its network is like";
      }
      anew = true;
      const now = await host.networkFacts(signal);
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
