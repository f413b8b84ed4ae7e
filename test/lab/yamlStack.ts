import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { stringify } from "yaml";
import { type CommandResult, describeFailure } from "./command";
import { folders } from "./folders";
import type { Host } from "./host";
import type { Lan } from "./lan";
import { Pulumi, type PulumiOptions } from "./pulumi";

const provider = resolve(__dirname, "../../provider");

export interface YamlProgram {
  /** The project; where left out, "homelab". */
  readonly name?: string;
  /** Where its plugins are; where left out, that of the checkout. */
  readonly plugins?: Record<string, unknown>;
  readonly variables?: Record<string, unknown>;
  readonly resources?: Record<string, unknown>;
  readonly outputs?: Record<string, unknown>;
}

let made = 0;

/**
 * A stack whose program is YAML, a new one whenever a test says so: resources one by one, functions, and the code that
 * `pulumi import` prints. Its home folder has an SSH key, a known_hosts and a config with each host by its name.
 */
export class YamlStack implements AsyncDisposable {
  private constructor(
    readonly pulumi: Pulumi,
    private readonly folder: string,
  ) {}

  static async start(lan: Lan, hosts: readonly Host[]): Promise<YamlStack> {
    made += 1;
    const folder = join(folders.scratch(lan.id), `yaml-${made}`);
    const ssh = join(folder, "home/.ssh");
    await mkdir(ssh, { recursive: true });
    await writeFile(join(ssh, "id_ed25519"), lan.privateKey, { mode: 0o600 });
    await writeFile(join(ssh, "known_hosts"), hosts.map((host) => host.knownHosts()).join(""));
    const named = hosts.map(({ name, address }) => `Host ${name}.example\n  HostName ${address}\n  User root\n`);
    await writeFile(join(ssh, "config"), named.join(""));
    return YamlStack.open(lan.engine, folder);
  }

  /** One whose program and home are in a folder, with an engine at a place. */
  static async open(place: PulumiOptions["place"], folder: string, env?: PulumiOptions["env"]): Promise<YamlStack> {
    await mkdir(join(folder, "home"), { recursive: true });
    await program(folder, {});
    const pulumi = await Pulumi.init({
      ...{ place, directory: folder, languages: ["yaml"] },
      env: { HOME: join(folder, "home"), SSH_AUTH_SOCK: undefined, ...env },
    });
    return new YamlStack(pulumi, folder);
  }

  /** Another program for the same stack. */
  say(text: YamlProgram): Promise<void> {
    return program(this.folder, text);
  }

  /** `up` of this program, which has to succeed; gives what it said. */
  async up(text?: YamlProgram): Promise<string> {
    if (text) await this.say(text);
    return said(await this.pulumi.up());
  }

  /** What a preview of this program says; it has to succeed. */
  async preview(text?: YamlProgram, args: readonly string[] = ["--diff"]): Promise<string> {
    if (text) await this.say(text);
    return said(await this.pulumi.preview({ args }));
  }

  /** Whether the stack and its hosts are as this program says. */
  async unchanged(text?: YamlProgram): Promise<{ code: number | null; said: string }> {
    if (text) await this.say(text);
    const { code, stdout, stderr } = await this.pulumi.preview({ args: ["--diff", "--expect-no-changes"] });
    return { code, said: code === 0 ? "" : stdout + stderr };
  }

  import(type: string, name: string, id: string, args: readonly string[] = []): Promise<CommandResult> {
    const plain = ["--yes", "--non-interactive", "--color", "never", "--protect=false", "--skip-preview"];
    return this.pulumi.run(["import", type, name, id, "--stack", this.pulumi.stack, ...plain, ...args]);
  }

  /** As one moves a stack to another backend: its export, taken back in. */
  async reimport(): Promise<void> {
    const file = join(this.folder, "export.json");
    const of = ["--stack", this.pulumi.stack];
    await this.pulumi.must(["stack", "export", "--file", file, ...of]);
    await this.pulumi.must(["stack", "import", "--file", file, ...of]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pulumi[Symbol.asyncDispose]();
  }
}

/** The same for each, so that a test sees one line of it fail with all that was said. */
function said(result: CommandResult): string {
  if (result.code !== 0) throw new Error(describeFailure(result));
  return result.stdout + result.stderr;
}

function program(folder: string, text: YamlProgram): Promise<void> {
  const project = {
    name: "homelab",
    runtime: "yaml",
    plugins: { providers: [{ name: "kvmnet", path: provider }] },
    ...text,
  };
  return writeFile(join(folder, "Pulumi.yaml"), stringify(project, { aliasDuplicateObjects: false }));
}
