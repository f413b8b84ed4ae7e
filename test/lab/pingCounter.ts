import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { killGroup } from "./command";
import type { Place } from "./place";

const pinger = resolve(__dirname, "fixtures/pinger.py");

export interface PingCounterOptions {
  /** Milliseconds between two pings. */
  intervalMs?: number;
  /** Where the pings come from; the LAN's engine by default. */
  from?: Place;
}

export interface PingCount {
  sent: number;
  received: number;
  lost: number;
  /** The longest time without an answer: between two of them, and from the last one to the end. */
  longestGapMs: number;
}

/** Counts pings that are answered, from its start until it is stopped. */
export class PingCounter implements AsyncDisposable {
  private output = "";
  private started = Date.now();
  private readonly closed: Promise<unknown>;

  private constructor(
    private readonly child: ChildProcess,
    private readonly address: string,
  ) {
    this.closed = once(child, "close");
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.output += text;
      });
    }
  }

  static async start(place: Place, address: string, { intervalMs = 5 }: PingCounterOptions): Promise<PingCounter> {
    const child = place.spawn(["python3", pinger, String(intervalMs / 1000), address]);
    const counter = new PingCounter(child, address);
    await once(child.stdout as NodeJS.ReadableStream, "data"); // its first line: the pings go out from now on
    counter.started = Date.now();
    return counter;
  }

  async stop(): Promise<PingCount> {
    const ended = Date.now();
    killGroup(this.child, "SIGINT"); // it then prints its summary
    await this.closed;
    const [, transmitted] = /^sent (\d+)$/m.exec(this.output) ?? [];
    if (transmitted === undefined) {
      throw new Error(`ping ${this.address} did not tell what it sent:\n${this.output}`);
    }
    const answers = [...this.output.matchAll(/^answer \d+ at ([\d.]+)$/gm)].map(([, time]) => Number(time) * 1000);
    // The last ping may have gone out at the very moment of the end: no time was left for its answer.
    const lastPending = Number(transmitted) === answers.length + 1 && ended - (answers.at(-1) ?? 0) < 50;
    const sent = Number(transmitted) - (lastPending ? 1 : 0);
    const times = [this.started, ...answers, ended];
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? time));
    return { sent, received: answers.length, lost: sent - answers.length, longestGapMs: Math.max(...gaps) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    killGroup(this.child);
    await this.closed;
  }
}
