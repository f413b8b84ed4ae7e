import { mkdir, readdir, symlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { run, start } from "../lab/command";
import { ensureEngine } from "../lab/ensureEngine";
import type { PulumiOptions } from "../lab/pulumi";

/** A place where PATH has an engine, a shell and the tools that are given, by their paths, and nothing else: no Node.js. */
export async function bareMachine(folder: string, tools: readonly string[] = []): Promise<PulumiOptions["place"]> {
  const bin = join(folder, "bin");
  await mkdir(bin);
  const engine = await ensureEngine(["yaml"]);
  const its = (await readdir(engine)).map((tool) => join(engine, tool));
  for (const tool of [...its, "/bin/sh", ...tools]) await symlink(tool, join(bin, basename(tool)));
  const there = (argv: readonly string[]) => ["/usr/bin/env", `PATH=${bin}`, ...argv];
  return {
    run: (argv, options) => run(there(argv), options),
    spawn: (argv, options) => start(there(argv), options),
  };
}
