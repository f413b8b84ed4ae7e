import { randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { RemoteCommandError } from "../exec/remoteCommand";
import { visible } from "../exec/visible";
import type { Host } from "../host";
import type { Log } from "../log";
import { readScript } from "../script";
import { reasonOf } from "../until";

/** Sent to the host with each command: there may be nothing of kvmnet on it yet. */
export const leaseScript = `${readScript(__dirname, "kernel.sh")}${readScript(__dirname, "lease.sh")}"lease_$1" "$2" "$3"`;

/** For how long another engine's change of the same host is waited for: one that goes well takes a few seconds. */
const patienceMs = 15_000;
const againMs = 500;

/** The host is not the one any more that a change was planned for: it is planned anew. */
export class Outdated extends Error {
  override readonly name = "Outdated";
}

export interface Asking {
  /** For others to read, who wait: one line. */
  readonly who: string;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/**
 * One change of a host at a time, whatever engine it comes from: facts that are read inside are those that the change
 * meets, or it is planned anew. `change` gets the ID that its transaction has.
 */
export async function withLease<T>(host: Host, asking: Asking, change: (id: string) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const id = randomBytes(6).toString("hex");
    await take(host, id, asking);
    try {
      return await change(id);
    } catch (error) {
      if (!(error instanceof Outdated) || attempt === 3) throw error;
      asking.log.progress(`${host.label}: ${error.message}; it is planned anew`);
    } finally {
      // Where the host can't be reached any more, it runs out.
      await lease(host, "drop", id, "").catch(() => undefined);
    }
  }
}

async function take(host: Host, id: string, { who, log, signal }: Asking): Promise<void> {
  const giveUp = performance.now() + patienceMs;
  let awaited = "its word whether another change of its network is under way";
  for (;;) {
    const result = await asked(host, id, who, signal, awaited);
    if (result.code === 0) return;
    if (result.code !== 4) throw new RemoteCommandError(result, "Nothing was changed.");
    const other = visible(result.stdout).trim();
    if (performance.now() > giveUp)
      throw new Error(
        `${host.label}: nothing was changed: another change of this host's network is under way (${other}). Run \`pulumi up\` again once it has ended.`,
      );
    awaited = `another change of this host's network (${other})`;
    log.progress(`${host.label}: waiting for ${awaited}`);
    // One that is cut short ends with the next question.
    await wait(againMs, undefined, { signal }).catch(() => undefined);
  }
}

/** @throws Error that names what was waited for, where the wait is cut short */
function asked(host: Host, id: string, who: string, signal: AbortSignal, awaited: string) {
  return lease(host, "take", id, who, signal).catch((error) => {
    if (!signal.aborted) throw error;
    throw new Error(`${host.label}: nothing was changed: the wait for ${awaited} was cut short: ${reasonOf(signal)}.`);
  });
}

function lease(host: Host, verb: "take" | "drop", id: string, who: string, signal?: AbortSignal) {
  return host.run(["sh", "-c", leaseScript, "sh", verb, id, who.replace(/\s+/g, " ")], {
    purpose: `${verb} the lease of its network`,
    timeoutMs: 20_000,
    ...(signal && { signal }),
  });
}
