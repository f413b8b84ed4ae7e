import type { Connection } from "../resources/connection";
import { dialPatiently } from "./dialPatiently";
import { RemoteCommandError } from "./exec/remoteCommand";
import type { Facts } from "./facts/facts";
import { type Commands, Host, type Place } from "./host";
import { HostError } from "./ssh/hostError";

/** What is known of a host before it is dialled. */
export interface Known {
  readonly hostId?: string | undefined;
  /** The key that the state remembers, where the connection has none. */
  readonly hostKey?: string | undefined;
  /** Whether a host that does not answer gets another chance: when there is work to do on it, not when it is only looked at. */
  readonly patient?: boolean;
  /** Whether what others did on the host a moment ago counts: to look at it is not enough that somebody just did. */
  readonly fresh?: boolean;
  /** How it was reached before its connection was changed: it may be there still. */
  readonly formerly?: Connection | undefined;
  /** Ends the wait for it. */
  readonly signal?: AbortSignal;
}

/** What leads to a machine: a connection, and the key that is remembered for it. */
type Way = Pick<Known, "hostKey"> & { readonly connection: Connection };

/**
 * For how long a host that could not be reached is not dialled again just to look at it: a stack has many resources on it,
 * and an SSH server counts each login that fails (PerSourcePenalties in sshd_config(5)).
 */
const unreachedMs = 30_000;

/** The machines that this process talks to: one pooled connection for each way to reach one, one lock for each machine. */
export class Hosts {
  readonly #pool = new Map<string, Promise<Host>>();
  readonly #dialling = new Map<string, Promise<unknown>>();
  readonly #unreached = new Map<string, { readonly error: HostError; readonly until: number }>();
  readonly #places = new Map<string, Place>();
  readonly #commands: Commands = new Map();
  readonly #locks = new Map<string, Promise<unknown>>();
  /** How each machine was reached last, by its machine-id. */
  readonly #ways = new Map<string, Way>();

  /** The host at the other end, logged in. Whoever asks meanwhile gets the same connection. */
  async reach(connection: Connection, known: Known = {}): Promise<Host> {
    const { hostKey, patient = false, signal } = known;
    const key = canonical([connection, hostKey]);
    const unreached = this.#unreached.get(key);
    if (!patient && unreached && performance.now() < unreached.until) throw unreached.error;
    for (;;) {
      signal?.throwIfAborted();
      const pooled = this.#pool.get(key);
      try {
        const host = await (pooled ?? this.#dial(key, connection, known));
        if (host.open) return host;
        if (this.#pool.get(key) === pooled) this.#pool.delete(key);
      } catch (error) {
        if (error instanceof HostError && error.kind !== "cancelled")
          this.#unreached.set(key, { error, until: performance.now() + unreachedMs });
        // Of somebody else's dial, which ended with that one's operation.
        if (!(error instanceof HostError && error.kind === "cancelled") || signal?.aborted) throw error;
      }
    }
  }

  /** One after the other where they go to the same server. */
  #dial(key: string, connection: Connection, known: Known): Promise<Host> {
    const server = serverOf(connection.proxy ?? connection);
    const place = this.#place(connection);
    const go = () => dialPatiently(connection, known, place);
    const before = this.#dialling.get(server) ?? Promise.resolve();
    const dialled = before.then(go, go).then((session) => {
      this.#unreached.delete(key);
      return new Host(connection, session, place, this.#commands);
    });
    this.#dialling.set(server, dialled);
    this.#pool.set(key, dialled);
    dialled.catch(() => this.#pool.get(key) === dialled && this.#pool.delete(key));
    return dialled;
  }

  /** One for all connections to a server, as whoever logs in. */
  #place({ proxy, ...connection }: Connection): Place {
    const key = JSON.stringify([serverOf(connection), proxy && serverOf(proxy)]);
    const place = this.#places.get(key) ?? { address: undefined };
    this.#places.set(key, place);
    return place;
  }

  /** As reach, with the host's facts; a machine other than the known one is refused before anything is written to it. */
  async reachFacts(connection: Connection, known: Known = {}): Promise<{ host: Host; facts: Facts }> {
    const { host, facts } = await this.#look(connection, known);
    if (known.hostId !== undefined && facts.machineId !== known.hostId) {
      throw new HostError(
        "otherMachine",
        host.label,
        `another machine answers here: its machine-id is ${facts.machineId}, this resource is on ${known.hostId}.\n` +
          "Correct connection.host; or, for another machine on purpose, declare a new resource under another name.",
      );
    }
    return { host, facts };
  }

  /** A connection may have died since it was used, and nobody knows until it is: a look at the host is worth a second one. */
  async #look(connection: Connection, known: Known): Promise<{ host: Host; facts: Facts }> {
    for (let lost = 0; ; lost += 1) {
      const host = await this.#reachAnyhow(connection, known);
      try {
        const facts = await (known.fresh ? host.facts() : known.patient ? host.recentFacts() : host.look());
        this.#ways.set(facts.machineId, { connection: host.connection, hostKey: known.hostKey });
        return { host, facts };
      } catch (error) {
        if (host.open || !(error instanceof RemoteCommandError) || lost > 0 || known.signal?.aborted) throw error;
      }
    }
  }

  /**
   * A program that gives a host another address has it in the connection too, before the host has it; and what it drops
   * meanwhile has the address from before, in the state. Where the host does not answer there, it is asked at the other.
   */
  async #reachAnyhow(connection: Connection, { formerly, ...known }: Known): Promise<Host> {
    const { hostId, hostKey } = known;
    const others = [
      ...(formerly ? [{ connection: formerly, hostKey }] : []),
      ...[this.#ways.get(hostId ?? "")].filter((way) => way !== undefined),
    ].filter((way) => !isSameWay(way.connection, connection));
    if (hostId === undefined || others.length === 0) return this.reach(connection, known);
    try {
      return await this.reach(connection, { ...known, patient: false });
    } catch (error) {
      if (!(error instanceof HostError && (error.kind === "unreachable" || error.kind === "noSuchName"))) throw error;
      for (const way of others) {
        const reached = await this.reach(way.connection, { ...known, hostKey: way.hostKey, patient: false }).catch(
          () => undefined,
        );
        if (reached) return reached;
      }
      return this.reach(connection, known);
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

function serverOf({ host, port }: Pick<Connection, "host" | "port">): string {
  return JSON.stringify([host.toLowerCase(), port]);
}

function isSameWay(one: Connection, other: Connection): boolean {
  return serverOf(one) === serverOf(other) && canonical(one.proxy) === canonical(other.proxy);
}

/** The same text for the same values: the engine sorts what it keeps in the state, a program does not. */
function canonical(value: unknown): string {
  return JSON.stringify(value ?? null, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
