import type { ChangeKind } from "./changes";
import { base } from "./disk";
import { Engine, type Planned, type Verdict } from "./engine";
import type { Fault, Strike } from "./fault";
import { backToStart, keepStart, nics, prepare } from "./host";
import { Machine } from "./machine";
import { nearest, picture, settledPicture } from "./pictures";
import type { Call, Simulation } from "./simulation";

/** What goes on while a fault strikes: the engine confirms; it is gone; the host restarts before anybody confirms. */
export const courses = ["confirmed", "left alone", "restarted"] as const;
export type Course = (typeof courses)[number];

/** The window is over by then, and whatever tries again has done so. */
const longAfter = 300;

const id = "000000000002";

/** A network's picture, and that after a boot. */
interface Network {
  readonly live: string;
  readonly booted: string;
}

async function pictures(simulation: Simulation): Promise<Network> {
  const live = await picture(simulation.machine);
  await simulation.boot("synced");
  return { live, booted: await picture(simulation.machine) };
}

/** A host on which a kind of change is made again and again, each time from the same start. */
export class Bench implements AsyncDisposable {
  /** How often it was made. */
  runs = 0;

  private constructor(
    private readonly machine: Machine,
    private readonly simulation: Simulation,
    private readonly kind: ChangeKind,
    private readonly planned: Planned,
    private readonly before: Network,
    private readonly after: Network,
  ) {}

  static async start(kind: ChangeKind): Promise<Bench> {
    const machine = await Machine.start(nics);
    const { simulation } = await prepare(machine, kind);
    await keepStart(simulation, kind);
    await backToStart(simulation, kind);
    const before = await pictures(simulation);
    await backToStart(simulation, kind);
    const engine = new Engine(simulation, id);
    const planned = kind.plan(await engine.facts());
    const verdict = await engine.transact(planned);
    if (verdict !== "confirmed") throw new Error(`without any fault, it is ${verdict}:\n${engine.told()}`);
    return new Bench(machine, simulation, kind, planned, before, await pictures(simulation));
  }

  /** The commands of a course, where nothing strikes. */
  async points(course: Course): Promise<Call[]> {
    await this.begin([]);
    await this.go(course);
    return [...this.simulation.calls];
  }

  /** Strikes, lifts the faults, looks: what is wrong with how it ends, or nothing. */
  async strike(course: Course, faults: readonly Fault[]): Promise<string[]> {
    const { simulation } = this;
    await this.begin(faults);
    const verdict = await this.go(course);
    await simulation.lift();
    await simulation.pass(longAfter);
    const wrong = [...(await this.judge("in the end", verdict))];
    // What is on disk then gives one of them, too.
    simulation.cut("synced");
    await simulation.boot("synced");
    return [...wrong, ...(await this.judge("after a power cut at the end", verdict))];
  }

  struck(): boolean {
    return this.simulation.struck > 0;
  }

  private async begin(faults: readonly Fault[]): Promise<void> {
    this.runs += 1;
    await backToStart(this.simulation, this.kind);
    this.simulation.faults = faults;
  }

  private async go(course: Course): Promise<Verdict> {
    const { simulation, planned } = this;
    const engine = new Engine(simulation, id);
    const verdict = await engine.transact(planned, { dies: course === "confirmed" ? undefined : "applied" });
    if (simulation.off === undefined && course === "left alone") await simulation.pass(longAfter);
    if (simulation.off === undefined && course === "restarted") simulation.cut("written");
    // The power may go while it boots, too.
    for (let boots = 0; simulation.off !== undefined && boots < 3; boots += 1) await simulation.boot(simulation.off);
    return verdict;
  }

  private async judge(when: string, verdict: Verdict): Promise<string[]> {
    const [before, planned] = [Object.values(this.before), Object.values(this.after)];
    const now = await settledPicture(this.machine, [...before, ...planned]);
    const armed = this.machine.read(`${base}/armed/id`)?.trim();
    const state = this.machine.read(`${base}/transactions/${id}/state`)?.trim();
    const isBefore = before.includes(now);
    const isPlanned = planned.includes(now);
    const wrong: string[] = [];
    if (!isBefore && !isPlanned) wrong.push(`the network is neither:\n${nearest(now, ...before, ...planned)}`);
    wrong.push(...this.simulation.unset.splice(0));
    if (armed !== undefined) wrong.push(`still armed, in state ${state}`);
    if (verdict === "confirmed" && isBefore && !isPlanned) wrong.push("confirmed, and the network is as before");
    if ((verdict === "refused" || verdict === "rolled back") && isPlanned && !isBefore)
      wrong.push(`${verdict}, and the network is as planned`);
    return wrong.map((one) => `${when}: ${one} (the engine says ${verdict}, the host ${state})`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.machine[Symbol.asyncDispose]();
  }
}

/** Kinds of strikes. */
export const strikes: readonly { readonly strike: Strike; readonly lasting: boolean }[] = [
  ...(["fails", "fails late", "hangs"] as const).flatMap((kind) =>
    [false, true].map((lasting) => ({ strike: { kind }, lasting })),
  ),
  { strike: { kind: "is killed" }, lasting: false },
  ...(["synced", "written", "emptied"] as const).map((disk) => ({
    strike: { kind: "power goes" as const, disk },
    lasting: false,
  })),
];
