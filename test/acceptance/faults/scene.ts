import { setTimeout as sleep } from "node:timers/promises";
import { type CommandResult, killGroup, type StartedCommand } from "../../lab/command";
import { HomelabStack } from "../../lab/homelabStack";
import type { Host } from "../../lab/host";
import type { Release } from "../../lab/hostImage";
import type { Lan } from "../../lab/lan";
import { networkPicture } from "../../lab/networkPicture";
import { pluginOf, processEnd } from "../../lab/plugin";
import { type Step, strikeAt } from "../../lab/strike";
import { type Change, firstUp } from "./changes";
import type { Cell, Fault, Outcome } from "./fault";

/** Of a host for which a row says no other. */
const addressing = { address: "192.0.2.100/24" };

/** What a plan is about: links with addresses, routes, the bridge's ports, the files, what is armed. */
const picture = `
ip -br -4 address | sed 's/@if[0-9]*//; s/ metric [0-9]*//; s/  */ /g'
ip route
for port in /sys/class/net/*/master; do [ ! -e "$port" ] || echo "\${port%/master} in $(basename "$(readlink "$port")")"; done
find /etc/netplan /etc/systemd/network -type f | sort | xargs -r sha256sum
ls /etc/systemd/system /etc/systemd/system/sysinit.target.wants | grep kvmnet
ls -d /var/lib/kvmnet/armed* /var/lib/kvmnet/bridges/* 2>/dev/null
true`;

/** A host, the stack that changes its network, and what happened: one cell of the matrix. */
export class Scene implements AsyncDisposable {
  /** The whole network before the change that is struck. */
  before = "";
  private started: StartedCommand | undefined;
  private plugin = 0;
  private engineKilled = false;

  private constructor(
    readonly lan: Lan,
    readonly host: Host,
    readonly release: Release,
    readonly stack: HomelabStack,
    readonly window: number,
    private readonly change: Change,
  ) {}

  static async start(lan: Lan, release: Release, fault: Fault, ends: Outcome, change = firstUp): Promise<Scene> {
    const { kind, connection = {} } = fault;
    const window = change.window ?? fault.window?.(ends) ?? 10;
    const options = { name: "kvm1", kind, release, addressing: fault.addressing ?? addressing, ...change.host };
    const host = await lan.startHost(options);
    // As the LAN knows it, where a text of netplan's says it.
    if (change.host?.netplan) host.address = addressing.address.replace(/\/.*/, "");
    const config = { hosts: { kvm1: { bridge: { netfilter: false, confirm: { timeout: window } } } } };
    const stack = await HomelabStack.start({ lan, hosts: [host], config, connection });
    const scene = new Scene(lan, host, release, stack, window, change);
    try {
      await change.prepare?.(scene);
      await fault.prepare?.(scene);
      await scene.doByHand();
      scene.before = await networkPicture(host);
      return scene;
    } catch (error) {
      await scene[Symbol.asyncDispose]();
      throw error;
    }
  }

  async doByHand(): Promise<void> {
    if (this.change.byHand !== undefined) await this.sh(this.change.byHand);
  }

  picture(): Promise<string> {
    return this.host.must(["sh", "-c", picture]);
  }

  /** A shell command on the host: for what a row does there. */
  sh(script: string): Promise<string> {
    return this.host.must(["timeout", "30", "sh", "-c", script]);
  }

  configure(bridge: object): Promise<void> {
    return this.stack.configure({
      hosts: { kvm1: { bridge: { netfilter: false, confirm: { timeout: this.window }, ...bridge } } },
    });
  }

