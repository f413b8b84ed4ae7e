import { cp, mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { stringify } from "yaml";
import type { CommandResult, StartedCommand } from "./command";
import { folders } from "./folders";
import type { Host } from "./host";
import type { Lan } from "./lan";
import type { Place } from "./place";
import { Pulumi } from "./pulumi";

const repository = resolve(__dirname, "../..");

export interface HomelabStackOptions {
  readonly lan: Lan;
  readonly hosts: readonly Host[];
  /** Where the engine stands; on the LAN if not said. */
  readonly place?: Place;
  /** Milliseconds that each of Pulumi's commands gets; five minutes if not said. */
  readonly timeout?: number;
  /** What the connections have besides the host's address and `user: "root"`. */
  readonly connection?: object;
  /** What the person's known_hosts has; all of the hosts if not said. */
  readonly knownHosts?: string;
  /** What `homelab:` has: its hosts by their names, without the connections. */
  readonly config: {
    readonly hosts: Record<string, object>;
    readonly vms?: Record<string, object>;
    readonly rollout?: object;
  };
}

let made = 0;

/**
 * A stack of this repository's own program, stacks/index.ts, and the home folder of the person who runs it: an SSH key
 * and a known_hosts file, found there as ssh finds them.
 */
export class HomelabStack implements AsyncDisposable {
  config: HomelabStackOptions["config"] = { hosts: {} };

  private constructor(
    private readonly options: HomelabStackOptions,
    private readonly pulumi: Pulumi,
    private readonly configFile: string,
  ) {}

  static async start(options: HomelabStackOptions): Promise<HomelabStack> {
    const { lan, hosts } = options;
    made += 1;
    const folder = join(folders.scratch(lan.id), `homelab-${made}`);
    const ssh = join(folder, "home/.ssh");
    await mkdir(ssh, { recursive: true });
    await writeFile(join(ssh, "id_ed25519"), lan.privateKey, { mode: 0o600 });
    await writeFile(join(ssh, "known_hosts"), options.knownHosts ?? hosts.map((host) => host.knownHosts()).join(""));
    // Of this copy the engine only takes the settings and the folder of the stack's config: --cwd says where the program is.
    await cp(join(repository, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
    const pulumi = await Pulumi.init({
      place: options.place ?? lan.engine,
      directory: folder,
      stack: "test",
      env: { HOME: join(folder, "home"), SSH_AUTH_SOCK: undefined },
      ...(options.timeout !== undefined && { timeout: options.timeout }),
    });
    const stack = new HomelabStack(options, pulumi, join(folder, "config.yaml"));
    await stack.configure(options.config);
    return stack;
  }

  /** Another config for the same stack. */
  async configure(config: HomelabStackOptions["config"]): Promise<void> {
    this.config = config;
    const connections = new Map(
      this.options.hosts.map((host) => [host.name, { host: host.address, user: "root", ...this.options.connection }]),
    );
    const hosts = Object.entries(config.hosts).map(([name, host]) => [
      name,
      { connection: connections.get(name), ...host },
    ]);
    const others = Object.entries({ ...config, hosts: Object.fromEntries(hosts) });
    const values = Object.fromEntries(others.map(([key, value]) => [`homelab:${key}`, value]));
    // The line that Pulumi adds to a stack's config file to keep its secrets by; there are none in it here.
    await writeFile(this.configFile, stringify({ config: values }));
  }

  preview(args: readonly string[] = []): Promise<CommandResult> {
    return this.pulumi.preview(this.withArgs(args));
  }

  up(args: readonly string[] = []): Promise<CommandResult> {
    return this.pulumi.up(this.withArgs(args));
  }

  /** An `up` that goes on while the test does something to it: `killGroup(child, "SIGINT")` is a Ctrl-C. */
  startUp(args: readonly string[] = []): StartedCommand {
    return this.pulumi.startUp(this.withArgs(args));
  }

  startDestroy(args: readonly string[] = []): StartedCommand {
    return this.pulumi.startDestroy(this.withArgs(args));
  }

  /** What a person does after the engine was killed: Pulumi's own lock is taken away. */
  cancel(): Promise<CommandResult> {
    return this.pulumi.run(["cancel", "--yes", "--stack", this.pulumi.stack]);
  }

  refresh(args: readonly string[] = []): Promise<CommandResult> {
    return this.pulumi.refresh(this.withArgs(args));
  }

  destroy(args: readonly string[] = []): Promise<CommandResult> {
    return this.pulumi.destroy(this.withArgs(args));
  }

  /** What stacks/index.ts exports. */
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at single values of it.
  outputs(): Promise<Record<string, any>> {
    return this.pulumi.outputs();
  }

  /** The types of the resources that the state has, the stack's own and the provider's left out. */
  async resources(): Promise<string[]> {
    const { deployment } = await this.pulumi.exportStack();
    const types = (deployment.resources ?? [])
      .filter((resource) => resource.custom)
      .map((resource) => String(resource.type));
    return types.filter((type) => type.startsWith("kvmnet:")).sort();
  }

  exportState(): Promise<string> {
    return this.pulumi.exportState();
  }

  importState(state: string): Promise<void> {
    return this.pulumi.importState(state);
  }

  get stateFolder(): string {
    return this.pulumi.stateFolder;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pulumi[Symbol.asyncDispose]();
  }

  private withArgs(args: readonly string[]) {
    return { args: ["--cwd", repository, "--config-file", this.configFile, ...args] };
  }
}
