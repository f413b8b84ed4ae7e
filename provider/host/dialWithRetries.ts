import { setTimeout as wait } from "node:timers/promises";
import type { Connection } from "../schema/connection";
import type { Place } from "./host";
import type { HostOptions } from "./hostOptions";
import type { DialOptions } from "./ssh/dial";
import { HostError } from "./ssh/hostError";
import { Session } from "./ssh/session";

/** A server that drops a connection during the handshake has too many of them just now, see MaxStartups in sshd_config(5): a look at it is worth more than one dial too. */
const droppedTries = 5;

/**
 * A host that boots does not answer for a while; with a wrong key or name, waiting can't help. All dials together, the
 * pauses between them too, end with one deadline.
 */
export async function dialWithRetries(
  connection: Connection,
  { retries = false, signal, waits }: HostOptions,
  { address, hostKey }: Place,
  expected: Pick<DialOptions, "hostKey" | "oneOf" | "mustBeKnown">,
): Promise<Session> {
  const { perDialTimeout = 15 } = connection;
  const all = limit(connection);
  const most = retries ? { dropped: all, unreachable: all } : { dropped: Math.min(all, droppedTries), unreachable: 1 };
  // 0: no limit, as @pulumi/command has it.
  const totalMs = (retries ? all : 2) * (perDialTimeout || Number.POSITIVE_INFINITY) * 1000;
  const started = performance.now();
  for (let attempt = 1; ; attempt += 1) {
    try {
      const left = Math.max(1, totalMs - (performance.now() - started));
      return await Session.dial(connection, {
        ...expected,
        ...(address !== undefined && hostKey !== undefined && { oneOf: [hostKey] }),
        signal,
        address,
        ...(Number.isFinite(left) && { timeoutMs: left }),
      });
    } catch (error) {
      const kind = error instanceof HostError ? error.kind : undefined;
      const tries = kind === "dropped" || kind === "unreachable" ? most[kind] : 1;
      // Not all at the same time again: others were dropped too.
      const pause = Math.min(250 * 2 ** attempt, 5000) * (0.75 + Math.random() / 2);
      const spent = performance.now() - started;
      if (attempt >= tries || spent + pause >= totalMs) throw attempt === 1 ? error : countDials(error, attempt, spent);
      const of = Number.isFinite(tries) ? ` of ${tries}` : "";
      waits?.(`${error instanceof Error ? error.message : error}; waiting for it, try ${attempt + 1}${of} comes next`);
      await wait(pause, undefined, signal ? { signal } : {}).catch(() => {});
    }
  }
}

/** The last dial's error, with how many there were. */
function countDials(error: unknown, attempts: number, spentMs: number): unknown {
  if (!(error instanceof HostError)) return error;
  const { kind, host, reason } = error;
  return new HostError(kind, host, `${reason} (${attempts} dials in ${Math.round(spentMs / 1000)} s)`);
}

/** As @pulumi/command has it: 10 dials, -1 for no limit. */
function limit({ dialErrorLimit = 10 }: Connection): number {
  return dialErrorLimit < 0 ? Number.POSITIVE_INFINITY : Math.max(1, dialErrorLimit);
}
