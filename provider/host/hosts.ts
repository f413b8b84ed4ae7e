import type { Connection } from "../schema/connection";
import { dialWithRetries } from "./dialWithRetries";
import { RemoteCommandError } from "./exec/remoteCommand";
import { isExpected, type Keys, keysOf, namesOf } from "./expectedKeys";
import type { Facts } from "./facts/facts";
import { type Commands, Host, type Place } from "./host";
import type { HostOptions } from "./hostOptions";
import { anotherMachine, cloneWords, explainUnreachable, isVouchedFor, newKeyWords } from "./identity";
import { Records } from "./records";
import { HostError } from "./ssh/hostError";
import { words as vocabulary } from "./ssh/vocabulary";
import { reasonOf, until, waitFor } from "./until";
import { canonical, serverOf, Ways } from "./ways";

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
  readonly #ways = new Ways();
  readonly #records = new Records();
  readonly #told = new Set<string>();

  /** `tell` says what a person has to know of a host, once. */
  constructor(private readonly warn: (words: string) => void = () => {}) {}

  /** The host at the other end, logged in. Whoever asks meanwhile gets the same connection. */
  async reach(connection: Connection, known: HostOptions = {}): Promise<Host> {
    const { hostKey, hostId } = known;
    if (hostKey !== undefined) this.#records.learn(connection, { hostKey, hostId });
    const recorded = this.#records.keysAt(connection, {
      ...(hostKey !== undefined && { hostKey }),
      ...(hostId !== undefined && { hostId }),
    });
    const host = await this.#reach(connection, known, { hostKey: recorded });
    // From the first contact on, also where nothing was on record.
    this.#learn(connection, host);
    const [before] = recorded;
    if (before !== undefined && !recorded.includes(host.hostKey) && isVouchedFor(host))
      this.#tellOnce(newKeyWords(host, hostKey ?? before));
    return host;
  }

  async #reach(connection: Connection, known: HostOptions, expected: Keys): Promise<Host> {
    const { retries = false, signal } = known;
    const key = canonical([connection, expected.oneOf, expected.mustBeKnown]);
    const unreached = this.#unreached.get(key);
    if (!retries && unreached && performance.now() < unreached.until) throw unreached.error;
    for (;;) {
      signal?.throwIfAborted();
      const pooled = this.#pool.get(key);
      try {
        // Somebody else's dial may go on for longer than this one waits.
        const host = await (pooled
          ? waitFor(`a connection to ${connection.host}`, pooled, signal)
          : this.#dial(key, connection, known, expected));
        if (host.open && isExpected(host, expected)) return host;
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
  #dial(key: string, connection: Connection, known: HostOptions, expected: Keys): Promise<Host> {
    const server = serverOf(connection.proxy ?? connection);
    const place = this.#place(connection);
    const go = () => dialWithRetries(connection, known, place, expected);
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
  async reachFacts(connection: Connection, known: HostOptions = {}): Promise<{ host: Host; facts: Facts }> {
    const { host, facts } = await this.#ways.trackLook(this.#look(connection, known));
    if (known.hostId !== undefined && facts.machineId !== known.hostId) {
      const elsewhere = this.#records.isElsewhere(host.connection, host.hostKey);
      throw anotherMachine(host, facts.machineId, known, elsewhere);
    }
    this.#refuseClone(host, facts.machineId, known);
    if (facts.uid !== 0) this.#refuseReader(host, facts, known);
    this.#learn(host.connection, host, { host: host.label, hostId: facts.machineId });
    return { host, facts };
  }

  /** The machines that this process has looked at by now. */
  seen(signal: AbortSignal): Promise<Host[]> {
    return this.#ways.waitForSeen(signal);
  }

  #learn(connection: Connection, { voucher, hostKey }: Host, more: { host?: string; hostId?: string } = {}): void {
    if (voucher === "nobody") return;
    this.#records.learn(connection, { hostKey, ...more, firstContact: voucher === "accept-new" });
  }

  /** Two machines with one machine-id are told apart by their keys; who has none that was known before is not let in. */
  #refuseClone(host: Host, hostId: string, known: HostOptions): void {
    const twin = this.#records.twinOf(host.connection, { hostKey: host.hostKey, hostId });
    if (twin === undefined) return;
    const words = cloneWords(host, hostId, twin);
    if (!isVouchedFor(host) && known.hostKey === undefined) throw new HostError("otherMachine", host.label, words);
    this.#tellOnce(`${host.label}: ${words}`);
  }

  /** @throws HostError where there is more to do than to look */
  #refuseReader(host: Host, { unreadable }: Facts, { asReader = false }: HostOptions): void {
    if (!asReader)
      throw new HostError("notRoot", host.label, `kvmnet works on a host as root: ${vocabulary().beRoot}.`);
    const hidden = unreadable.filter((one) => one.asReader).map(({ what }) => `  ${what}`);
    this.#tellOnce(
      `${host.label}: this look is not root's:\n${hidden.join("\n")}\nWhat follows from that is not told. \`up\` needs root: ${vocabulary().beRoot}.`,
    );
  }

  #tellOnce(words: string): void {
    if (this.#told.has(words)) return;
    this.#told.add(words);
    this.warn(words);
  }

  /** What states taught is the operation's: the next one's teach it anew. */
  forget(): void {
    this.#records.clear();
    this.#ways.forget();
    this.#told.clear();
  }

  /** A connection may have died since it was used, and nobody knows until it is: a look at the host is worth a second one. */
  async #look(connection: Connection, known: HostOptions): Promise<{ host: Host; facts: Facts }> {
    for (let lost = 0; ; lost += 1) {
      const host = await this.#reachAnyhow(connection, known);
      try {
        const read = known.fresh ? host.readFacts() : known.retries ? host.readRecentFacts() : host.readCachedFacts();
        // Others may wait for the same answer: who does not want it any more leaves it to them.
        const facts = await waitFor(`what is on ${host.label}`, read, known.signal);
        this.#ways.recordReached(host, facts.machineId);
        return { host, facts };
      } catch (error) {
        if (host.open || !(error instanceof RemoteCommandError) || lost > 0 || known.signal?.aborted) throw error;
      }
    }
  }

  /**
   * A program that gives a host another address has it in the connection too, before the host has it; and what it drops
   * meanwhile has the address from before. Where the host does not answer there, it is asked at the others that the states
   * of what is on it have, or another resource has come to by now: nobody but the machine with a key that was known for it.
   */
  async #reachAnyhow(connection: Connection, { formerly, addresses = [], ...known }: HostOptions): Promise<Host> {
    const { hostId } = known;
    if (hostId === undefined) return this.reach(connection, known);
    const keys = keysOf(connection, known);
    const machine = { hostId, keys };
    this.#ways.addAddresses(machine, addresses);
    const others = () => this.#ways.besides(connection, machine, formerly);
    const reach = () =>
      this.reach(connection, known).catch((error) => {
        throw explainUnreachable(error, namesOf(connection, keys));
      });
    if (known.retries && others().length === 0) return reach();
    try {
      return await this.reach(connection, { ...known, retries: false });
    } catch (error) {
      if (!(error instanceof HostError && (error.kind === "unreachable" || error.kind === "noSuchName"))) throw error;
      for (const { connection: way, host } of others()) {
        if (host?.open) return host;
        const expected = keys.length > 0 ? { oneOf: keys } : { mustBeKnown: true };
        const reached = await this.#reach(way, { ...known, retries: false }, expected).catch(() => undefined);
        if (reached) return reached;
      }
      return reach();
    }
  }

  /** One change of a machine at a time within this process. One whose signal aborts before its turn is none. */
  async exclusive<T>(machineId: string, signal: AbortSignal | undefined, change: () => Promise<T>): Promise<T> {
    const before = this.#locks.get(machineId) ?? Promise.resolve();
    const ended = before.catch(() => undefined);
    const mine = ended.then(() => {
      signal?.throwIfAborted();
      return change();
    });
    mine.catch(() => undefined);
    this.#locks.set(machineId, mine);
    await until(ended, signal).catch(() => {
      throw new Error(
        `nothing was changed: the wait for another change of this host was cut short: ${reasonOf(signal)}.`,
      );
    });
    return mine;
  }

  /** Ends every connection. */
  close(): void {
    for (const pooled of this.#pool.values()) pooled.then((host) => host.close()).catch(() => undefined);
    this.#pool.clear();
  }
}
