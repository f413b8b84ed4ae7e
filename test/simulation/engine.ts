import { join } from "node:path";
import type { Facts } from "../../provider/host/facts/facts";
import { parseFacts } from "../../provider/host/facts/parseFacts";
import { readScript } from "../../provider/host/script";
import { bundle } from "../../provider/host/transaction/bundle";
import type { Change } from "../../provider/host/transaction/change";
import { leaseScript } from "../../provider/host/transaction/lease";
import { base, type Simulation, sync } from "./simulation";

const factsScript = readScript(join(__dirname, "../../provider/host/facts"), "facts.sh");

/** A change that a plan made, and how to see that it is there. */
export interface Planned {
  readonly change: Change;
  readonly missing: (facts: Facts) => string[];
  /** What the confirmation takes off, and where. */
  readonly leaving: readonly string[];
}

/** How the engine says that it went; "lost" where the host did not say. */
export type Verdict = "refused" | "confirmed" | "rolled back" | "lost";

/** What an engine does on a host over SSH: as transact.ts, without a connection that could break. */
export class Engine {
  readonly script: string;

  constructor(
    private readonly simulation: Simulation,
    readonly id: string,
  ) {
    this.script = `${base}/transactions/${id}/transaction.sh`;
  }

  /** @param dies before it confirms: the host is left to itself */
  async transact(planned: Planned, { dies = false } = {}): Promise<Verdict> {
    const { simulation } = this;
    const { change } = planned;
    // One that plans has the lease since it read the facts; they are what they were.
    await this.lease("take");
    await this.unpack(change);
    const deadline = simulation.now + change.timeout;
    const started = await simulation.run(`ssh-start-${this.id}`, [this.script, "start"], change.timeout);
    if (simulation.off !== undefined) return "lost";
    if (started?.code === 3 || started?.code === 5) return "refused";
    if (started?.code === 0) {
      await simulation.until(() => !["armed", "applying"].includes(this.state()), deadline - 2);
      if (dies || simulation.off !== undefined) return "lost";
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

  async facts(): Promise<Facts> {
    const { machine } = this.simulation;
    machine.write("/mnt/facts.sh", factsScript);
    await machine.do(
      "PATH=/mnt/tools:$PATH SSH_CONNECTION='192.0.2.1 1024 192.0.2.100 22' sh /mnt/facts.sh network >/mnt/facts 2>/dev/null",
    );
    return parseFacts(Buffer.from(machine.read("/mnt/facts") ?? ""));
  }

  private async lease(verb: "take" | "drop"): Promise<void> {
    const { machine } = this.simulation;
    machine.write("/mnt/lease.sh", leaseScript);
    await machine.do(`PATH=/mnt/tools:$PATH sh -c "$(cat /mnt/lease.sh)" sh ${verb} ${this.id} simulated`);
  }

  private async unpack(change: Change): Promise<void> {
    const { machine } = this.simulation;
    machine.write("/mnt/bundle.tar", await bundle(change));
    const folder = `${base}/transactions/${this.id}`;
    await machine.do(
      `umask 077; mkdir -p ${folder} && tar -x -C ${folder} -f /mnt/bundle.tar; ${sync}`,
    );
  }

  /** What the engine looks at before it confirms: once held, and once more when it is not. */
  private async isGood({ missing }: Planned, deadline: number): Promise<boolean> {
    const { simulation } = this;
    while (missing(await this.facts()).length > 0) {
      if (simulation.now + 5 > deadline - 2) return false;
      await simulation.pass(5);
      if (this.state() !== "applied") return false;
    }
    return true;
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
