import { cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parse, stringify } from "yaml";
import { must } from "./command";

const repository = resolve(__dirname, "../..");

/**
 * A project outside of the repository with what npm would put there: the packed package and the SDK, nothing else.
 * So what the package needs and does not carry is missing here, as it would be at its users'. It says that the plugin is
 * the package's, or nothing of it.
 */
export async function npmProject(folder: string, { saysPlugin = true } = {}): Promise<string> {
  const project = join(folder, "project");
  await cp(join(repository, "examples/oneHost"), project, { recursive: true });
  // `make test` has built it; `prepare` would build it again under the feet of other tests.
  const packed = await must(["npm", "pack", "--ignore-scripts", "--silent", "--pack-destination", folder], {
    cwd: repository,
  });
  const tarball = join(folder, packed.trim());
  await writeFile(join(project, "package.json"), JSON.stringify({ name: "one-host", private: true }));
  const offline = ["--offline", "--no-audit", "--no-fund", "--no-save", "--omit=peer", "--legacy-peer-deps"];
  await must(["npm", "install", ...offline, tarball], { cwd: project });
  await mkdir(join(project, "node_modules/@pulumi"));
  await symlink(join(repository, "node_modules/@pulumi/pulumi"), join(project, "node_modules/@pulumi/pulumi"));
  const file = join(project, "Pulumi.yaml");
  const { plugins, ...others } = parse(await readFile(file, "utf8"));
  await writeFile(file, stringify({ ...others, ...(saysPlugin && { plugins }) }));
  return project;
}
