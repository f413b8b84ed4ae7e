import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { stringify } from "yaml";
import { run, start as spawn } from "../lab/command";
import { Pulumi } from "../lab/pulumi";
import type { SimulatedHost } from "./host/simulatedHost";
import { writeHome } from "./simulatedStack";

const repository = resolve(__dirname, "../..");

/** A stack of this repository's own program, whose home has hosts that are simulated by their names: `kvm1.example`. */
export class SimulatedHomelab implements AsyncDisposable {
  private constructor(
    readonly pulumi: Pulumi,
    private readonly folder: string,
  ) {}

  static async start(...hosts: readonly SimulatedHost[]): Promise<SimulatedHomelab> {
    const folder = await mkdtemp(join(tmpdir(), "kvmnet-homelab-"));
    await writeHome(join(folder, "home"), hosts);
    await mkdir(join(folder, "project"));
    await cp(join(repository, "Pulumi.yaml"), join(folder, "project/Pulumi.yaml"));
    const pulumi = await Pulumi.init({
      ...{ place: { run, spawn }, directory: join(folder, "project") },
      env: { HOME: join(folder, "home"), SSH_AUTH_SOCK: undefined },
    });
    return new SimulatedHomelab(pulumi, folder);
  }

  private get configFile(): string {
    return join(this.folder, "config.yaml");
  }

  /** What `homelab:` has from now on. */
  async say(config: Record<string, unknown>): Promise<void> {
    const keys = Object.entries(config).map(([key, value]) => [`homelab:${key}`, value]);
    await writeFile(this.configFile, stringify({ config: Object.fromEntries(keys) }));
  }

  /** Of its program and config, for each of Pulumi's commands. */
  args(...more: readonly string[]): { args: string[] } {
    return { args: ["--cwd", repository, "--config-file", this.configFile, ...more] };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pulumi[Symbol.asyncDispose]();
    await rm(this.folder, { recursive: true, force: true });
  }
}
