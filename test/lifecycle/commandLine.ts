import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { run } from "../lab/command";
import type { SimulatedHost } from "./host/simulatedHost";

const kvmnet = resolve(__dirname, "../../cli/dist/main.js");

/** The built command line, on a host; there is nobody to ask. */
export async function commandLine({ connection: { host, port, hostKey, privateKey } }: SimulatedHost) {
  const folder = await mkdtemp(join(tmpdir(), "kvmnet-cli-"));
  await writeFile(join(folder, "key"), privateKey, { mode: 0o600 });
  await writeFile(join(folder, "known_hosts"), `[${host}]:${port} ${hostKey}\n`);
  const way = ["-F", "none", "-o", "IdentityAgent=none", "-o", `UserKnownHostsFile=${join(folder, "known_hosts")}`];
  return {
    run: (command: string, ...options: string[]) =>
      run([
        process.execPath,
        kvmnet,
        command,
        ...options,
        ...way,
        "-i",
        join(folder, "key"),
        "-p",
        String(port),
        `root@${host}`,
      ]),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
