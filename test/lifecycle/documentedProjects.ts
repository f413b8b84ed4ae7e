import { copyFile, cp, mkdir, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { stringify } from "yaml";

const repository = resolve(__dirname, "../..");

/** A checkout whose stacks are its own, built and installed: where a person has a homelab. Its folder is empty or not there. */
export async function homelabIn(folder: string): Promise<string> {
  await cp(join(repository, "stacks"), join(folder, "stacks"), { recursive: true });
  await copyFile(join(repository, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
  for (const part of ["cli", "components", "index.ts", "node_modules", "package.json", "provider", "tsconfig.json"])
    await symlink(join(repository, part), join(folder, part));
  return folder;
}

/** A project of one TypeScript program, with the package and Pulumi's SDK as npm would put them there. */
export async function programIn(folder: string, code: string, name = "documented"): Promise<string> {
  await mkdir(join(folder, "node_modules"), { recursive: true });
  await symlink(join(repository, "node_modules/@pulumi"), join(folder, "node_modules/@pulumi"));
  await symlink(repository, join(folder, "node_modules/pulumi-kvmnet"));
  const plugins = { providers: [{ name: "kvmnet", path: "node_modules/pulumi-kvmnet/provider" }] };
  await writeFile(join(folder, "Pulumi.yaml"), stringify({ name, runtime: "nodejs", plugins }));
  await writeFile(join(folder, "package.json"), JSON.stringify({ main: "index.ts" }));
  await writeFile(join(folder, "index.ts"), code);
  return folder;
}

/** Said beside what is typed, as there: what of a page's text is another one here. */
export function replaced(text: string, what: string, instead: string, why: string): string {
  if (!text.includes(what)) throw new Error(`the page does not have ${what} any more`);
  process.stderr.write(`replaced: ${what}\n      by: ${instead} (${why})\n`);
  return text.replace(what, instead);
}
