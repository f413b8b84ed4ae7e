import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os, { tmpdir } from "node:os";
import { join } from "node:path";

/** A person's home folder with a ~/.ssh, for kvmnet, and by its path for the ssh client. */
export class Home implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "kvmnet-home-"));

  constructor(files: Readonly<Record<string, string>> = {}) {
    mkdirSync(join(this.path, ".ssh"));
    this.have(files);
    jest.spyOn(os, "homedir").mockReturnValue(this.path);
  }

  /** Writes files into ~/.ssh. */
  have(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files))
      writeFileSync(join(this.path, ".ssh", name), text, { mode: 0o600 });
  }

  [Symbol.dispose](): void {
    jest.restoreAllMocks();
    rmSync(this.path, { recursive: true });
  }
}

/** Reaches the server for whatever host and port ssh believes to dial. */
const through = (port: number) =>
  `bash -c 'exec 3<>/dev/tcp/127.0.0.1/${port}; cat <&3 2>/dev/null & cat >&3; kill $!'`;

/** Whether the ssh client takes the key that a server shows, and what it said. */
export function sshTakes(
  { path }: Home,
  server: { port: number },
  { host, port }: { host: string; port?: number | undefined },
): Promise<{ taken: boolean; said: string }> {
  const folder = join(path, ".ssh");
  const args = [
    ...["-F", join(folder, "config"), "-i", join(folder, "login"), "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes"],
    ...["-o", `ProxyCommand=${through(server.port)}`, ...(port === undefined ? [] : ["-p", String(port)])],
    ...["--", `root@${host}`, "true"],
  ];
  return new Promise((resolve) => {
    execFile("ssh", args, { timeout: 20_000 }, (error, _stdout, stderr) =>
      resolve({ taken: error === null, said: stderr }),
    );
  });
}
