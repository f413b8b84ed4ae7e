import type { Host } from "./host";
import { until } from "./until";

type Connection = Host["connection"];

/** A machine as it is known before it is dialled. */
interface Machine {
  readonly hostId: string;
  /** Two may have one machine-id. None: no key of it is known. */
  readonly keys: readonly string[];
}

export interface Way {
  readonly connection: Connection;
  /** Who went it before. */
  readonly host?: Host;
}

/** Where each machine is, as far as this process has come: where it answered, and where the states of what is on it say. */
export class Ways {
  /** How each machine was reached last, by its machine-id and its key. */
  readonly #last = new Map<string, Host>();
  readonly #addresses = new Map<string, Set<string>>();
  readonly #looks = new Set<Promise<unknown>>();

  recordReached(host: Host, hostId: string): void {
    this.#last.set(keyOf(hostId, host.hostKey), host);
  }

  /** A look at a host that is under way. */
  trackLook<T>(look: Promise<T>): Promise<T> {
    this.#looks.add(look);
    const forgetLook = () => this.#looks.delete(look);
    look.then(forgetLook, forgetLook);
    return look;
  }

  /** The machines that this process has looked at; those that it is looking at now are waited for. */
  async waitForSeen(signal: AbortSignal): Promise<Host[]> {
    await until(Promise.allSettled(this.#looks), signal);
    return [...this.#last.values()];
  }

  /** A state has these of the machine, with prefix length: they hold for all that is on it. */
  addAddresses(machine: Machine, addresses: readonly string[]): void {
    for (const key of keysOf(machine)) {
      const known = this.#addresses.get(key) ?? [];
      const told = addresses.map((cidr) => cidr.replace(/\/\d+$/, ""));
      this.#addresses.set(key, new Set([...known, ...told]));
    }
  }

  /** Other ways to a machine than this connection. */
  besides(connection: Connection, machine: Machine, formerly: Connection | undefined): Way[] {
    const of = keysOf(machine);
    const last = of.flatMap((key) => this.#last.get(key) ?? []).map((host) => ({ connection: host.connection, host }));
    const addresses = new Set(of.flatMap((key) => [...(this.#addresses.get(key) ?? [])]));
    const places = [...addresses].map((host) => ({ connection: { ...connection, host } }));
    const all = [...last, ...(formerly ? [{ connection: formerly }] : []), ...places];
    return all.filter((way) => !isSameWay(way.connection, connection));
  }

  /** What states told is the operation's. */
  forget(): void {
    this.#addresses.clear();
  }
}

const keysOf = ({ hostId, keys }: Machine) => (keys.length > 0 ? keys : [""]).map((key) => keyOf(hostId, key));
const keyOf = (hostId: string, hostKey: string) => `${hostId} ${hostKey}`;

export function serverOf({ host, port }: Pick<Connection, "host" | "port">): string {
  return JSON.stringify([host.toLowerCase(), port]);
}

function isSameWay(one: Connection, other: Connection): boolean {
  return serverOf(one) === serverOf(other) && canonical(one.proxy) === canonical(other.proxy);
}

/** The same text for the same values: the engine sorts what it keeps in the state, a program does not. */
export function canonical(value: unknown): string {
  return JSON.stringify(value ?? null, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
