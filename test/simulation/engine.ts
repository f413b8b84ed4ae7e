import type { Facts } from "../../provider/host/facts/facts";
import { parseFacts } from "../../provider/host/facts/parseFacts";
import { factsScript } from "../../provider/host/facts/script";
import { bundle } from "../../provider/host/transaction/bundle";
import type { Change } from "../../provider/host/transaction/change";
import { leaseScript } from "../../provider/host/transaction/lease";
import { Refusal } from "../../provider/schema/refusal";
import { base, sync } from "./disk";
import type { Simulation } from "./simulation";

/** A change that a plan made, and how to see that it is there. */
export interface Planned {
  readonly change: Change;
  readonly missing: (facts: Facts) => string[];
  /** What the confirmation takes off, and where. */
  readonly leaving: readonly string[];
}

/** How the engine says that it went; "lost" where the host did not say. */
export type Verdict = "refused" | "confirmed" | "rolled back" | "lost";

/** When an engine's process ends, if it does: with the lease in its hands; once the host has begun; before it confirms. */
export type Death = "leased" | "started" | "applied";

/** What an engine does on a host over SSH: as transact.ts and lease.ts, without a connection that could break. */
export class Engine {
  private unlike: readonly string[] = [];

  constructor(
    private readonly simulation: Simulation,
    private id: string,
  ) {}

  get script(): string {
    return `${base}/transactions/${this.id}/transaction.sh`;
  }

  /** A change that was planned already, for the host as it is. */
  async transact(planned: Planned, { dies }: { dies?: Death | undefined } = {}): Promise<Verdict> {
    // One that plans has the lease since it read the facts; they are what they were.
    const taken = await this.lease("take");
    if (taken !== 0) return this.simulation.off === undefined ? "refused" : "lost";
    const verdict = await this.carryOut(planned, dies);
    return verdict === "outdated" ? "refused" : verdict;
  }

  /** A change that is planned under the lease, and anew where the host is not as planned for any more. */
  async change(plan: (facts: Facts) => Planned, { dies }: { dies?: Death | undefined } = {}): Promise<Verdict> {
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      this.id = `${attempt}${this.id.slice(1)}`;
      if (!(await this.waitForLease())) return this.simulation.off === undefined ? "refused" : "lost";
      if (dies === "leased") return "lost";
      const verdict = await this.planAndCarryOut(plan, dies);
      if (verdict === "lost") return verdict;
      await this.lease("drop");
      if (verdict !== "outdated") return verdict;
    }
    return "refused";
  }

  private async planAndCarryOut(plan: (facts: Facts) => Planned, dies: Death | undefined) {
    let facts = await this.facts();
    if (facts.armed !== undefined) {
      const script = `${base}/transactions/${facts.armed}/transaction.sh`;
      const ended = await this.simulation.run(`ssh-leftover-${this.id}`, [script, "leftover"], 60);
      if (this.simulation.off !== undefined) return "lost";
      if (ended?.code === 3) return "refused";
      facts = await this.facts();
    }
    let planned: Planned;
    try {
      planned = plan(facts);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return "refused";
    }
    return this.carryOut(planned, dies);
  }

  private async carryOut(planned: Planned, dies: Death | undefined): Promise<Verdict | "outdated"> {
    const { simulation } = this;
    const { change } = planned;
    await this.unpack(change);
    const deadline = simulation.now + change.timeout;
    const started = await simulation.run(`ssh-start-${this.id}`, [this.script, "start"], change.timeout);
    if (simulation.off !== undefined) return "lost";
    if (started?.code === 3) return "refused";
    if (started?.code === 5) return "outdated";
    if (started?.code === 0) {
      if (dies === "started") return "lost";
      await simulation.until(() => !["armed", "applying"].includes(this.state()), deadline - 2);
      if (dies !== undefined || simulation.off !== undefined) return "lost";
      if (
        this.state() === "applied" &&
        (await this.isGood(planned, deadline)) &&
        (await this.says(["settle"])) &&
        (await this.isGood(planned, deadline)) &&
        (await this.probes(deadline)) &&
        (await this.says(["confirm", ...planned.leaving]))
      )
        return "confirmed";
    }
    if (simulation.off !== undefined) return "lost";
    return this.undo();
  }

  state(): string {
    return this.simulation.machine.read(`${base}/transactions/${this.id}/state`)?.trim() ?? "";
  }

  /** What the host says about how it went, and what was missing at the last look. */
  told(): string {
    const read = (name: string) => this.simulation.machine.read(`${base}/transactions/${this.id}/${name}`) ?? "";
    return [read("reason"), ...this.unlike, read("log")].join("\n");
  }

  async facts(): Promise<Facts> {
    const { machine } = this.simulation;
    const to = `/mnt/facts.${this.id}`;
    machine.write("/mnt/facts.sh", factsScript);
    await machine.do(
      `PATH=/mnt/tools:$PATH SSH_CONNECTION='192.0.2.1 1024 192.0.2.100 22' sh /mnt/facts.sh network >${to} 2>/dev/null`,
    );
    return parseFacts(Buffer.from(machine.read(to) ?? ""));
  }

  /** Until another engine's change is over, for a while. */
  private async waitForLease(): Promise<boolean> {
    const { simulation } = this;
    for (const giveUp = simulation.now + 15; ; await simulation.pass(0.5)) {
      const code = await this.lease("take");
      if (code === 0 || simulation.off !== undefined) return code === 0;
      if (code !== 4 || simulation.now > giveUp) return false;
    }
  }

  private async lease(verb: "take" | "drop"): Promise<number | null | undefined> {
    const { simulation, id } = this;
    simulation.machine.write("/mnt/lease.sh", leaseScript);
    return (await simulation.run(`ssh-lease-${verb}-${id}`, ["/mnt/lease.sh", verb, id, "simulated"], 20))?.code;
  }

  private async unpack(change: Change): Promise<void> {
    const { machine } = this.simulation;
    const archive = `/mnt/bundle.${this.id}`;
    machine.write(archive, await bundle(change));
    const folder = `${base}/transactions/${this.id}`;
    await machine.do(`umask 077; mkdir -p ${folder} && tar -x -C ${folder} -f ${archive}; rm ${archive}; ${sync}`);
  }

  /** What the engine looks at before it confirms: once held, and once more when it is not. */
  private async isGood({ missing }: Planned, deadline: number): Promise<boolean> {
    const { simulation } = this;
    for (;;) {
      this.unlike = missing(await this.facts());
      if (this.unlike.length === 0) return true;
      if (simulation.now + 5 > deadline - 2) return false;
      await simulation.pass(5);
      if (this.state() !== "applied") return false;
    }
  }

  private async probes(deadline: number): Promise<boolean> {
    const { simulation } = this;
    const probed = await simulation.run(`ssh-probe-${this.id}`, [this.script, "probe"], deadline - simulation.now);
    return probed?.code === 0 && !/^failed /m.test(probed.stdout);
  }

  private async says(args: readonly string[]): Promise<boolean> {
    const ended = await this.simulation.run(`ssh-${args[0]}-${this.id}`, [this.script, ...args], 60);
    return ended?.code === 0;
  }

  private async undo(): Promise<Verdict> {
    if (this.state() === "confirmed") return "confirmed";
    if (!(await this.says(["undo", "the engine says so"]))) return "lost";
    return (await this.says(["report"])) ? "rolled back" : "lost";
  }
}
