import type { Connection } from "../schema/connection";

/** How a host is dialled, and what is known of it before. */
export interface HostOptions {
  readonly hostId?: string | undefined;
  /** The key that the state remembers, where the connection has none. */
  readonly hostKey?: string | undefined;
  /** Whether a host that does not answer gets another chance: when there is work to do on it, not when it is only looked at. */
  readonly retries?: boolean;
  /** Whether what others did on the host a moment ago counts: to look at it is not enough that somebody just did. */
  readonly fresh?: boolean;
  /** How it was reached before its connection was changed: it may be there still. */
  readonly formerly?: Connection | undefined;
  /** With prefix length, those that the state has of it: a change may have moved it away from where its connection says. */
  readonly addresses?: readonly string[] | undefined;
  /** Whether a user who is not root will do: to look. What that one can't see is told. */
  readonly asReader?: boolean;
  /** Ends the wait for it. */
  readonly signal?: AbortSignal;
  /** Is told what is waited for: each dial that is tried again. */
  readonly waits?: ((words: string) => void) | undefined;
}
