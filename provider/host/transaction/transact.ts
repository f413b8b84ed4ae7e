import { hideSecretsOf } from "../exec/hidden";
import { RemoteCommandError } from "../exec/remoteCommand";
import { visible } from "../exec/visible";
import type { Facts } from "../facts/facts";
import { secretsIn } from "../facts/secrets";
import { plugIn } from "../guests/guests";
import type { Host } from "../host";
import { closeKept } from "../keptFolder";
import type { Log } from "../log";
import { bundle } from "./bundle";
import { confirmOverNewConnection } from "./confirm";
import { Outdated } from "./lease";
import { concludeRollback, readConfirmedFacts } from "./outcome";
import { base, type Running, type Transaction } from "./running";

/** Unpacks the archive on standard input as a whole or not at all, then starts the transaction. */
const unpack = `umask 077; dir=${base}/transactions/$1
said=$({ mkdir -p "\${dir%/*}" "$dir.new" && ${closeKept} && tar -x -C "$dir.new" && sync -f "$dir.new" && mv "$dir.new" "$dir"; } 2>&1) || {
  rm -rf "$dir.new"; echo "$dir can't be written: \${said%%
*}" >&2; exit 3; }
exec sh "$dir/transaction.sh" start`;

/**
 * Changes a host's network: prepared and armed on the host, applied detached from this connection, verified and
 * confirmed over a new one. Whatever fails, the host goes back by itself; then this throws what it reported.
 */
export async function transact(transaction: Transaction): Promise<Facts> {
  const { host, id, change, log } = transaction;
  const window = change.timeout * 1000;
  const running: Running = { ...transaction, was: host.address, deadline: performance.now() + window };
  // netplan reads them on the host, and may say what it does not take.
  hideSecretsOf(change.files.values(), secretsIn);
  const started = await host.run(["sh", "-c", unpack, "kvmnet", id], {
    purpose: "start the change of its network",
    input: await bundle(change),
    timeoutMs: window,
  });
  if (started.code === 3) throw new Error(`${host.label}: nothing was changed: ${visible(started.stderr).trim()}`);
  if (started.code === 5) throw new Outdated(visible(started.stderr).trim());
  // With the connection lost, it may be armed or not: the host is asked.
  if (started.code === undefined)
    return concludeRollback(running, "the connection was lost while the change was started");
  if (started.code !== 0) throw new RemoteCommandError(started, "Nothing was changed.");
  logUntold(host, started.stdout, log);
  log.progress(`${host.label}: rollback armed, ${change.timeout} s`);

  const armed: Running = { ...running, deadline: performance.now() + window - sinceArmed(started.stdout) };
  const why = await confirmOverNewConnection(armed).catch((error: unknown) => error);
  if (why === undefined) return readConfirmedFacts(armed);
  return concludeRollback(armed, why instanceof Error ? why.message : String(why));
}

/** Milliseconds that the host took to say so, of its window; all that it asked before it was armed is none of that. */
function sinceArmed(said: string): number {
  const [, at, now] = /^armed ([\d.]+) ([\d.]+)$/m.exec(said) ?? [];
  if (at === undefined || now === undefined) throw new Error("The host does not say when its change was armed.");
  return (Number(now) - Number(at)) * 1000;
}

/** Changes whose engine died before it could say how they ended. */
function logUntold(host: Host, said: string, log: Log): void {
  for (const [, id, reason] of visible(said).matchAll(/^untold (\S+) (.*)$/gm))
    log.warn(
      `${host.label}: an earlier change was rolled back: ${reason}. Its report: ${base}/transactions/${id}/report.`,
    );
}

/** What a dead engine left armed, with nothing on the host that would end it: undone now, so that it is no part of what there is. */
export async function clearLeftover(host: Host, facts: Facts, log: Log): Promise<Facts> {
  if (facts.armed === undefined) return facts.unplugged === undefined ? facts : plugLeftover(host, log);
  const { code, stderr } = await host.run(["sh", `${base}/transactions/${facts.armed}/transaction.sh`, "leftover"], {
    purpose: "clear a change that was left behind",
  });
  if (code === 3) throw new Error(`${host.label}: nothing was changed: ${visible(stderr).trim()}`);
  if (code === 0)
    log.warn(
      `${host.label}: a change was left behind unconfirmed (transaction ${facts.armed}); it was rolled back first.`,
    );
  return host.readFreshFacts();
}

/** NICs of VMs that a dead engine left unplugged before its change began, or whose VM's libvirt hung. */
async function plugLeftover(host: Host, log: Log): Promise<Facts> {
  await plugIn(host).then(
    () => log.warn(`${host.label}: NICs that an earlier change had taken out of running VMs are plugged in again.`),
    (error: Error) => log.warn(error.message),
  );
  return host.readFreshFacts();
}
