import type { Facts } from "../facts/facts";
import type { Host } from "../host";
import type { Log } from "../log";
import { TimeLimit } from "../timeLimit";
import type { Change } from "./change";
import type { PlannedAddresses } from "./readdressing";

/** Where the host keeps what a transaction is. */
export const base = "/var/lib/kvmnet";
/** Between two looks at a host that is on its way. */
export const pollMs = 50;
/** Before a host that could not be reached is dialled again. */
export const redialMs = 150;
/** How long the connection that is there gets to show that it is alive still, before a new one is dialled. */
export const aliveMs = 1500;

export interface Transaction {
  readonly host: Host;
  /** Of the lease that it is made under. */
  readonly id: string;
  /** Of the host before the change. */
  readonly facts: Facts;
  readonly change: Change;
  readonly planned: PlannedAddresses;
  /** What the kernel still lacks of the wanted state, a sentence each; none: it is there. */
  readonly findDifferences: (facts: Facts) => string[];
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** One that the host has begun. */
export interface Running extends Transaction {
  /** Where the host was reached before. */
  readonly was: string | undefined;
  /** When the host undoes it, on performance.now()'s clock. */
  readonly deadline: number;
}

/** What the host's own script of a transaction prints. */
export async function script(
  host: Host,
  id: string,
  args: readonly string[],
  purpose: string,
  signal: AbortSignal,
): Promise<string> {
  const { stdout } = await host.exec(["sh", `${base}/transactions/${id}/transaction.sh`, ...args], { purpose, signal });
  return stdout.trim();
}

/** How far the change is, over a connection that may be dead. */
export async function progress({ host, id }: Running, others: readonly AbortSignal[] = []): Promise<string> {
  using soon = new TimeLimit(aliveMs, others);
  return await script(host, id, ["state"], "see how far the change is", soon.signal);
}
