import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { describeFailure, run } from "./command";
import { fileLock } from "./fileLock";
import { folders } from "./folders";

const root = resolve(__dirname, "../..");

/** The commit that 0.1.0 was made of. */
export const commitOf010 = "1b1d9e1235da7c7e0bb446a9f5b35d7b467c9160";

/**
 * The folder of the plugin as a commit has it, for a program's `plugins`: built by its own build with its own packages,
 * once, into the cache. That takes a minute.
 */
export async function pluginOf(commit: string): Promise<string> {
  const folder = join(dirname(folders.images()), "plugins", commit);
  await using _ = await fileLock(`${folder}.lock`);
  if (!existsSync(folder)) await build(commit, folder);
  return folder;
}

async function build(commit: string, folder: string): Promise<void> {
  const temporary = await mkdtemp(`${folder}-`);
  const must = async (argv: readonly string[], cwd: string) => {
    const result = await run(argv, { cwd, timeout: 600_000 });
    if (result.code !== 0) throw new Error(describeFailure(result));
  };
  try {
    const [tar, source, built] = ["source.tar", "source", "built"].map((name) => join(temporary, name)) as [
      string,
      string,
      string,
    ];
    await mkdir(source);
    // A clone that is shallow may not have it; git says so by its name.
    await must(["git", "archive", `--output=${tar}`, commit], root);
    await must(["tar", "-xf", tar], source);
    await must(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], source);
    await must(["npx", "tsx", "tools/build.ts"], source);
    for (const name of ["PulumiPlugin.yaml", "pulumi-resource-kvmnet", "schema.json", "dist"])
      await cp(join(source, "provider", name), join(built, name), { recursive: true, preserveTimestamps: true });
    await rename(built, folder);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
