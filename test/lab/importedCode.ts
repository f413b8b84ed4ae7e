import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parse, stringify } from "yaml";
import { must } from "./command";
import { type LanguageProject, languageProject } from "./languageProject";
import type { Pulumi } from "./pulumi";

const repository = resolve(__dirname, "../..");

export const importingLanguages = ["typescript", "yaml", "python", "go"] as const;
export type ImportingLanguage = (typeof importingLanguages)[number];

/** A resource as a file of `pulumi import` names it. */
export interface Importable {
  readonly type: string;
  readonly name: string;
  readonly id: string;
}

/** A stack with what was imported, and the YAML that the engine printed for it. */
export interface Imported {
  readonly state: string;
  readonly yaml: string;
}

/** Imports things of hosts into a stack whose program is YAML: its pinned host is the one that prints code. */
export async function importAll(pulumi: Pulumi, folder: string, resources: readonly Importable[]): Promise<Imported> {
  const [file, out] = [join(folder, "import.json"), join(folder, "printed.yaml")];
  await writeFile(file, JSON.stringify({ resources }));
  const plain = ["--yes", "--non-interactive", "--skip-preview", "--protect=false", "--out", out];
  await pulumi.must(["import", "--file", file, ...plain, "--stack", pulumi.stack]);
  return { state: await pulumi.exportState(), yaml: await readFile(out, "utf8") };
}

/** A project of the language with nothing but the code that an import prints in it, and that code. */
export async function importedProject(
  language: ImportingLanguage,
  folder: string,
  { state, yaml }: Imported,
): Promise<LanguageProject & { readonly code: string }> {
  if (language === "yaml") {
    const project = await languageProject("yaml", folder);
    await writeSettings(project.directory, parse(yaml));
    return { ...project, code: yaml };
  }
  const code = await printed(language, folder, state);
  if (language === "typescript") return { ...(await npmLinked(join(folder, language), code)), code };
  const project = await languageProject(language, folder);
  await writeFile(join(project.directory, language === "go" ? "main.go" : "__main__.py"), code);
  await writeSettings(project.directory);
  return { ...project, code };
}

/** What `pulumi import` prints for it in a project of a language whose pinned host prints nothing. */
async function printed(language: "typescript" | "python" | "go", folder: string, state: string): Promise<string> {
  const name = language === "typescript" ? "nodejs" : language;
  const printer = join(folder, `sdks-${name}`);
  const env = { CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "-buildvcs=false" };
  await must(["go", "build", "-trimpath", "-o", printer, "."], {
    ...{ cwd: join(repository, "tools/sdks"), env, timeout: 600_000 },
  });
  const exported = JSON.parse(state);
  delete exported.deployment.secrets_providers;
  const schema = join(repository, "provider/schema.json");
  return must([printer, "imported", name, schema], { input: JSON.stringify(exported) });
}

async function npmLinked(directory: string, code: string): Promise<LanguageProject> {
  await mkdir(join(directory, "node_modules"), { recursive: true });
  await symlink(join(repository, "node_modules/@pulumi"), join(directory, "node_modules/@pulumi"));
  await symlink(repository, join(directory, "node_modules/pulumi-kvmnet"));
  const plugins = { providers: [{ name: "kvmnet", path: join(repository, "provider") }] };
  await writeFile(join(directory, "Pulumi.yaml"), stringify({ name: "homelab", runtime: "nodejs", plugins }));
  await writeFile(join(directory, "package.json"), JSON.stringify({ main: "index.ts" }));
  await writeFile(join(directory, "index.ts"), code);
  return { directory, env: {}, path: [] };
}

/** The settings of an example, for the project that has the state, with another program if there is one. */
async function writeSettings(directory: string, program?: object): Promise<void> {
  const file = join(directory, "Pulumi.yaml");
  const settings = parse(await readFile(file, "utf8"));
  const { runtime, plugins } = settings;
  const text = program === undefined ? settings : { ...program, runtime, plugins };
  await writeFile(file, stringify({ ...text, name: "homelab" }));
}
