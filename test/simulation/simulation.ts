import { closeSync, constants, openSync, writeSync } from "node:fs";
import { Actors } from "./actors";
import { type Answer, answer, failing, line } from "./answers";
import { base, leave } from "./disk";
import type { Disk, Fault, Point } from "./fault";
import { DhcpServer, Ifupdown } from "./ifupdown";
import type { Machine } from "./machine";
import { generate } from "./netplan";
import { Networkd } from "./networkd";
import { NetworkManager } from "./networkManager";
import { type Ended, type Question, Unit } from "./unit";

/** A call of a command, as the log has it. */
export interface Call extends Point {
  readonly program: string;
  /** On the machine's clock. */
  readonly at: number;
}

interface Waiting {
  readonly unit: Unit;
  /** When it gets its answer, on the machine's clock. */
  readonly at: number;
  readonly slot: number;
  readonly give: Answer;
  /** The command, if it hangs. */
  readonly hangs?: readonly string[];
}

interface Timer {
  at: number;
  readonly unit: string;
  /** Seconds from its unit's end until it goes off again. */
  readonly again: number | undefined;
  start(): { readonly ended: Promise<unknown> };
}

/** The LAN that a machine is on. */
export interface Lan {
  readonly gateway: string;
  /** Other addresses that answer. */
  readonly others: readonly string[];
  answers: boolean;
}

/** A machine with systemd, networkd and a clock of its own, which runs when everybody waits. */
export class Simulation {
  private time = 0;
  readonly calls: Call[] = [];
  /** What a shell of it had to say of a variable, or an argument, that has no value: the rest of that command is not done. */
  readonly unset: string[] = [];
  readonly networkd: Networkd;
  /** Of a machine with files of ifupdown's. */
  readonly ifupdown: Ifupdown;
  /** Of one with profiles of NetworkManager's. */
  readonly networkManager: NetworkManager;
  readonly dhcp = new DhcpServer();
  /** D-Bus answers. */
  bus = true;
  readonly units = new Map<string, Unit>();
  readonly timers: Timer[] = [];
  faults: readonly Fault[] = [];
  /** How often it struck. */
  struck = 0;
  /** Set by a power cut: nothing runs any more. */
  off: Disk | undefined;
  private waiting: Waiting[] = [];
  private slots = Array.from({ length: 64 }, (_, slot) => slot);
  private readonly turns = new Map<string, number>();
  private questions: Promise<unknown> = Promise.resolve();
  private asking: { readonly unit: Unit; readonly log: string; readonly question: Question }[] = [];
  /** Which of those that ask at once is answered first, from 0 to below 1; undefined: who asked first. */
  order: (() => number) | undefined;
  private readonly actors = new Actors(
    () => this.questions,
    (deadline) => this.step(deadline),
  );
  private open = 0;
  private events = 0;
  private seen = -1;
  private wake: () => void = () => undefined;
  private noticed = true;
  private names = 0;
  /** Where faults struck first. */
  private readonly begun = new Set<Point>();
  private readonly pipes: number[] = [];

  constructor(
    readonly machine: Machine,
    readonly lan: Lan,
  ) {
    this.networkd = new Networkd(machine);
    this.networkManager = new NetworkManager(machine);
    this.ifupdown = new Ifupdown(machine, this.dhcp, () => {
      const [, date = "", time = ""] = /^(.*)T(.*)\./.exec(new Date(this.clock() + 3_600_000).toISOString()) ?? [];
      return `6 ${date.replaceAll("-", "/")} ${time}`;
    });
  }

  /** Seconds since it was made. */
  get now(): number {
    return this.time;
  }

  private set now(time: number) {
    this.time = time;
    this.machine.write("/mnt/uptime", `${(1000 + time).toFixed(2)} 0.00\n`);
  }

  /** Its time of day, in milliseconds since 1970: it was made on the day on which Debian 12 appeared. */
  clock(): number {
    return Date.UTC(2023, 5, 10, 12) + this.now * 1000;
  }

  /** Starts a script as a unit. */
  start(name: string, script: readonly string[], log = name): Unit {
    const asked = (question: Question) => {
      this.event();
      this.asking.push({ unit, log, question });
      // Whose turn it is shows once all of them ask, or sleep.
      if (this.order === undefined) this.hearNext();
    };
    const unit: Unit = new Unit(name, this.machine, script, asked, () => this.event());
    this.units.set(name, unit);
    void unit.ended.then(({ stderr }) => {
      this.unset.push(...(stderr.match(/^.*: parameter not set$/gm) ?? []));
      if (this.units.get(name) === unit) this.units.delete(name);
      for (const { slot } of this.waiting.filter((one) => one.unit === unit)) this.free(slot);
      this.waiting = this.waiting.filter((one) => one.unit !== unit);
      this.asking = this.asking.filter((one) => one.unit !== unit);
      this.event();
    });
    return unit;
  }

