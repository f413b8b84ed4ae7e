import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SshServer } from "../support/sshServer";

/** The options that lead to a server, and to nothing of who runs the test. Its key is put into the folder. */
export function way(
  folder: string,
  { connection: { port, hostKey, privateKey } }: SshServer,
  { user = "root" } = {},
): string[] {
  const [known, key] = [join(folder, "known_hosts"), join(folder, "a key")];
  writeFileSync(known, `[127.0.0.1]:${port} ${hostKey}\n`);
  writeFileSync(key, privateKey, { mode: 0o600 });
  const options = ["-F", "none", "-i", key, "-o", "IdentityAgent=none", "-o", `UserKnownHostsFile=${known}`];
  return [...options, "-l", user, "-p", String(port)];
}
