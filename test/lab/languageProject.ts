import { createHash } from "node:crypto";
import { cp, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { parse, stringify } from "yaml";
import { sdkArchive } from "../../tools/release/sdkArchive";
import { must } from "./command";
import type { Language } from "./ensureEngine";
import { fileLock } from "./fileLock";
import { folders } from "./folders";

const repository = resolve(__dirname, "../..");

/** How a program of a language is run. */
export interface LanguageProject {
  readonly directory: string;
  readonly env: Record<string, string>;
  readonly path: readonly string[];
}

/**
 * The example of a language, in an empty folder, with the SDK as it is released. It says that the plugin is that of this
 * checkout, or nothing of it.
 */
export async function languageProject(
  language: Language,
  folder: string,
  { saysPlugin = true } = {},
): Promise<LanguageProject> {
  const project = join(folder, language);
  await cp(join(repository, "examples", language), project, { recursive: true });
  const file = join(project, "Pulumi.yaml");
  const plugins = saysPlugin ? { providers: [{ name: "kvmnet", path: join(repository, "provider") }] } : {};
  await writeFile(file, stringify({ ...parse(await readFile(file, "utf8")), plugins }));
  if (language === "go") {
    const { name, text } = await sdkArchive(repository, "go");
    await writeFile(join(project, `${name}.tar.gz`), text);
    await must(["tar", "-xzf", `${name}.tar.gz`], { cwd: project });
    const modules = join(project, "go.mod");
    await writeFile(modules, (await readFile(modules, "utf8")).replace("../../sdk/go", `./${name}`));
    return { directory: project, env: await goEnvironment(), path: [] };
  }
  if (language === "python") {
    const environment = await pythonEnvironment();
    await symlink(environment, join(project, "venv"));
    // Python's host of the pinned version does not know the engine's word for `virtualenv`.
    return { directory: project, env: {}, path: [join(environment, "bin")] };
  }
  return { directory: project, env: {}, path: [] };
}

/** A virtual environment with Pulumi's SDK and kvmnet's archive, kept by what they are: to install Pulumi's takes a while. */
export async function pythonEnvironment(): Promise<string> {
  const requirements = (await readFile(join(repository, "examples/python/requirements.txt"), "utf8"))
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#") && !line.startsWith("."));
  const { name, text } = await sdkArchive(repository, "python");
  const key = createHash("sha256").update(JSON.stringify(requirements)).update(text).digest("hex").slice(0, 12);
  const environment = join(dirname(folders.images()), "python", key);
  await mkdir(dirname(environment), { recursive: true });
  await using _ = await fileLock(`${environment}.lock`);
  const stamp = join(environment, "kvmnet-complete");
  if ((await readFile(stamp).catch(() => undefined)) !== undefined) return environment;
  await rm(environment, { recursive: true, force: true });
  await must(["python3", "-m", "venv", environment]);
  const sdk = join(environment, `${name}.tar.gz`);
  await writeFile(sdk, text);
  const pip = [join(environment, "bin/python"), "-m", "pip", "--quiet", "--disable-pip-version-check"];
  await must([...pip, "install", ...requirements, sdk], { timeout: 300_000 });
  await writeFile(stamp, "");
  return environment;
}

/** What a Go program is compiled with where HOME is another one: the modules and results that this machine has. */
async function goEnvironment(): Promise<Record<string, string>> {
  const names = ["GOPATH", "GOCACHE", "GOMODCACHE"];
  const values = (await must(["go", "env", ...names])).trimEnd().split("\n");
  return { ...Object.fromEntries(names.map((name, index) => [name, values[index] ?? ""])), GOPROXY: "off" };
}