  /** Answers one of those that ask. */
  private hearNext(): boolean {
    const [one] = this.asking.splice(Math.floor((this.order?.() ?? 0) * this.asking.length), 1);
    if (one === undefined) return false;
    this.open += 1;
    this.questions = this.questions
      .then(() => this.hear(one.unit, one.log, one.question))
      .finally(() => {
        this.open -= 1;
      });
    this.questions.catch(() => this.event());
    return true;
  }

  /** Runs a script to its end; undefined where it hangs for good, or the power went. */
  async run(name: string, script: readonly string[], limit = Number.POSITIVE_INFINITY): Promise<Ended | undefined> {
    const unit = this.start(name, script);
    let ended: Ended | undefined;
    void unit.ended.then((how) => {
      ended = how;
    });
    await this.until(() => ended !== undefined, this.now + limit);
    if (this.off !== undefined) return undefined;
    if (ended === undefined) unit.kill();
    return ended;
  }

  /** Lets everything run, and time pass where all wait, until it is so, or the time has come, or nothing will ever happen. */
  until(done: () => boolean, deadline: number): Promise<boolean> {
    return this.actors.until(() => this.off !== undefined || done(), deadline).then(done);
  }

  /** Several that act on it at once: time passes where all of them wait. */
  together<T>(acts: readonly (() => Promise<T>)[]): Promise<T[]> {
    return this.actors.together(acts);
  }

  /** False where nothing will happen until then. */
  private async step(deadline: number): Promise<boolean> {
    if (this.events !== this.seen) {
      this.seen = this.events;
      return true;
    }
    const all = this.asking.length > 0 && this.asking.length === this.units.size;
    if (!all && ((await this.nextEvent()) || !(await this.asleep()))) return true;
    return this.hearNext() || this.passTo(deadline);
  }

  /** Lets time pass, and what comes with it run to its end. */
  async pass(seconds: number): Promise<void> {
    await this.until(() => false, this.now + seconds);
  }

  /** The faults are over: what hangs goes on. */
  async lift(): Promise<void> {
    this.faults = [];
    await this.questions;
    for (const one of this.waiting.filter(({ hangs }) => hangs !== undefined)) {
      const given = await answer(this, one.unit, one.hangs ?? []);
      if (given !== undefined && this.waiting.includes(one))
        this.deliver(one, given.verb === "wait" ? given.give : given);
    }
  }

  /** The machine stops at once. */
  cut(disk: Disk): void {
    this.off = disk;
    for (const unit of this.units.values()) unit.kill();
    this.event();
  }

  /** After a power cut, or an end in order: the disk as it was left, a bare kernel, systemd's order. */
  async boot(disk: Disk = "written"): Promise<void> {
    const units = [...this.units.values()];
    for (const unit of units) unit.kill();
    await Promise.all(units.map(({ ended }) => ended));
    await this.questions;
    this.off = undefined;
    this.timers.length = 0;
    this.networkd.stop();
    this.networkManager.stop();
    await this.ifupdown.end();
    await this.machine.bare();
    if (disk !== "written") await this.machine.do(leave[disk]);
    generate(this.machine.path("/"));
    const undo = () => this.run("kvmnet-boot", [`${base}/armed/transaction/transaction.sh`, "boot"]);
    const unit = this.machine.read("/etc/systemd/system/kvmnet-boot.service") ?? "";
    const isAgain = /^Restart=on-abnormal$/m.test(unit);
    if (await this.bootUnitIsEnabled()) while ((await undo())?.code === null && this.off === undefined && isAgain);
    if (this.off !== undefined) return;
    await this.networkd.start();
    await this.ifupdown.boot();
    await this.networkManager.start();
    // The kernel tells of a cable a moment after both of its ends are up.
    await this.machine.do(
      "for _ in $(seq 100); do case $(ip link show up) in *NO-CARRIER*) sleep 0.02 ;; *) break ;; esac; done",
    );
  }

  /** A name that no other has, and that is the same in each run. */
  newName(): string {
    this.names += 1;
    return `tmp.${this.names}`;
  }

  forget(): void {
    this.calls.length = 0;
    this.turns.clear();
    this.names = 0;
    this.struck = 0;
    this.begun.clear();
    this.now = 0;
  }

  private async bootUnitIsEnabled(): Promise<boolean> {
    const wanted = await this.machine.do(
      "[ ! -e /etc/systemd/system/sysinit.target.wants/kvmnet-boot.service ] || [ ! -e /var/lib/kvmnet/armed/id ] || sed -n 's/^ExecStart=//p' /etc/systemd/system/sysinit.target.wants/kvmnet-boot.service",
    );
    return wanted.trim() === `/bin/sh ${base}/armed/transaction/transaction.sh boot`;
  }

