import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import type { Duplex, Writable } from "node:stream";
import type { Machine } from "./machine";

/** A question of a command that is about to start. */
export interface Question {
  /** Seconds that `timeout` gives it. */
  readonly limit: number | undefined;
  readonly argv: readonly string[];
}

/** How a script ended; without a code it was killed. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A script that runs on a simulated machine, with its children: systemd's unit, or what came over SSH. */
export class Unit {
  readonly ended: Promise<Ended>;
  private readonly child: ChildProcess;
  private over = false;
  private rest: string[] = [];
  private open = "";

  constructor(
    readonly name: string,
    machine: Machine,
    script: readonly string[],
    asked: (question: Question) => void,
    /** It did something, and is not asleep. */
    moved: () => void,
  ) {
    const argv = machine.inside(["/usr/bin/sh", "-c", '. /mnt/prelude.sh; . "$0"', ...script]);
    this.child = spawn(argv[0] ?? "", argv.slice(1), {
      detached: true,
      env: { PATH: "/mnt/bin", LC_ALL: "C" },
      stdio: ["ignore", "pipe", "pipe", "pipe", "pipe", "pipe"],
    });
    const said = { stdout: "", stderr: "" };
    this.child.stdout?.on("data", (text) => (said.stdout += text));
    this.child.stderr?.on("data", (text) => (said.stderr += text));

    (this.child.stdio[3] as Duplex).on("data", (bytes) => {
      const parts = `${this.open}${bytes}`.split("\0");
      this.open = parts.pop() ?? "";
      this.rest.push(...parts);
      for (let count = Number(this.rest[0]); this.rest.length >= count + 2; count = Number(this.rest[0])) {
        const [, limit, ...argv] = this.rest.slice(0, count + 2);
        this.rest = this.rest.slice(count + 2);
        asked({ limit: limit ? Number.parseFloat(limit) : undefined, argv });
      }
    });
    const token = (this.child.stdio as readonly unknown[])[5] as Duplex;
    token.on("data", (bytes) => {
      token.write(bytes);
      moved();
    });
    token.write("\n");
    for (const stream of this.child.stdio.slice(3)) stream?.on("error", () => undefined);
    this.ended = new Promise((resolve) => {
      this.child.on("exit", () => {
        this.over = true;
        moved();
        // What a service leaves running ends with it (KillMode=control-group).
        this.kill();
      });
      this.child.on("close", (code) => resolve({ code, ...said }));
    });
  }

  answer(text: string): void {
    if (!this.over) (this.child.stdio[4] as Writable).write(text);
  }

  kill(): void {
    try {
      process.kill(-(this.child.pid ?? Number.NaN), "SIGKILL");
    } catch {
      // nothing of it is left
    }
  }

  /**
   * What its processes have done so far, if all of them sleep: with no question open, each then waits for another, or for
   * time to pass. One that began after the look is seen by what its parent has done, a look later.
   */
  asleep(): string | undefined {
    const group = this.child.pid;
    if (this.over || group === undefined || look(group)?.state !== "S") return undefined;
    // Not by their parents: what a shell left running in the background has another one.
    const own = readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => {
        const process = look(Number(pid));
        return process?.group === group ? [{ pid, ...process }] : [];
      });
    if (own.some(({ state }) => state !== "S" && state !== "Z")) return undefined;
    return own.map(({ pid, state, done }) => `${pid} ${state} ${done}`).join("\n");
  }
}

/** `done`: the page faults of it and of the children that it has waited for, which no work is without. */
function look(pid: number): { state: string; group: number; done: string } | undefined {
  try {
    const [state = "", , group, ...rest] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    // proc_pid_stat(5): of what follows the group, the fifth to the eighth.
    return { state, group: Number(group), done: rest.slice(4, 8).join(" ") };
  } catch {
    return undefined; // it has ended meanwhile
  }
}
