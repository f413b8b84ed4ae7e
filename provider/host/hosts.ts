import type { Connection } from "../resources/connection";
import type { Facts } from "./facts/facts";
import { Host } from "./host";
import { HostError } from "./ssh/hostError";
import { hostLabel, Session } from "./ssh/session";

/** The machines that this process talks to: one pooled connection for each way to reach one, one lock for each machine. */
export class Hosts {
  readonly #pool = new Map<string, Promise<Host>>();
  readonly #locks = new Map<string, Promise<unknown>>();

  /** The host at the other end, logged in. `pinned` is the host key that the state remembers. */
  async reach(connection: Connection, pinned?: string): Promise<Host> {
    const key = JSON.stringify([connection, pinned]);
    const pooled = this.#pool.get(key);
    if (pooled && (await pooled.catch(() => undefined))?.open) return pooled;
    // Somebody else may have dialled while this one waited.
    const current = this.#pool.get(key);
    if (current && current !== pooled) return current;
    const dialled = Session.dial(connection, pinned).then((session) => new Host(connection, session));
    this.#pool.set(key, dialled);
    dialled.catch(() => this.#pool.get(key) === dialled && this.#pool.delete(key));
    return dialled;
  }

  /** As reach, with the host's facts; a machine other than `hostId` is refused before anything is written to it. */
  async reachFacts(connection: Connection, hostId?: string, pinned?: string): Promise<{ host: Host; facts: Facts }> {
    const host = await this.reach(connection, pinned);
    const facts = await host.facts();
    if (hostId !== undefined && facts.machineId !== hostId) {
      throw new HostError(
        "otherMachine",
        hostLabel(connection),
        `another machine answers here: its machine-id is ${facts.machineId}, this resource is on ${hostId}.\n` +
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
