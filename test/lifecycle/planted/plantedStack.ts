import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { stringify } from "yaml";
import { type CommandResult, run, start as spawn } from "../../lab/command";
import { pythonEnvironment } from "../../lab/languageProject";
import { Pulumi } from "../../lab/pulumi";
import { type Language, marksIn } from "./cases";

const repository = resolve(__dirname, "../../..");
const programs = join(__dirname, "programs");
const runtimes: Readonly<Record<Language, unknown>> = {
  javascript: "nodejs",
  typescript: "nodejs",
  python: { name: "python", options: { virtualenv: "venv" } },
  yaml: "yaml",
};

/** One thing that a program makes, and where its planted texts come from: the program, or the stack's config as secrets. */
export interface Program {
  readonly name: string;
  readonly make: string;
  readonly args: unknown;
  readonly fromConfig: boolean;
}

/** A stack of a real engine whose program, in one of the languages, makes what a test says. */
export class PlantedStack implements AsyncDisposable {
  private constructor(
    readonly language: Language,
    readonly folder: string,
    readonly pulumi: Pulumi,
  ) {}

  static async start(language: Language): Promise<PlantedStack> {
    const folder = await mkdtemp(join(tmpdir(), "kvmnet-planted-"));
    await mkdir(join(folder, "home"));
    const runtime = runtimes[language];
    const plugins = { providers: [{ name: "kvmnet", path: join(repository, "provider") }] };
    await writeFile(join(folder, "Pulumi.yaml"), stringify({ name: "homelab", runtime, plugins }));
    const path = await layOut(language, folder);
    const pulumi = await Pulumi.init({
      ...{ place: { run, spawn }, directory: folder, path },
      languages: language === "python" || language === "yaml" ? [language] : [],
      env: {
        ...{ HOME: join(folder, "home"), SSH_AUTH_SOCK: undefined },
        KVMNET_PLANTED: join(folder, "given.json"),
      },
    });
    return new PlantedStack(language, folder, pulumi);
  }

  /** What the engine does with a program, and all that it says. */
  async does(what: "preview" | "up" | "destroy", program: Program, args: readonly string[]): Promise<CommandResult> {
    if (this.language === "yaml") await this.#sayInYaml(program);
    else await writeFile(join(this.folder, "given.json"), JSON.stringify(program));
    return this.pulumi[what]({ args });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pulumi[Symbol.asyncDispose]();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Of a YAML program, the engine shows lines: a secret is said by the name that it has in the stack's config. */
  async #sayInYaml({ name, make, args, fromConfig }: Program): Promise<void> {
    const marks = marksIn(args);
    const keyOf = (mark: string) => mark.replaceAll("-", "");
    if (fromConfig && marks.length > 0) {
      const values = marks.flatMap((mark) => ["--secret", `${keyOf(mark)}=${mark}`]);
      await this.pulumi.must(["config", "set-all", ...values, "--stack", this.pulumi.stack]);
    }
    const said = (value: unknown): unknown => {
      if (typeof value === "string") return marks.includes(value) && fromConfig ? `\${${keyOf(value)}}` : value;
      if (Array.isArray(value)) return value.map(said);
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, said(item)]));
    };
    const type = make === "Provider" ? "pulumi:providers:kvmnet" : `kvmnet:index:${make}`;
    const program =
      make === "getHost"
        ? {
            variables: { found: { "fn::invoke": { function: type, arguments: said(args) } } },
            outputs: { hostId: `\${${"found.hostId"}}` },
          }
        : { resources: { [name]: { type, properties: said(args) } } };
    const project = { name: "homelab", runtime: "yaml", plugins: this.#plugins, ...program };
    await writeFile(join(this.folder, "Pulumi.yaml"), stringify(project, { aliasDuplicateObjects: false }));
  }

  readonly #plugins = { providers: [{ name: "kvmnet", path: join(repository, "provider") }] };
}

/** What a program of a language is run with; gives what has to be on PATH. */
async function layOut(language: Language, folder: string): Promise<string[]> {
  if (language === "yaml") return [];
  if (language === "python") {
    await cp(join(programs, "__main__.py"), join(folder, "__main__.py"));
    const environment = await pythonEnvironment();
    await symlink(environment, join(folder, "venv"));
    return [join(environment, "bin")];
  }
  const main = language === "typescript" ? "index.ts" : "index.js";
  await cp(join(programs, main), join(folder, main));
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "homelab", main }));
  await mkdir(join(folder, "node_modules"));
  await symlink(repository, join(folder, "node_modules/pulumi-kvmnet"));
  for (const name of ["@pulumi", "@types", "typescript"]) {
    await symlink(join(repository, "node_modules", name), join(folder, "node_modules", name));
  }
  return [];
}
