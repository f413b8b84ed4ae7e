import type { ChildProcess } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type CommandOptions, type CommandResult, must, run, start } from "./command";

/** A network namespace of a lab: a machine's place on its networks, without the machine. */
export class Namespace implements AsyncDisposable {
  private constructor(readonly name: string) {}

  /** `nameserver` is what programs in it get as their resolver; without one the machine's own would be asked in vain. */
  static async create(name: string, nameserver?: string): Promise<Namespace> {
    if (nameserver !== undefined) {
      await mkdir(configFolder(name), { recursive: true });
      await writeFile(join(configFolder(name), "resolv.conf"), `search lab.test\nnameserver ${nameserver}\n`);
    }
    await must(["ip", "netns", "add", name]);
    await must(["ip", "-n", name, "link", "set", "dev", "lo", "up"]);
    return new Namespace(name);
  }

  /** One that is there already. */
  static at(name: string): Namespace {
    return new Namespace(name);
  }

  run(argv: readonly string[], options?: CommandOptions): Promise<CommandResult> {
    return run(this.argv(argv), options);
  }

  /** For what is watched while it runs; the caller ends it, or the lab's end does. */
  spawn(argv: readonly string[], options?: CommandOptions): ChildProcess {
    return start(this.argv(argv), options);
  }

  must(argv: readonly string[], options?: CommandOptions): Promise<string> {
    return must(this.argv(argv), options);
  }

  argv(argv: readonly string[]): string[] {
    return ["ip", "netns", "exec", this.name, ...argv];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Namespace.remove(this.name);
  }

  /** By name, because a lab whose owner was killed has no objects any more. */
  static async remove(name: string): Promise<void> {
    for (let attempt = 0; attempt < 100; attempt++) {
      const { stdout } = await run(["ip", "netns", "pids", name]);
      const pids = stdout.split("\n").filter(Boolean).map(Number);
      if (pids.length === 0) {
        break;
      }
      for (const pid of pids) {
        try {
          process.kill(pid, "SIGKILL");
        } catch {
          // it has ended in the meantime
        }
      }
      await sleep(20);
    }
    await run(["ip", "netns", "del", name]);
    await rm(configFolder(name), { recursive: true, force: true });
  }

  static async list(prefix: string): Promise<string[]> {
    const text = await must(["ip", "netns", "list"]);
    return text
      .split("\n")
      .map((line) => line.split(" ")[0] ?? "")
      .filter((name) => name.startsWith(prefix));
  }
}

/** Where `ip netns exec` looks for files that replace those in /etc. */
const configFolder = (name: string) => join("/etc/netns", name);
