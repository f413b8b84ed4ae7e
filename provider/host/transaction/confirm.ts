import { setTimeout as wait } from "node:timers/promises";
import { RemoteCommandError } from "../exec/remoteCommand";
import { visible } from "../exec/visible";
import { HostError } from "../ssh/hostError";
import { TimeLimit } from "../timeLimit";
import { describeProbe, RolledBack } from "./outcome";
import { losesAddress, type Readdressing, readdressing } from "./readdressing";
import { pollMs, progress, type Running, redialMs, script } from "./running";

/** Why a change is undone, whatever time is left. */
class Verdict extends Error {
  override readonly name = "Verdict";
}

/**
 * Ends once confirmed; else throws what was wrong. Nothing in it outlasts the window, or a Cancel. A connection that is
 * lost, or an SSH server that does not answer for a moment, is no verdict before the time is over.
 */
export async function confirmOverNewConnection(running: Running): Promise<void> {
  const { log, host, signal: cancel, deadline } = running;
  using window = new TimeLimit(deadline - 2000 - performance.now(), [cancel]);
  const { signal } = window;
  const look = new Look(running, signal);
  let told = false;
  for (; ; await wait(look.pauseMs, undefined, { signal }).catch(() => undefined)) {
    cancel.throwIfAborted();
    if (signal.aborted) throw new Error(look.last);
    try {
      const seen = await look.again();
      if (seen === "confirmed") return;
      if (seen === undefined) continue;
      if (!look.settled) {
        // What holds the host now is taken off; what it is then is looked at over a new connection.
        await look.settle();
        continue;
      }
      if (!told) log.progress(`${host.label}: applied and reached over a new connection`);
      told = true;
      await confirm(running, seen, look);
      return;
    } catch (error) {
      look.failed(error);
    }
  }
}

async function confirm({ signal }: Running, seen: Readdressing, look: Look): Promise<void> {
  const probes = await look.script(["probe"], "probe the network");
  const failed = probes.split("\n").filter((line) => line.startsWith("failed "));
  if (failed.length > 0)
    throw new Verdict(failed.map((line) => describeProbe(line.slice("failed ".length))).join("; "));
  signal.throwIfAborted();
  await look.script(["confirm", seen.device, ...seen.dropped], "confirm the change");
}

/** What is seen of a host while its change waits to be confirmed. */
class Look {
  /** What a look said of it counts, though the time is over before the next one has ended. */
  last = "the host did not answer in time";
  connected = true;
  settled = false;
  /** Dialled once nothing holds the host any more: one from before may live on where no new one comes through. */
  #anew = false;
  /** The last look at its network told what it lacks. */
  #lacking = false;
  /** Logins in a row. */
  #refused = 0;
  readonly #before: Readdressing;
  readonly #goes: boolean;

  constructor(
    private readonly running: Running,
    private readonly signal: AbortSignal,
  ) {
    const { facts, planned } = running;
    this.#before = readdressing(facts, planned);
    this.#goes = losesAddress(this.#before, facts.sshAddress) && this.#before.remaining.length > 0;
  }

  /**
   * Milliseconds until the next one. A server that asks a directory on the network for a user's keys may refuse a login
   * until that is reached again; but hundreds of refused logins lock a user out.
   */
  get pauseMs(): number {
    return this.connected ? pollMs : redialMs * 2 ** this.#refused;
  }

  /** Undefined: it is not as wanted yet. */
  async again(): Promise<Readdressing | "confirmed" | undefined> {
    const { running, signal } = this;
    const { host, was, findDifferences, planned } = running;
    const { remaining } = this.#before;
    // An address that leaves is there still; where it is not, that of after the change will do.
    if (!this.connected) await host.reconnect(5000, { signal, at: [was, ...(this.#goes ? remaining : [])] });
    this.connected = true;
    const state = await progress(running, [signal]);
    if (state === "confirmed") return state;
    if (state === "armed" || state === "applying") {
      this.last = "the host was still applying the change";
      return undefined;
    }
    if (state !== "applied") throw new RolledBack(`the host went back by itself (${state})`);
    if (this.settled && !this.#anew) {
      this.last = "the host could not be reached over a new connection in time";
      await host.reconnect(5000, { signal, ...(this.#goes && { at: remaining }) });
      this.#anew = true;
    }
    // What the look before told stays the reason: the time mostly ends while one is on its way.
    if (!this.#lacking) this.last = "the host did not tell in time what its network is like";
    const now = await host.readNetworkFacts(signal);
    const lacking = findDifferences(now);
    this.#lacking = lacking.length > 0;
    if (this.#lacking) {
      this.last = `the host is not as wanted: ${lacking.join("; ")}`;
      return undefined;
    }
    const after = readdressing(now, planned);
    if (!losesAddress(after, now.sshAddress)) {
      this.last = "the host could not be asked any more in time";
      return after;
    }
    // Another address than was expected: by DHCP.
    this.last = "the host has no other address than the one it is to lose";
    if (after.remaining.length > 0) await host.reconnect(5000, { signal, at: after.remaining });
    return undefined;
  }

  async settle(): Promise<void> {
    await this.script(["settle"], "let the host go on by itself");
    this.settled = true;
  }

  async script(args: readonly string[], purpose: string): Promise<string> {
    const { host, id } = this.running;
    return script(host, id, args, purpose, this.signal);
  }

  failed(error: unknown): void {
    if (error instanceof RolledBack || error instanceof Verdict) throw error;
    // Not the machine that was changed, or somebody in between: no later answer from there counts.
    if (error instanceof HostError && error.kind === "hostKey") throw error;
    // What the host itself refuses, it refuses for good.
    if (error instanceof RemoteCommandError && error.result.code === 3)
      throw new Verdict(visible(error.result.stderr).trim());
    this.connected = false;
    this.#lacking = this.#lacking && this.signal.aborted;
    const refused = error instanceof HostError && error.kind === "authentication";
    this.#refused = refused ? this.#refused + 1 : 0;
    if (!this.signal.aborted)
      this.last = refused
        ? secondLogin(error)
        : `the host could not be reached over a new connection: ${(error as Error).message}`;
  }
}

/** The first one was let in: by what is good once, mostly. */
const secondLogin = ({ reason }: HostError) =>
  `a change is confirmed by a second login, and the host refused that one (${reason.split(/[.;]/)[0]}): where a password is good once, or ssh shares one login (ControlMaster), give kvmnet a key or a certificate that can log in twice`;
