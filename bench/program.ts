import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { stringify } from "yaml";
import type { StartedCommand } from "../test/lab/command";
import { type CommandResult, describeFailure } from "../test/lab/command";
import { Pulumi, type PulumiOptions } from "../test/lab/pulumi";

const repository = resolve(__dirname, "..");

/** A stack of one of the programs beside this, all of them JavaScript: what TypeScript takes to compile is no part of it. */
export class Program implements AsyncDisposable {
  private constructor(
    readonly pulumi: Pulumi,
    private readonly folder: string,
  ) {}

  /** `given` is what the program reads. */
  static async start(name: string, place: PulumiOptions["place"], given: object = {}, env: object = {}) {
    const folder = await mkdtemp(join(tmpdir(), "kvmnet-bench-"));
    const home = join(folder, "home");
    await mkdir(home);
    const program = join(folder, "program");
    await mkdir(program);
    await copyFile(join(__dirname, "programs", `${name}.js`), join(program, "index.js"));
    await symlink(join(repository, "node_modules"), join(program, "node_modules"));
    const project = {
      ...{ name: "bench", runtime: "nodejs", main: "index.js" },
      plugins: { providers: [{ name: "kvmnet", path: join(repository, "provider") }] },
    };
    await writeFile(join(program, "Pulumi.yaml"), stringify(project));
    await writeFile(join(folder, "given.json"), JSON.stringify(given));
    const pulumi = await Pulumi.init({
      ...{ place, directory: program, timeout: 1_800_000 },
      env: {
        ...{ HOME: home, SSH_AUTH_SOCK: undefined, ...env },
        ...{ KVMNET_BENCH_PACKAGE: repository, KVMNET_BENCH_GIVEN: join(folder, "given.json") },
      },
    });
    return new Program(pulumi, folder);
  }

  up(): Promise<number> {
    return seconds(() => this.pulumi.up());
  }

  preview(args: readonly string[] = []): Promise<number> {
    return seconds(() => this.pulumi.preview({ args }));
  }

  destroy(): Promise<number> {
    return seconds(() => this.pulumi.destroy());
  }

  /** For what is looked at while it runs. */
  start(command: "up" | "preview"): StartedCommand {
    return command === "up" ? this.pulumi.startUp() : this.pulumi.startPreview();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pulumi[Symbol.asyncDispose]();
    await rm(this.folder, { recursive: true });
  }
}

/** How long a command took, which has to succeed. */
export async function seconds(command: () => Promise<CommandResult>): Promise<number> {
  const started = performance.now();
  const result = await command();
  const took = (performance.now() - started) / 1000;
  if (result.code !== 0) throw new Error(describeFailure(result));
  return took;
}