  /**
   * Runs `up`, strikes it at the step, and tells in how many milliseconds nothing was armed any more: from then on, or from
   * when a host that was off is on again.
   */
  async strike(fault: Fault, step: Step): Promise<number> {
    const command = typeof fault.strike === "function" ? fault.strike(step) : (fault.strike ?? "true");
    const { struck } = await strikeAt(this.host, step, command);
    this.started = (await this.change.run?.start(this)) ?? this.stack.startUp();
    const over = this.started.ended.then(async ({ stdout }) => {
      // A change that ends before the step would never be struck.
      await sleep(2000);
      throw new Error(`up ended before ${step}:\n${stdout}`);
    });
    struck.catch(() => undefined);
    await Promise.race([struck, over]);
    over.catch(() => undefined);
    let began = performance.now();
    this.plugin = step === "before" ? 0 : await pluginOf(this.started.child).catch(() => 0);
    await fault.outside?.(this);
    // What is promised counts while the host runs; libvirtd alone may take 30 s to let it stop.
    if (fault.restarts) began = this.host.switchedOn;
    if (fault.endedByNextUp) return 0;
    if (step === "before") {
      // What struck before is no news: the host is through when the change is.
      await this.started.ended;
      began = performance.now();
    }
    const limit = Math.max(this.window * 3, ((fault.within ?? 0) / 1000) * 1.5);
    const { code } = await this.host.exec([
      ...["timeout", String(limit), "sh", "-c"],
      "until [ ! -e /var/lib/kvmnet/armed ]; do sleep 0.02; done",
    ]);
    if (code !== 0) throw new Error(`still armed after ${limit} s:\n${await this.logs()}`);
    return performance.now() - began;
  }

  ctrlC(): void {
    if (this.started) killGroup(this.started.child, "SIGINT");
  }

  /** -9, and only the engine itself: what it started is to find out. */
  async killEngine(): Promise<void> {
    this.engineKilled = true;
    this.started?.child.kill("SIGKILL");
    await this.started?.ended;
  }

  killPlugin(): void {
    process.kill(this.plugin, "SIGKILL");
  }

  /** What the struck `up` said; the plugin of a dead engine has ended then, too. */
  async outcome(): Promise<{ code: number | null; stdout: string }> {
    if (!this.started) throw new Error("nothing was started");
    const ended = await this.started.ended;
    if (this.engineKilled && this.plugin > 0) await processEnd(this.plugin, 20_000);
    return ended;
  }

  /** Milliseconds until SSH answers, at the address it had. */
  async answersSsh(timeout: number): Promise<number> {
    const began = performance.now();
    for (;;) {
      const { code, stderr } = await this.host.ssh(["true"], { timeout: 6000 });
      if (code === 0) return performance.now() - began;
      if (performance.now() - began > timeout) throw new Error(`no answer over SSH: ${stderr}\n${await this.logs()}`);
      await sleep(50);
    }
  }

  /** How long the host took to go back, in seconds of its own clock, from when it last began to; undefined where it had no need to. */
  async wayBack(): Promise<number | undefined> {
    const log = await this.sh("cat /var/lib/kvmnet/transactions/*/log");
    const [began, ended] = ["rolling-back", "rolled-back"].map((state) => {
      const [, hours, minutes, seconds] =
        [...log.matchAll(new RegExp(`^(\\d+):(\\d+):(\\d+) state: ${state}$`, "gm"))].at(-1) ?? [];
      return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
    });
    const day = 24 * 3600;
    const took = ((ended ?? Number.NaN) - (began ?? Number.NaN) + day) % day;
    return Number.isNaN(took) ? undefined : took;
  }

  /** networkd settles its links a moment after the transaction has ended. */
  async settled(): Promise<string> {
    let now = await this.picture();
    for (const until = Date.now() + 5000; !this.change.isPlanned(now) && Date.now() < until; now = await this.picture())
      await sleep(50);
    return now;
  }

  /** For a test to print: what there is instead of the plan. */
  async unplanned(): Promise<string> {
    const now = await this.settled();
    return this.change.isPlanned(now) ? "" : now;
  }

  /** The change is there: whoever has read what `up` said writes the host's new address into the program. */
  async follow(): Promise<void> {
    const { address } = this.change;
    if (address === undefined || this.host.address === address) return;
    this.host.address = address;
    await this.stack.configure(this.stack.config);
  }

  async nextUp(): Promise<CommandResult> {
    if (this.engineKilled) await this.stack.cancel();
    return (await this.change.run?.again(this)) ?? this.stack.up();
  }

  logs(): Promise<string> {
    return this.sh("tail -n 40 /var/lib/kvmnet/transactions/*/log; ip -br address; ip route");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.started) killGroup(this.started.child);
    if (this.plugin > 0) await processEnd(this.plugin, 20_000);
    await this.stack[Symbol.asyncDispose]();
    await this.host[Symbol.asyncDispose]();
  }
}

export function describeCell(fault: Fault, cell: Cell, release: string, change: Change): string {
  const of = change === firstUp ? "" : ` (${change.name})`;
  return `${fault.name}, at "${cell.at}"${of} on ${release}: ${cell.ends}`;
}
