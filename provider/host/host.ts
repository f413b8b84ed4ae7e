import type { Connection } from "../resources/connection";
import type { RemoteResult } from "./exec/remoteCommand";
import type { Facts } from "./facts/facts";
import { readFacts } from "./facts/readFacts";
import { type ExecOptions, Session } from "./ssh/session";

/** A machine that kvmnet is logged in to. */
export class Host {
  #session: Session;
  #reading: Promise<Facts> | undefined;

  constructor(
    readonly connection: Connection,
    session: Session,
  ) {
    this.#session = session;
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

  get open(): boolean {
    return this.#session.open;
  }

  run(argv: readonly string[], options: ExecOptions): Promise<RemoteResult> {
    return this.#session.run(argv, options);
  }

  exec(argv: readonly string[], options: ExecOptions & { nextStep?: string }): Promise<RemoteResult> {
    return this.#session.exec(argv, options);
  }

  /** Everything there is to know, in one round trip. Readers at the same time share one. */
  facts(): Promise<Facts> {
    return this.#reading ?? this.freshFacts();
  }

  /** After a write: a read that began before it would not see it. */
  freshFacts(signal?: AbortSignal): Promise<Facts> {
    const reading = readFacts(this.#session, signal).finally(() => {
      if (this.#reading === reading) this.#reading = undefined;
    });
    this.#reading = reading;
    return reading;
  }

  /** A new TCP and SSH connection, which takes the old one's place once it is up. */
  async reconnect(timeoutMs: number, signal?: AbortSignal): Promise<void> {
    const options = { hostKey: this.hostKey, timeoutMs, ...(signal && { signal }) };
    const session = await Session.dial(this.connection, options);
    this.#session.close();
    this.#session = session;
    this.#reading = undefined;
  }

  close(): void {
    this.#session.close();
  }
}
