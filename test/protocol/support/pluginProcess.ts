import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { Caller } from "./caller";

export interface StartOptions {
  readonly arguments?: readonly string[];
  readonly stdin?: "pipe" | "ignore";
  readonly env?: NodeJS.ProcessEnv;
}

/** The plugin as the engine starts it: an executable whose first line is a port. */
export class PluginProcess implements AsyncDisposable {
  private constructor(
    private readonly child: ChildProcess,
    /** Exit code and what it had said to stderr. */
    readonly ended: Promise<{ code: number | null; stderr: string }>,
    /** The first line of stdout; undefined where it ended without one. */
    readonly firstLine: string | undefined,
    readonly caller: Caller,
  ) {}

  static async start(executable: string, options: StartOptions = {}): Promise<PluginProcess> {
    const stdio: StdioOptions = [options.stdin ?? "pipe", "pipe", "pipe"];
    const child = spawn(executable, options.arguments ?? [], { stdio, cwd: "/", env: options.env ?? process.env });
    const stderr: string[] = [];
    (child.stderr as Readable).setEncoding("utf8").on("data", (text) => stderr.push(text));
    const ended = once(child, "close").then(([code]) => ({ code, stderr: stderr.join("") }));
    const lines = createInterface({ input: child.stdout as Readable });
    const [line] = await Promise.race([once(lines, "line"), ended.then(() => [])]);
    return new PluginProcess(child, ended, line, new Caller(line ?? "1"));
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** What happens when the engine dies. */
  endStdin(): void {
    (this.child.stdin as Writable).end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.caller.close();
    this.child.kill("SIGKILL");
    await this.ended;
  }
}
