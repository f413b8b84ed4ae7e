import type { Connection } from "../schema/connection";
import { parsePublicKey } from "./ssh/publicKey";

/** A machine as the stack has it on record. */
export interface Recorded {
  /** Where its machine is reached. */
  readonly place: string;
  /** The same for people. */
  readonly label: string;
  readonly hostKey: string;
  readonly hostId: string | undefined;
  /** Only this process knows it, by "accept-new": nobody vouched for it. */
  readonly firstContact: boolean;
}

/** What is learned of a machine. */
type Learned = Pick<Recorded, "hostKey"> &
  Partial<Pick<Recorded, "hostId" | "firstContact">> & { readonly host?: string };

/**
 * The machines on this stack's record, by their keys: what the states of its resources have, which are read before the
 * program runs, and what this process has verified itself. It holds for all of the stack, also for what has no state.
 */
export class Records {
  readonly #records = new Map<string, Recorded>();

  learn(connection: Connection, { host = connection.host, hostKey, hostId, firstContact = false }: Learned): void {
    const place = placeOf(connection);
    const key = normal(hostKey);
    const index = JSON.stringify([place, key]);
    const before = this.#records.get(index);
    this.#records.set(index, {
      ...{ place, label: host, hostKey: key },
      hostId: hostId ?? before?.hostId,
      firstContact: firstContact && (before?.firstContact ?? true),
    });
  }

  /**
   * The keys of what a connection leads to. That of a first contact counts as long as there is no other. Who has a record of
   * the machine's key itself, and knows its machine-id, goes by no other machine's, though it be said to be there now.
   */
  keysAt(connection: Connection, { hostKey, hostId }: { hostKey?: string; hostId?: string } = {}): string[] {
    const place = placeOf(connection);
    const isOther = (one: Recorded) =>
      hostKey !== undefined && hostId !== undefined && one.hostId !== undefined && one.hostId !== hostId;
    const here = [...this.#records.values()].filter((one) => one.place === place && !isOther(one));
    const known = here.filter(({ firstContact }) => !firstContact);
    return (known.length > 0 ? known : here).map(({ hostKey }) => hostKey);
  }

  /** Whether a key is a machine's that is reached elsewhere. */
  isElsewhere(connection: Connection, hostKey: string): boolean {
    const place = placeOf(connection);
    return [...this.#records.values()].some((one) => one.hostKey === hostKey && one.place !== place);
  }

  /** A machine elsewhere that has the same machine-id and proves to be another: a key of the same type tells them apart. */
  twinOf(connection: Connection, { hostKey, hostId }: { hostKey: string; hostId: string }): Recorded | undefined {
    const place = placeOf(connection);
    const same = [...this.#records.values()].filter((one) => one.hostId === hostId);
    if (same.some((one) => one.hostKey === hostKey && one.place !== place)) return undefined;
    return same.find(
      (one) => one.place !== place && one.hostKey !== hostKey && typeOf(one.hostKey) === typeOf(hostKey),
    );
  }

  clear(): void {
    this.#records.clear();
  }
}

/** What a machine is known by, whoever logs in: the names that the program has for it and for what is on the way. */
function placeOf({ host, port = 22, proxy }: Connection): string {
  const hops = [{ host, port }, ...(proxy ? [proxy] : [])];
  return JSON.stringify(hops.map(({ host, port = 22 }) => [host.toLowerCase(), port]));
}

const typeOf = (key: string) => key.split(" ")[0];

/** A key without its comment. */
export function normal(key: string): string {
  const { type, blob } = parsePublicKey(key);
  return `${type} ${blob}`;
}