  /** Answers one question after the other. */
  private async hear(unit: Unit, log: string, { argv, limit }: Question): Promise<void> {
    if (this.off !== undefined || this.units.get(unit.name) !== unit) return;
    if (!this.noticed) {
      this.noticed = true;
      await this.networkd.noticed();
    }
    // The same in each run: a link that is made anew has another number.
    const words = argv
      .join(" ")
      .replace(/\b(kernel\.\w+)\.\d+/g, "$1.PID")
      .replace(/(NetworkManager\/devices\/)\d+/g, "$1INDEX");
    const key = `${log}\n${words}`;
    const turn = (this.turns.get(key) ?? 0) + 1;
    this.turns.set(key, turn);
    const call = { unit: log, words, turn, program: argv[0] ?? "", at: this.now };
    if (call.program !== "flock-busy") this.calls.push(call);
    const struck = this.struckBy(call, unit);
    const given =
      struck?.verb === "after" ? failing(await answer(this, unit, argv)) : (struck ?? (await answer(this, unit, argv)));
    if (given === undefined) return;
    if (call.program === "ip") this.noticed = false;
    if (given.verb !== "wait") {
      unit.answer(line(given));
      return;
    }
    const slot = this.slots.pop();
    if (slot === undefined) throw new Error("too many wait at once");
    const late = limit !== undefined && given.seconds > limit;
    const waiting: Waiting = {
      unit,
      slot,
      at: this.now + (late ? limit : given.seconds),
      ...(given.hangs && { hangs: argv }),
      give: late ? { verb: "exit", code: 124 } : given.give,
    };
    this.waiting.push(waiting);
    unit.answer(`wait ${slot} 0\n`);
    void given.ends?.then(({ code }) => {
      if (this.waiting.includes(waiting)) this.deliver(waiting, { verb: "exit", code: code ?? 1 });
    });
  }

  private struckBy(call: Call, unit: Unit): Answer | undefined {
    const fault = this.faults.find(({ point, lasting }) => {
      const first = call.unit === point.unit && call.words === point.words && call.turn === point.turn;
      const again = lasting && this.begun.has(point) && call.program === point.words.split(" ")[0];
      return (first && !this.begun.has(point)) || again;
    });
    if (fault === undefined) return undefined;
    const { strike, point } = fault;
    this.begun.add(point);
    this.struck += 1;
    switch (strike.kind) {
      case "fails":
        return call.words.startsWith("ip -batch ") ? { verb: "half", code: 1 } : { verb: "exit", code: 1 };
      case "fails late":
        return { verb: "after", code: 1 };
      case "hangs":
        return { verb: "wait", seconds: Number.POSITIVE_INFINITY, give: { verb: "exit", code: 1 }, hangs: true };
      case "is killed":
        unit.kill();
        return { verb: "wait", seconds: Number.POSITIVE_INFINITY, give: { verb: "exit", code: 1 } };
      case "power goes":
        this.cut(strike.disk);
        return { verb: "exit", code: 1 };
    }
  }

  /** Lets the clock run to the next thing that is due. */
  private passTo(deadline: number): boolean {
    const due = [...this.waiting, ...this.timers].sort((a, b) => a.at - b.at)[0];
    if (due === undefined || due.at > deadline) {
      if (Number.isFinite(deadline)) this.now = Math.max(this.now, deadline);
      return false;
    }
    if (!Number.isFinite(due.at)) return false;
    this.now = Math.max(this.now, due.at);
    if ("slot" in due) this.deliver(due, due.give);
    else {
      this.goOff(due);
    }
    return true;
  }

  private goOff(timer: Timer): void {
    const { again } = timer;
    timer.at = Number.POSITIVE_INFINITY;
    if (again === undefined) this.timers.splice(this.timers.indexOf(timer), 1);
    const { ended } = timer.start();
    if (again !== undefined)
      void ended.then(() => {
        timer.at = this.now + again;
      });
  }

  private deliver(due: Waiting, given: Answer): void {
    this.waiting = this.waiting.filter((one) => one !== due);
    const pipe = openSync(this.machine.path(`/mnt/wait/${due.slot}`), constants.O_RDWR | constants.O_NONBLOCK);
    writeSync(pipe, line(given));
    // Not closed before it was read, or it would be lost.
    this.pipes.push(pipe);
    if (this.pipes.length > 32) closeSync(this.pipes.shift() ?? -1);
    this.free(due.slot);
    this.event();
  }

  private free(slot: number): void {
    // At the other end: one that was killed may not have read its answer.
    this.slots.unshift(slot);
  }

  private async asleep(): Promise<boolean> {
    const units = [...this.units.values()];
    if (units.length === 0) return true;
    let before: string | undefined;
    for (let look = 0; look < 2; look += 1) {
      const seen = this.events;
      const all = units.map((unit) => unit.asleep());
      if (all.includes(undefined)) return false;
      const done = all.join("\n\n");
      if (before !== undefined && done !== before) return false;
      before = done;
      await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setImmediate(resolve));
      if (this.events !== seen || this.open > 0) return false;
    }
    return true;
  }

  private event(): void {
    this.events += 1;
    this.wake();
  }

  /** False where none came for a while. */
  private nextEvent(): Promise<boolean> {
    if (this.units.size === 0) return Promise.resolve(false);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), 8);
      this.wake = () => {
        clearTimeout(timer);
        resolve(true);
      };
    });
  }
}
