import { cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parse, stringify } from "yaml";
import { must } from "./command";

const repository = resolve(__dirname, "../..");

interface NpmOptions {
  readonly saysPlugin?: boolean;
  readonly from?: "tarball" | "git";
  readonly sdk?: string;
}

/**
 * A project outside of the repository with what npm would put there: the package and the SDK, nothing else. So what the
 * package needs and does not carry is missing here, as it would be at its users'. It says that the plugin is the package's,
 * or nothing of it. The SDK is the checkout's, or that of a version.
 */
export async function npmProject(
  folder: string,
  { saysPlugin = true, from = "tarball", sdk }: NpmOptions = {},
): Promise<string> {
  const project = join(folder, "project");
  await cp(join(repository, "examples/oneHost"), project, { recursive: true });
  await writeFile(join(project, "package.json"), JSON.stringify({ name: "one-host", private: true }));
  const options = ["--no-audit", "--no-fund", "--no-save", "--omit=peer", "--legacy-peer-deps"];
  // npm builds what comes from git, with the compiler and all that it needs.
  const what = [from === "git" ? await gitAddress(folder) : await tarball(folder)];
  if (sdk !== undefined) what.push(`@pulumi/pulumi@${sdk}`);
  const network = from === "git" || sdk !== undefined ? "--prefer-offline" : "--offline";
  await must(["npm", "install", ...options, network, ...what], { cwd: project, timeout: 300_000 });
  if (sdk === undefined) {
    await mkdir(join(project, "node_modules/@pulumi"));
    await symlink(join(repository, "node_modules/@pulumi/pulumi"), join(project, "node_modules/@pulumi/pulumi"));
  }
  const file = join(project, "Pulumi.yaml");
  const { plugins, ...others } = parse(await readFile(file, "utf8"));
  await writeFile(file, stringify({ ...others, ...(saysPlugin && { plugins }) }));
  return project;
}

/** The packed package. `make test` has built it; `prepare` would build it again under the feet of other tests. */
async function tarball(folder: string): Promise<string> {
  const packing = ["npm", "pack", "--ignore-scripts", "--silent", "--pack-destination", folder];
  return join(folder, (await must(packing, { cwd: repository })).trim());
}

/** A git repository of what the checkout has, committed or not. */
async function gitAddress(folder: string): Promise<string> {
  const copy = join(folder, "repository");
  const files = await must(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: repository,
  });
  for (const file of files.split("\0").filter(Boolean)) await cp(join(repository, file), join(copy, file));
  const who = ["-c", "user.name=nobody", "-c", "user.email=nobody@example.com"];
  for (const command of [
    ["init", "--quiet"],
    ["add", "--all"],
    [...who, "commit", "--quiet", "--message=all"],
  ])
    await must(["git", ...command], { cwd: copy });
  return `git+file://${copy}`;
}
