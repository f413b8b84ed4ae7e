import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { run, start } from "../lab/command";
import type { SimulatedHost } from "./host/simulatedHost";

const kvmnet = resolve(__dirname, "../../cli/dist/main.js");

/** The built command line, on a host; there is nobody to ask. */
export async function commandLine({ connection: { host, port, hostKey, privateKey } }: SimulatedHost) {
  const folder = await mkdtemp(join(tmpdir(), "kvmnet-cli-"));
  await writeFile(join(folder, "key"), privateKey, { mode: 0o600 });
  await writeFile(join(folder, "known_hosts"), `[${host}]:${port} ${hostKey}\n`);
  const way = ["-F", "none", "-o", "IdentityAgent=none", "-o", `UserKnownHostsFile=${join(folder, "known_hosts")}`];
  const argv = (command: string, options: readonly string[]) => [
    ...[process.execPath, kvmnet, command, ...options, ...way],
    ...["-i", join(folder, "key"), "-p", String(port), `root@${host}`],
  ];
  return {
    run: (command: string, ...options: string[]) => run(argv(command, options)),
    /** At a terminal, where its question is answered. */
    async answering(answer: string, command: string, ...options: string[]) {
      const line = argv(command, options).map((one) => `'${one}'`);
      const child = start(["script", "-qec", line.join(" "), "/dev/null"]);
      const closed = once(child, "close");
      let shown = "";
      child.stdout?.setEncoding("utf8").on("data", (text: string) => {
        const before = shown.includes("[y/N]");
        shown += text;
        if (!before && shown.includes("[y/N]")) child.stdin?.write(`${answer}\r`);
      });
      const [code] = await closed;
      return { code, shown };
    },
    /** Ctrl-C, once it has said that. */
    async interrupted(words: string, command: string, ...options: string[]) {
      const child = start(argv(command, options));
      const closed = once(child, "close");
      let said = "";
      for (const stream of [child.stdout, child.stderr])
        stream?.setEncoding("utf8").on("data", (text: string) => {
          const before = said.includes(words);
          said += text;
          if (!before && said.includes(words)) child.kill("SIGINT");
        });
      const [code, signal] = await closed;
      return { code, signal, said };
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
