import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describeFailure, run } from "../lab/command";
import { ensureEngine } from "../lab/ensureEngine";
import type { SimulatedHost } from "./host/simulatedHost";
import { writeHome } from "./simulatedStack";

const minutes = 60_000;
const repository = resolve(__dirname, "../..");

/** What of a page's commands is said otherwise here, and why; a line of the page each. */
export type Replaced = readonly (readonly [line: RegExp, instead: string, why: string])[];

const everywhere: Replaced = [
  [/^make -C .*/, ":", "it is built already"],
  [/^ssh .*/, ":", "the test's known_hosts has the host's key"],
  [/^pulumi login --local$/, 'pulumi login "file://$HOME"', "Pulumi takes the home of whoever runs the test"],
  [/^(pulumi new \S+ --generate-only)$/, "$1 --yes --name home", "nobody is there to answer"],
  [/^pulumi (up|destroy)$/, "pulumi $1 --yes", "nobody is there to ask"],
];

/** A home with a checkout in it and an SSH that reaches the host; empty otherwise. */
export async function homeOf(...hosts: readonly SimulatedHost[]) {
  const folder = await mkdtemp(join(tmpdir(), "kvmnet-home-"));
  const home = join(folder, "home");
  await writeHome(home, hosts);
  await symlink(repository, join(home, "kvmnet"));
  const engine = await ensureEngine(["yaml", "python", "go"]);
  const environment = {
    HOME: home,
    PATH: [engine, process.env.PATH].join(":"),
    PULUMI_HOME: join(folder, "pulumi"),
    PULUMI_CONFIG_PASSPHRASE: "lab",
    PULUMI_SKIP_UPDATE_CHECK: "1",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    SSH_AUTH_SOCK: undefined,
  };
  return { home, environment, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/** The commands as a person types them, one after the other in one shell, but for what is replaced, which is printed. */
export async function type(
  { home, environment }: Awaited<ReturnType<typeof homeOf>>,
  commands: string,
  replaced: Replaced,
  { cwd = home, env = {} }: { cwd?: string; env?: Record<string, string> } = {},
): Promise<string> {
  const lines = commands.split("\n").map((line) => {
    const command = line.replace(/ +#.*/, "");
    const [found] = [...replaced, ...everywhere].filter(([pattern]) => pattern.test(command));
    if (found === undefined) return command;
    const [pattern, instead, why] = found;
    process.stderr.write(`replaced: ${command}\n      by: ${command.replace(pattern, instead)} (${why})\n`);
    return command.replace(pattern, instead);
  });
  const result = await run(["bash", "-eu", "-o", "pipefail", "-c", lines.join("\n")], {
    ...{ cwd, env: { ...environment, ...env }, timeout: 5 * minutes },
  });
  if (result.code !== 0) throw new Error(describeFailure(result));
  return result.stdout;
}
