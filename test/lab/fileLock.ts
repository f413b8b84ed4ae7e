import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { start } from "./command";

/**
 * An exclusive lock between processes, freed by the kernel when its holder dies. Node.js has no flock of
 * its own, so flock(1) holds it for as long as its standard input is open.
 */
export async function fileLock(path: string): Promise<AsyncDisposable> {
  await mkdir(dirname(path), { recursive: true });
  const holder = start(["flock", path, "sh", "-c", "echo held; cat"]);
  const ended = once(holder, "exit");
  await Promise.race([
    once(holder.stdout as NodeJS.ReadableStream, "data"),
    ended.then(() => Promise.reject(new Error(`cannot lock ${path}`))),
  ]);
  return {
    async [Symbol.asyncDispose]() {
      holder.stdin?.end();
      await ended;
    },
  };
}
