import { setTimeout as wait } from "node:timers/promises";
import type { Connection } from "../resources/connection";
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
}

/** The machines that this process talks to: one pooled connection for each way to reach one, one lock for each machine. */
export class Hosts {
  readonly #pool = new Map<string, Promise<Host>>();
  readonly #locks = new Map<string, Promise<unknown>>();

  /** The host at the other end, logged in. */
  async reach(connection: Connection, { hostKey, patient = false }: Known = {}): Promise<Host> {
    const key = JSON.stringify([connection, hostKey]);
    const pooled = this.#pool.get(key);
    if (pooled && (await pooled.catch(() => undefined))?.open) return pooled;
    // Somebody else may have dialled while this one waited.
    const current = this.#pool.get(key);
    if (current && current !== pooled) return current;
    const dialled = dial(connection, hostKey, patient ? limit(connection) : 1).then(
      (session) => new Host(connection, session),
    );
    this.#pool.set(key, dialled);
    dialled.catch(() => this.#pool.get(key) === dialled && this.#pool.delete(key));
    return dialled;
  }

  /** As reach, with the host's facts; a machine other than the known one is refused before anything is written to it. */
  async reachFacts(connection: Connection, known: Known = {}): Promise<{ host: Host; facts: Facts }> {
    const host = await this.reach(connection, known);
    const facts = await host.facts();
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

/** A host that boots does not answer for a while; with a wrong key or name, waiting can't help. */
async function dial(connection: Connection, hostKey: string | undefined, attempts: number): Promise<Session> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await Session.dial(connection, { hostKey });
    } catch (error) {
      if (attempt >= attempts || !(error instanceof HostError && error.kind === "unreachable")) throw error;
      await wait(Math.min(500 * 2 ** attempt, 5000));
    }
  }
}

/** As @pulumi/command has it: 10 dials, -1 for no limit. */
function limit({ dialErrorLimit = 10 }: Connection): number {
  return dialErrorLimit < 0 ? Number.POSITIVE_INFINITY : Math.max(1, dialErrorLimit);
}
