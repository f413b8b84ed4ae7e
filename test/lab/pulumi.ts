import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CommandOptions, type CommandResult, describeFailure, type StartedCommand, startedFrom } from "./command";
import { ensureEngine, type Language } from "./ensureEngine";
import type { Place } from "./place";

export interface PulumiOptions {
  /** Where the engine, and so the plugin and its SSH connections, run. */
  place: Pick<Place, "run" | "spawn">;
  /** The folder of the Pulumi.yaml. */
  directory: string;
  stack?: string;
  env?: Record<string, string | undefined>;
  /** The languages of its programs, besides TypeScript. */
  languages?: readonly Language[];
  /** A folder with another `pulumi` than the pinned one. */
  cli?: string;
  /** Folders with what its programs are run by. */
  path?: readonly string[];
  /** For each command, in milliseconds. */
  timeout?: number;
}

type PulumiCommandOptions = Pick<CommandOptions, "onOutput" | "timeout" | "input"> & {
  /** Further arguments, such as `--expect-no-changes`. */
  args?: readonly string[];
};

/** A stack of a real engine at a place of the lab, with a state, a home and a secret of its own. */
export class Pulumi implements AsyncDisposable {
  private constructor(
    private readonly options: PulumiOptions,
    private readonly folder: string,
    private readonly environment: Record<string, string | undefined>,
  ) {}

  static async init(options: PulumiOptions): Promise<Pulumi> {
    const engine = await ensureEngine(options.languages);
    const folder = await mkdtemp(join(tmpdir(), "kvmnet-pulumi-"));
    await mkdir(join(folder, "state"));
    const environment = {
      PATH: [...(options.cli ? [options.cli] : []), engine, ...(options.path ?? []), process.env.PATH].join(":"),
      PULUMI_HOME: join(folder, "home"),
      PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "lab",
      PULUMI_SKIP_UPDATE_CHECK: "1",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      ...options.env,
    };
    const pulumi = new Pulumi(options, folder, environment);
    await pulumi.must(["stack", "init", pulumi.stack, "--no-select"]);
    return pulumi;
  }

  get stack(): string {
    return this.options.stack ?? "lab";
  }

  /** Another stack of the same project, home and backend; one that is new is made. */
  async on(stack: string, { made = false } = {}): Promise<Pulumi> {
    const other = new Pulumi({ ...this.options, stack }, this.folder, this.environment);
    if (!made) await other.must(["stack", "init", stack, "--no-select"]);
    return other;
  }

  /** The state of the stack, as a folder: for what only a look into it shows. */
  get stateFolder(): string {
    return join(this.folder, "state");
  }

  run(argv: readonly string[], options: Omit<PulumiCommandOptions, "args"> = {}): Promise<CommandResult> {
    return this.options.place.run(["pulumi", ...argv], { ...this.commandOptions(), ...options });
  }

  /** For tests that interrupt it: its process group gets signals by `killGroup`. */
  spawn(argv: readonly string[]) {
    return this.options.place.spawn(["pulumi", ...argv, "--stack", this.stack], this.commandOptions());
  }

  async must(argv: readonly string[], options: Omit<PulumiCommandOptions, "args"> = {}): Promise<string> {
    const result = await this.run(argv, options);
    if (result.code !== 0) {
      throw new Error(describeFailure(result));
    }
    return result.stdout;
  }

  async setConfig(key: string, value: string, { secret = false, path = false } = {}): Promise<void> {
    const flags = [...(secret ? ["--secret"] : ["--plaintext"]), ...(path ? ["--path"] : [])];
    await this.must(["config", "set", key, ...flags, "--stack", this.stack], { input: value });
  }

  async removeConfig(path: string): Promise<void> {
    await this.must(["config", "rm", "--path", path, "--stack", this.stack]);
  }

  preview(options?: PulumiCommandOptions): Promise<CommandResult> {
    return this.operation(["preview"], options);
  }

  up(options?: PulumiCommandOptions): Promise<CommandResult> {
    return this.operation(["up", "--yes", "--skip-preview"], options);
  }

  startUp(options?: Pick<PulumiCommandOptions, "args">): StartedCommand {
    return this.started(["up", "--yes", "--skip-preview"], options);
  }

  startPreview(options?: Pick<PulumiCommandOptions, "args">): StartedCommand {
    return this.started(["preview"], options);
  }

  startDestroy(options?: Pick<PulumiCommandOptions, "args">): StartedCommand {
    return this.started(["destroy", "--yes", "--skip-preview"], options);
  }

  private started(argv: readonly string[], { args = [] }: Pick<PulumiCommandOptions, "args"> = {}): StartedCommand {
    return startedFrom(this.spawn([...argv, "--non-interactive", "--color", "never", ...args]));
  }

  refresh(options?: PulumiCommandOptions): Promise<CommandResult> {
    return this.operation(["refresh", "--yes", "--skip-preview"], options);
  }

  destroy(options?: PulumiCommandOptions): Promise<CommandResult> {
    return this.operation(["destroy", "--yes", "--skip-preview"], options);
  }

  async outputs({ showSecrets = true } = {}): Promise<Record<string, unknown>> {
    const secrets = showSecrets ? ["--show-secrets"] : [];
    return JSON.parse(await this.must(["stack", "output", "--json", ...secrets, "--stack", this.stack]));
  }

  /** `pulumi stack export`, parsed: what the state holds. */
  async exportStack(): Promise<{ deployment: { resources?: Record<string, unknown>[] } & Record<string, unknown> }> {
    return JSON.parse(await this.must(["stack", "export", "--stack", this.stack]));
  }

  /** The same as text, with its secrets, for `importState` of another one. */
  exportState(): Promise<string> {
    return this.must(["stack", "export", "--show-secrets", "--stack", this.stack]);
  }

  async importState(state: string): Promise<void> {
    await this.must(["stack", "import", "--stack", this.stack], { input: state });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  private operation(argv: readonly string[], { args = [], ...options }: PulumiCommandOptions = {}) {
    const plain = ["--non-interactive", "--color", "never"];
    return this.run([...argv, "--stack", this.stack, ...plain, ...args], options);
  }

  private commandOptions(): CommandOptions {
    return { cwd: this.options.directory, env: this.environment, timeout: this.options.timeout ?? 300_000 };
  }
}
