import type { ChildProcess } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** kvmnet's plugin process of an engine. */
export async function pluginOf(engine: ChildProcess): Promise<number> {
  const found = await find(engine.pid ?? 0);
  if (found === undefined) throw new Error("the engine has no plugin");
  return found;
}

/** Resolves when a process that is not this one's child has ended. */
export async function processEnd(pid: number, timeout: number): Promise<void> {
  for (const deadline = Date.now() + timeout; Date.now() < deadline; await sleep(20)) {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => ") Z");
    if (stat.slice(stat.lastIndexOf(")")).startsWith(") Z")) return;
  }
  throw new Error(`process ${pid} was still there after ${timeout} ms`);
}

async function find(parent: number): Promise<number | undefined> {
  for (const thread of await readdir(`/proc/${parent}/task`).catch(() => [])) {
    const children = await readFile(`/proc/${parent}/task/${thread}/children`, "utf8").catch(() => "");
    for (const pid of children.split(" ").filter(Boolean).map(Number)) {
      const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
      if (command.includes("provider/dist/main.js")) return pid;
      const below = await find(pid);
      if (below !== undefined) return below;
    }
  }
  return undefined;
}
