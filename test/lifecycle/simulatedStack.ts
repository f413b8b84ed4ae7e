import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Entry } from "../../provider/plan/entry";
import { run, start as spawn } from "../lab/command";
import { YamlStack } from "../lab/yamlStack";
import type { SimulatedHost } from "./host/simulatedHost";

/** A stack of a real engine on this machine, with a YAML program, whose home has hosts that are simulated by their names. */
export class SimulatedStack implements AsyncDisposable {
  private constructor(
    readonly stack: YamlStack,
    private readonly folder: string,
  ) {}

  static async start(...hosts: readonly SimulatedHost[]): Promise<SimulatedStack> {
    const folder = await mkdtemp(join(tmpdir(), "kvmnet-stack-"));
    await writeHome(join(folder, "home"), hosts);
    const stack = await YamlStack.open({ run, spawn }, folder, {
      KVMNET_TRACE: join(folder, "trace"),
      KVMNET_REPORT: join(folder, "report"),
    });
    return new SimulatedStack(stack, folder);
  }

  /** What KVMNET_TRACE has of it so far. */
  trace(): Promise<string> {
    return readFile(join(this.folder, "trace"), "utf8");
  }

  /** What KVMNET_REPORT has got since it was asked for last. */
  async report(): Promise<Entry[]> {
    const path = join(this.folder, "report");
    const text = await readFile(path, "utf8").catch(() => "");
    await rm(path, { force: true });
    return text
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  }

  /** The home folder, from which its hosts are reached. */
  get home(): string {
    return join(this.folder, "home");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stack[Symbol.asyncDispose]();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A home folder whose SSH reaches hosts by their names. */
export async function writeHome(home: string, hosts: readonly SimulatedHost[]): Promise<void> {
  const ssh = join(home, ".ssh");
  await mkdir(ssh, { recursive: true });
  const connections = hosts.map(({ name, connection }) => ({ name, ...connection }));
  const config = connections.map(
    ({ name, host, port }) =>
      `Host ${name}.example\n  HostName ${host}\n  Port ${port}\n  User root\n  IdentityFile ${join(ssh, name)}\n`,
  );
  await writeFile(join(ssh, "config"), config.join(""));
  const known = connections.map(({ host, port, hostKey }) => `[${host}]:${port} ${hostKey}\n`);
  await writeFile(join(ssh, "known_hosts"), known.join(""));
  for (const { name, privateKey } of connections) await writeFile(join(ssh, name), privateKey, { mode: 0o600 });
}
