import type { Connection } from "../schema/connection";
import type { RemoteResult } from "./exec/remoteCommand";
import type { Facts } from "./facts/facts";
import { readFacts } from "./facts/readFacts";
import { HostError } from "./ssh/hostError";
import type { Voucher } from "./ssh/hostKey";
import { type ExecOptions, Session } from "./ssh/session";

/** Where a machine is found since its address was changed; undefined: where its connection says. */
export interface Place {
  address: string | undefined;
  /** The key that it has: nobody else is found there. */
  hostKey?: string;
}

/**
 * How long a look at a host is good for all that only look at it: each phase of an operation looks at all resources
 * at once, and a person's own changes meanwhile are seen by the next one.
 */
const lookMs = 15_000;
/**
 * How long it is as good as a new one for those that go on to change the host, which takes longer than that to begin:
 * what one resource read at its end is what the next one would read.
 */
const recentMs = 250;

/** When a command last began or ended on each machine, by machine-id, on performance.now()'s clock; reads are none. */
export type Commands = Map<string, number>;

interface Read {
  readonly facts: Facts;
  readonly began: number;
  readonly ended: number;
}

/** A read that is under way. */
interface Reading {
  readonly facts: Promise<Facts>;
  readonly began: number;
  /** Whether it ends with the operation that asked for it. */
  readonly ends: boolean;
}

/** A machine that kvmnet is logged in to. */
export class Host {
  #session: Session;
  #reading: Reading | undefined;
  /** Of the reads that ended, the one that began last. */
  #last: Read | undefined;
  /** Where the session was dialled. */
  #at: string | undefined;

  constructor(
    readonly connection: Connection,
    session: Session,
    private readonly place: Place,
    private readonly commands: Commands,
  ) {
    this.#session = session;
    this.#at = place.address;
  }

  /** Where it was reached last, if not where the connection says. */
  get address(): string | undefined {
    return this.place.address;
  }

  /** user@host, as errors name it. */
  get label(): string {
    return this.#session.label;
  }

  /** The key that it showed. */
  get hostKey(): string {
    return this.#session.hostKey;
  }

  /** Who vouches for that key. */
  get voucher(): Voucher {
    return this.#session.voucher;
  }

  /** A connection to an address that the machine has no more takes a while to notice. */
  get open(): boolean {
    return this.#session.open && this.#at === this.place.address;
  }

  run(argv: readonly string[], options: ExecOptions): Promise<RemoteResult> {
    return this.#command(() => this.#session.run(argv, options));
  }

  exec(argv: readonly string[], options: ExecOptions & { nextStep?: string }): Promise<RemoteResult> {
    return this.#command(() => this.#session.exec(argv, options));
  }

  /** A command that changes nothing: what was read of the host before it is as good as before. */
  ask(argv: readonly string[], options: ExecOptions): Promise<RemoteResult> {
    return this.#session.run(argv, options);
  }

  /** Everything there is to know, in one round trip. Readers at the same time share one. */
  readFacts(): Promise<Facts> {
    return this.#reading?.facts ?? this.readFreshFacts();
  }

  /** The same for those that only look: all of a phase share one, however many they are. */
  async readCachedFacts(): Promise<Facts> {
    return this.#knownFor(lookMs) ?? this.readFacts();
  }

  /** For those that are about to change it, and for those that perhaps have: nothing was done on it since the read began. */
  async readRecentFacts(signal?: AbortSignal): Promise<Facts> {
    const known = this.#knownFor(recentMs);
    if (known) return known;
    const { facts, began, ends } = this.#reading ?? {};
    return facts && !ends && began !== undefined && began > this.#lastCommand() ? facts : this.readFreshFacts(signal);
  }

  /** After a write: a read that began before it would not see it. */
  readFreshFacts(signal?: AbortSignal): Promise<Facts> {
    const began = performance.now();
    const facts = readFacts(this.#session, { signal }).finally(() => {
      if (this.#reading?.facts === facts) this.#reading = undefined;
    });
    this.#reading = { facts, began, ends: signal !== undefined };
    facts.then(
      (facts) => {
        if (this.#last === undefined || this.#last.began < began)
          this.#last = { facts, began, ended: performance.now() };
      },
      () => undefined,
    );
    return facts;
  }

  /** Without libvirt, whose daemon may hang while the host's network changes: nothing of it waits for that. */
  readNetworkFacts(signal: AbortSignal): Promise<Facts> {
    return readFacts(this.#session, { signal, networkAlone: true });
  }

  /** A command may have changed the host after it was read, also one that was under way meanwhile, by whatever connection. */
  #knownFor(ms: number): Facts | undefined {
    if (this.#last === undefined) return undefined;
    const { facts, began, ended } = this.#last;
    return began > this.#lastCommand() && performance.now() < ended + ms ? facts : undefined;
  }

  /** As long as nobody knows which machine this is, that on any of them. */
  #lastCommand(): number {
    if (this.#last === undefined) return Math.max(0, ...this.commands.values());
    return this.commands.get(this.#last.facts.machineId) ?? 0;
  }

  async #command<T>(command: () => Promise<T>): Promise<T> {
    this.#commanded();
    try {
      return await command();
    } finally {
      this.#commanded();
    }
  }

  /** No command is given before it is known which machine answers. */
  #commanded(): void {
    if (this.#last !== undefined) this.commands.set(this.#last.facts.machineId, performance.now());
  }

  /** A new TCP and SSH connection, which takes the old one's place once it is up: to the first of the addresses that answers. */
  async reconnect(
    timeoutMs: number,
    { signal, at = [this.address] }: { signal?: AbortSignal; at?: readonly (string | undefined)[] } = {},
  ): Promise<void> {
    const enough = new AbortController();
    const ends = AbortSignal.any([enough.signal, ...(signal ? [signal] : [])]);
    const dials = [...new Set(at)].map(async (address) => {
      const options = { oneOf: [this.hostKey], timeoutMs, signal: ends, address };
      return { address, session: await Session.dial(this.connection, options) };
    });
    try {
      const first = await Promise.any(dials);
      for (const dial of dials)
        dial.then(({ session }) => session !== first.session && session.close()).catch(() => {});
      this.#session.close();
      this.#session = first.session;
      this.#at = first.address;
      this.place.address = first.address;
      this.place.hostKey = first.session.hostKey;
      this.#reading = undefined;
      // Another address may be another machine's.
      this.#commanded();
    } catch (error) {
      throw findWorstError((error as AggregateError).errors);
    } finally {
      enough.abort();
    }
  }

  close(): void {
    this.#session.close();
  }
}

/** A wrong key tells more than no answer. */
function findWorstError(errors: readonly unknown[]): unknown {
  return errors.find((error) => error instanceof HostError && error.kind === "hostKey") ?? errors[0];
}
