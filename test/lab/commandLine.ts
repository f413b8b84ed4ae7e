import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type CommandResult, type StartedCommand, startedFrom } from "./command";
import { folders } from "./folders";
import type { Host } from "./host";

const kvmnet = resolve(__dirname, "../../cli/dist/main.js");

/** `npx kvmnet` as a person on the LAN has it: with a home of their own, which knows the host and has a key for it. */
export class CommandLine {
  private constructor(
    private readonly host: Host,
    private readonly home: string,
  ) {}

  /** `also` are further addresses that the host is reached at. */
  static async of(host: Host, also: readonly string[] = []): Promise<CommandLine> {
    const { lan, name, address } = host;
    const home = join(folders.scratch(lan.id), `home-${name}`);
    const ssh = join(home, ".ssh");
    await mkdir(ssh, { recursive: true });
    await writeFile(join(ssh, "id_ed25519"), lan.privateKey, { mode: 0o600 });
    await writeFile(join(ssh, "known_hosts"), [...also, host.knownHosts()].join(","));
    await writeFile(join(ssh, "config"), `Host ${name}\n  HostName ${address}\n  User root\n`);
    return new CommandLine(host, home);
  }

  run(...args: string[]): Promise<CommandResult> {
    return this.host.lan.engine.run(this.argv(args));
  }

  start(...args: string[]): StartedCommand {
    return startedFrom(this.host.lan.engine.spawn(this.argv(args)));
  }

  private argv(args: readonly string[]): string[] {
    return ["env", "-u", "SSH_AUTH_SOCK", `HOME=${this.home}`, process.execPath, kvmnet, ...args];
  }
}
