import type { Connection } from "../resources/connection";
import type { RemoteResult } from "./exec/remoteCommand";
import type { Facts } from "./facts/facts";
import { readFacts } from "./facts/readFacts";
import { HostError } from "./ssh/hostError";
import { type ExecOptions, Session } from "./ssh/session";

/** Where a machine is found since its address was changed; undefined: where its connection says. */
export interface Place {
  address: string | undefined;
}

/**
 * How long a look at a host is good for all that only look at it: each phase of an operation looks at all resources
 * at once, and a person's own changes meanwhile are seen by the next one.
 */
const lookMs = 15_000;

/** A machine that kvmnet is logged in to. */
export class Host {
  #session: Session;
  #reading: Promise<Facts> | undefined;
  /** What was read last, unless something was done on the host since. */
  #known: { readonly facts: Facts; readonly until: number } | undefined;
  /** The look that will say so. */
  #lastRead: Promise<Facts> | undefined;
  /** Where the session was dialled. */
  #at: string | undefined;

  constructor(
    readonly connection: Connection,
    session: Session,
    private readonly place: Place,
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

  /** The key that it showed: what "accept-new" remembers. */
  get hostKey(): string {
    return this.#session.hostKey;
  }

  /** Whether that key was taken on first use. */
  get acceptsNew(): boolean {
    return this.#session.acceptsNew;
  }

  /** A connection to an address that the machine has no more takes a while to notice. */
  get open(): boolean {
    return this.#session.open && this.#at === this.place.address;
  }

  run(argv: readonly string[], options: ExecOptions): Promise<RemoteResult> {
    this.#forget();
    return this.#session.run(argv, options);
  }

  exec(argv: readonly string[], options: ExecOptions & { nextStep?: string }): Promise<RemoteResult> {
    this.#forget();
    return this.#session.exec(argv, options);
  }

  /** Everything there is to know, in one round trip. Readers at the same time share one. */
  facts(): Promise<Facts> {
    return this.#reading ?? this.freshFacts();
  }

  /** The same for those that only look: all of a phase share one, however many they are. */
  async look(): Promise<Facts> {
    return this.#known && performance.now() < this.#known.until ? this.#known.facts : this.facts();
  }

  /** After a write: a read that began before it would not see it. */
  freshFacts(signal?: AbortSignal): Promise<Facts> {
    const reading = readFacts(this.#session, signal).finally(() => {
      if (this.#reading === reading) this.#reading = undefined;
    });
    this.#reading = reading;
    reading.then(
      (facts) => {
        // A command that was given meanwhile may have changed the host after it was looked at.
        if (this.#lastRead === reading) this.#known = { facts, until: performance.now() + lookMs };
      },
      () => undefined,
    );
    this.#lastRead = reading;
    return reading;
  }

  #forget(): void {
    this.#known = undefined;
    this.#lastRead = undefined;
  }

  /** A new TCP and SSH connection, which takes the old one's place once it is up: to the first of the addresses that answers. */
  async reconnect(
    timeoutMs: number,
    { signal, at = [this.address] }: { signal?: AbortSignal; at?: readonly (string | undefined)[] } = {},
  ): Promise<void> {
    const enough = new AbortController();
    const ends = AbortSignal.any([enough.signal, ...(signal ? [signal] : [])]);
    const dials = [...new Set(at)].map(async (address) => {
      const options = { hostKey: this.hostKey, timeoutMs, signal: ends, address };
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
      this.#reading = undefined;
      this.#forget();
    } catch (error) {
      throw worst((error as AggregateError).errors);
    } finally {
      enough.abort();
    }
  }

  close(): void {
    this.#session.close();
  }
}

/** A wrong key tells more than no answer. */
function worst(errors: readonly unknown[]): unknown {
  return errors.find((error) => error instanceof HostError && error.kind === "hostKey") ?? errors[0];
}
