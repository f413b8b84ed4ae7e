import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { labEnvironment, must } from "./command";
import { folders } from "./folders";
import type { Lan } from "./lan";

/** An ssh-agent of this machine that holds keys. */
export class SshAgent implements AsyncDisposable {
  private constructor(
    readonly socket: string,
    private readonly end: () => void,
  ) {}

  static async start(lan: Lan, name: string, keyPaths: readonly string[]): Promise<SshAgent> {
    const socket = join(folders.run(lan.id), `${name}.agent`);
    const child = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore", env: labEnvironment() });
    for (let waited = 0; waited < 100 && !existsSync(socket); waited += 1) await sleep(50);
    for (const path of keyPaths) await must(["ssh-add", "-q", path], { env: { SSH_AUTH_SOCK: socket } });
    return new SshAgent(socket, () => child.kill());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.end();
  }
}
