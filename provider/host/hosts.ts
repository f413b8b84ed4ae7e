import { setTimeout as wait } from "node:timers/promises";
import type { Connection } from "../resources/connection";
import { RemoteCommandError } from "./exec/remoteCommand";
import type { Facts } from "./facts/facts";
import { Host } from "./host";
import { HostError } from "./ssh/hostError";
import { Session } from "./ssh/session";
import { hostLabel } from "./ssh/target";

/** What is known of a host before it is dialled. */
export interface Known {
  readonly hostId?: string | undefined;
  /** The key that the state remembers, where the connection has none. */
  readonly hostKey?: string | undefined;
  /** Whether a host that does not answer gets another chance: when there is work to do on it, not when it is only looked at. */
  readonly patient?: boolean;
  /** Ends the wait for it. */
  readonly signal?: AbortSignal;
}

/** A server that drops a connection during the handshake has too many of them just now, see MaxStartups in sshd_config(5): a look at it is worth more than one dial too. */
const droppedTries = 5;

/** The machines that this process talks to: one pooled connection for each way to reach one, one lock for each machine. */
export class Hosts {
  readonly #pool = new Map<string, Promise<Host>>();
  readonly #dialling = new Map<string, Promise<unknown>>();
  readonly #locks = new Map<string, Promise<unknown>>();

  /** The host at the other end, logged in. Whoever asks meanwhile gets the same connection. */
  async reach(connection: Connection, known: Known = {}): Promise<Host> {
    const { hostKey, signal } = known;
    const key = JSON.stringify([connection, hostKey]);
    for (;;) {
      signal?.throwIfAborted();
      const pooled = this.#pool.get(key);
      try {
        const host = await (pooled ?? this.#dial(key, connection, known));
        if (host.open) return host;
        if (this.#pool.get(key) === pooled) this.#pool.delete(key);
      } catch (error) {
        // Of somebody else's dial, which ended with that one's operation.
        if (!(error instanceof HostError && error.kind === "cancelled") || signal?.aborted) throw error;
      }
    }
  }

  /** One after the other where they go to the same server. */
  #dial(key: string, connection: Connection, known: Known): Promise<Host> {
    const { host, port } = connection.proxy ?? connection;
    const server = JSON.stringify([host.toLowerCase(), port]);
    const go = () => dial(connection, known);
    const before = this.#dialling.get(server) ?? Promise.resolve();
    const dialled = before.then(go, go).then((session) => new Host(connection, session));
    this.#dialling.set(server, dialled);
    this.#pool.set(key, dialled);
    dialled.catch(() => this.#pool.get(key) === dialled && this.#pool.delete(key));
    return dialled;
  }

  /** As reach, with the host's facts; a machine other than the known one is refused before anything is written to it. */
  async reachFacts(connection: Connection, known: Known = {}): Promise<{ host: Host; facts: Facts }> {
    const { host, facts } = await this.#look(connection, known);
    if (known.hostId !== undefined && facts.machineId !== known.hostId) {
      throw new HostError(
        "otherMachine",
        hostLabel(connection),
        `another machine answers here: its machine-id is ${facts.machineId}, this resource is on ${known.hostId}.\n` +
          "Correct connection.host; or, for another machine on purpose, declare a new resource under another name.",
      );
    }
    return { host, facts };
  }

  /** A connection may have died since it was used, and nobody knows until it is: a look at the host is worth a second one. */
  async #look(connection: Connection, known: Known): Promise<{ host: Host; facts: Facts }> {
    for (let lost = 0; ; lost += 1) {
      const host = await this.reach(connection, known);
      try {
        return { host, facts: await host.facts() };
      } catch (error) {
        if (host.open || !(error instanceof RemoteCommandError) || lost > 0 || known.signal?.aborted) throw error;
      }
    }
  }

  /** One change of a machine at a time within this process. */
  async exclusive<T>(machineId: string, change: () => Promise<T>): Promise<T> {
    const before = this.#locks.get(machineId) ?? Promise.resolve();
    const mine = before.then(change, change);
    this.#locks.set(machineId, mine);
    return mine;
  }

  /** Ends every connection. */
  close(): void {
    for (const pooled of this.#pool.values()) pooled.then((host) => host.close()).catch(() => undefined);
    this.#pool.clear();
  }
}

/**
 * A host that boots does not answer for a while; with a wrong key or name, waiting can't help. All dials together, the
 * pauses between them too, end with one deadline.
 */
async function dial(connection: Connection, { hostKey, patient = false, signal }: Known): Promise<Session> {
  const { perDialTimeout = 15 } = connection;
  const all = limit(connection);
  const most = patient ? { dropped: all, unreachable: all } : { dropped: Math.min(all, droppedTries), unreachable: 1 };
  // 0: no limit, as @pulumi/command has it.
  const totalMs = (patient ? all : 2) * (perDialTimeout || Number.POSITIVE_INFINITY) * 1000;
  const started = performance.now();
  for (let attempt = 1; ; attempt += 1) {
    try {
      const left = Math.max(1, totalMs - (performance.now() - started));
      return await Session.dial(connection, { hostKey, signal, ...(Number.isFinite(left) && { timeoutMs: left }) });
    } catch (error) {
      const kind = error instanceof HostError ? error.kind : undefined;
      const tries = kind === "dropped" || kind === "unreachable" ? most[kind] : 1;
      // Not all at the same time again: others were dropped too.
      const pause = Math.min(250 * 2 ** attempt, 5000) * (0.75 + Math.random() / 2);
      const spent = performance.now() - started;
      if (attempt >= tries || spent + pause >= totalMs) throw attempt === 1 ? error : tired(error, attempt, spent);
      await wait(pause, undefined, signal ? { signal } : {}).catch(() => {});
    }
  }
}

/** The last dial's error, with how many there were. */
function tired(error: unknown, attempts: number, spentMs: number): unknown {
  if (!(error instanceof HostError)) return error;
  const { kind, host, reason } = error;
  return new HostError(kind, host, `${reason} (${attempts} dials in ${Math.round(spentMs / 1000)} s)`);
}

/** As @pulumi/command has it: 10 dials, -1 for no limit. */
function limit({ dialErrorLimit = 10 }: Connection): number {
  return dialErrorLimit < 0 ? Number.POSITIVE_INFINITY : Math.max(1, dialErrorLimit);
}
