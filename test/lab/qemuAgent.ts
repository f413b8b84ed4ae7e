import { setTimeout as sleep } from "node:timers/promises";
import type { CommandOptions, CommandResult } from "./command";
import { QemuSocket } from "./qemuSocket";

const base64 = (text: string) => Buffer.from(text).toString("base64");
const decode = (text = "") => Buffer.from(text, "base64").toString();

/** Debian's qemu-guest-agent in a machine, reached by a virtio port: it runs commands while the network does not work. */
export class QemuAgent {
  private constructor(private readonly socket: QemuSocket) {}

  static async connect(path: string, isOn: () => boolean): Promise<QemuAgent> {
    return new QemuAgent(await QemuSocket.connect(path, isOn));
  }

  /** Resolves once the machine has booted so far that the agent runs. */
  async answers(): Promise<void> {
    await this.socket.ask("guest-ping");
  }

  /** A machine that goes off meanwhile ends the command, as if it had been killed. */
  async exec(argv: readonly string[], options: CommandOptions): Promise<CommandResult> {
    const result = { argv, code: null, signal: null, timedOut: false, stdout: "", stderr: "" };
    const { timeout = Number.POSITIVE_INFINITY } = options;
    const over = new AbortController();
    const timer = Number.isFinite(timeout) ? setTimeout(() => over.abort(), timeout) : undefined;
    const late = new Promise<CommandResult>((resolve) => {
      over.signal.addEventListener("abort", () => resolve({ ...result, timedOut: true }));
    });
    try {
      return await Promise.race([late, this.runToItsEnd(argv, options, over.signal)]);
    } catch (error) {
      return { ...result, signal: "SIGKILL", stderr: (error as Error).message };
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.socket.close();
  }

  /** It is the leader of a session, so that all of it can be ended. */
  private async runToItsEnd(argv: readonly string[], { env, input, onOutput }: CommandOptions, over: AbortSignal) {
    const set = Object.entries(env ?? {}).map(([name, value]) => `${name}=${value ?? ""}`);
    const { pid } = await this.socket.ask("guest-exec", {
      path: "/usr/bin/setsid",
      arg: ["/usr/bin/env", "-i", ...set, ...argv],
      "input-data": base64(input ?? ""),
      "capture-output": true,
    });
    for (let pause = 10; ; pause = Math.min(pause * 2, 100)) {
      const status = await this.socket.ask("guest-exec-status", { pid });
      if (status.exited) {
        const [stdout, stderr] = [decode(status["out-data"]), decode(status["err-data"])];
        onOutput?.(stdout + stderr);
        const signal = status.signal === undefined ? null : ("SIGKILL" as const);
        return { argv, code: status.exitcode ?? null, signal, timedOut: false, stdout, stderr };
      }
      if (over.aborted) {
        await this.socket.ask("guest-exec", { path: "/usr/bin/kill", arg: ["-KILL", "--", `-${pid}`] });
        return { argv, code: null, signal: null, timedOut: true, stdout: "", stderr: "" };
      }
      await sleep(pause);
    }
  }
}
