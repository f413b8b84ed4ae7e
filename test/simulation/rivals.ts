import type { Facts } from "../../provider/host/facts/facts";
import type { ChangeKind } from "./changes";
import { base } from "./disk";
import { type Death, Engine, type Planned, type Verdict } from "./engine";
import type { Fault } from "./fault";
import { backToStart, keepStart, nics, prepare } from "./host";
import { Machine } from "./machine";
import { nearest, picture, settledPicture } from "./pictures";
import type { Simulation } from "./simulation";

/** The windows of both are over by then, one after the other, and whatever tries again has done so. */
const longAfter = 400;

/** What one of two engines does. */
export interface Act {
  /** Seconds until it begins. */
  readonly begins: number;
  readonly dies?: Death | undefined;
  /** It finds something missing, and takes its change back. */
  readonly undoes?: boolean;
}

export function describeAct({ begins, dies, undoes }: Act): string {
  const ends = dies ? `, dies when ${dies}` : undoes ? ", takes it back" : "";
  return `one that begins at ${begins.toFixed(1)} s${ends}`;
}

const sequences: readonly (readonly number[])[] = [[], [0], [1], [0, 1], [1, 0]];

type Plan = (facts: Facts) => Planned;

/** The network after some of the changes, one after the other, and after a boot then. */
interface Serial {
  readonly live: string;
  readonly booted: string;
}

/**
 * Two engines that change one host at the same time, each command of theirs and of the host in an order that numbers make.
 * However it ends, it is as if those that were confirmed had come one after the other.
 */
export class Rivals implements AsyncDisposable {
  private readonly serials = new Map<readonly number[], Serial>();

  private constructor(
    private readonly machine: Machine,
    readonly simulation: Simulation,
    private readonly kind: ChangeKind,
    private readonly plans: readonly [Plan, Plan],
  ) {}

  static async start(kind: ChangeKind, other: ChangeKind): Promise<Rivals> {
    const machine = await Machine.start(nics);
    const { simulation } = await prepare(machine, kind);
    await keepStart(simulation, kind);
    const rivals = new Rivals(machine, simulation, kind, [kind.plan, other.plan]);
    for (const sequence of sequences) rivals.serials.set(sequence, await rivals.serial(sequence));
    return rivals;
  }

  /** What is wrong with how it ends, or nothing. */
  async race(acts: readonly [Act, Act], order: () => number, faults: readonly Fault[] = []): Promise<string[]> {
    const { simulation } = this;
    await backToStart(simulation, this.kind);
    simulation.faults = faults;
    simulation.order = order;
    const verdicts = await simulation.together(acts.map((act, index) => () => this.act(index, act)));
    simulation.order = undefined;
    for (let boots = 0; simulation.off !== undefined && boots < 3; boots += 1) await simulation.boot(simulation.off);
    await simulation.lift();
    await simulation.pass(longAfter);
    const wrong = await this.judge("in the end", verdicts);
    simulation.cut("synced");
    await simulation.boot("synced");
    return [...wrong, ...(await this.judge("after a power cut at the end", verdicts))].map(
      (one) => `${one} (the engines say ${verdicts.join(" and ")})`,
    );
  }

  private async act(index: number, { begins, dies, undoes }: Act): Promise<Verdict> {
    const { simulation } = this;
    const plan = this.plans[index];
    if (plan === undefined) throw new Error("there are two engines");
    if (begins > 0) await simulation.pass(begins);
    if (simulation.off !== undefined) return "lost";
    const engine = new Engine(simulation, `00000000000${index + 1}`);
    const lacks = undoes ? { missing: () => ["something"] } : {};
    return engine.change((facts) => ({ ...plan(facts), ...lacks }), { dies });
  }

  private async judge(when: string, verdicts: readonly Verdict[]): Promise<string[]> {
    const allowed = this.allowed(verdicts);
    const now = await settledPicture(this.machine, allowed);
    const wrong = allowed.includes(now) ? [] : [`the network is none of those:\n${nearest(now, ...allowed)}`];
    const left = (await this.machine.do(leftScript)).trim();
    if (left !== "") wrong.push(`left: ${left.replaceAll("\n", "; ")}`);
    const { units, timers, unset } = this.simulation;
    wrong.push(...unset.splice(0));
    const going = [...units.keys(), ...timers.map(({ unit }) => `${unit}.timer`)];
    if (going.length > 0) wrong.push(`it goes on: ${going.join(", ")}`);
    return wrong.map((one) => `${when}: ${one}`);
  }

  /** Each order of the changes that were confirmed, with those that may have been. */
  private allowed(verdicts: readonly Verdict[]): string[] {
    const pictures = [...this.serials].flatMap(([sequence, { live, booted }]) =>
      verdicts.every((verdict, index) => verdict === "lost" || sequence.includes(index) === (verdict === "confirmed"))
        ? [live, booted]
        : [],
    );
    return [...new Set(pictures)];
  }

  /** The network after changes that come one after the other. */
  private async serial(sequence: readonly number[]): Promise<Serial> {
    const { simulation, machine } = this;
    await backToStart(simulation, this.kind);
    for (const [turn, index] of sequence.entries()) {
      const verdict = await this.act(index, { begins: 0 });
      if (turn === 0 && verdict !== "confirmed") throw new Error(`without a rival, it is ${verdict}`);
    }
    const live = await picture(machine);
    simulation.cut("written");
    await simulation.boot();
    return { live, booted: await picture(machine) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.machine[Symbol.asyncDispose]();
  }
}

/** A marker, a lease that has not run out, a lock that somebody has. */
const leftScript = `[ ! -e ${base}/armed ] || echo "armed: $(cat ${base}/armed/id)"
if [ -e /run/kvmnet/lease ]; then
  read -r holder until who </run/kvmnet/lease
  [ "$(cut -d. -f1 /proc/uptime)" -ge "$until" ] || echo "the lease of $holder"
fi
for lock in ${base}/lock ${base}/transactions/*/lock /run/kvmnet/lock; do
  [ ! -e "$lock" ] || flock -n "$lock" true || echo "$lock is held"
done`;
