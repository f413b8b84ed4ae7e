import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type CommandOptions, type CommandResult, labEnvironment, run, start } from "../../lab/command";

const environment = { PATH: "/simulated/bin:/usr/bin:/usr/sbin:/bin:/sbin", HOME: "/root", LANG: "C.UTF-8" };

/**
 * Where a simulated host is: a network of its own in this machine's kernel, files of its own, and this machine's
 * programs. It boots nothing, so it is there in a fraction of a second.
 */
export class Sandbox implements AsyncDisposable {
  private constructor(
    private readonly folder: string,
    private readonly holder: ChildProcess,
    /** The process in it that keeps it, as this machine numbers it. */
    private readonly pid: number,
  ) {}

  static async start(files: Record<string, string>): Promise<Sandbox> {
    const folder = await mkdtemp(join(tmpdir(), "kvmnet-host-"));
    for (const name of ["etc", "var", "simulated"]) await mkdir(join(folder, name));
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text, { mode: text.startsWith("#!") ? 0o755 : 0o644 });
    }
    const namespaces = ["--mount", "--net", "--uts", "--ipc", "--pid", "--fork", "--kill-child"];
    const holder = spawn("unshare", [...namespaces, "sh", join(__dirname, "enter.sh"), folder], {
      stdio: ["ignore", "pipe", "pipe"],
      env: labEnvironment(),
    });
    let errors = "";
    holder.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    const ended = once(holder, "exit").then(() => {
      throw new Error(`the place of a simulated host could not be made: ${errors}`);
    });
    ended.catch(() => undefined);
    await Promise.race([once(holder.stdout, "data"), ended]);
    const child = await readFile(`/proc/${holder.pid}/task/${holder.pid}/children`, "utf8");
    return new Sandbox(folder, holder, Number(child.trim()));
  }

  /** A file of it as this machine sees it. */
  pathOf(path: string): string {
    return `/proc/${this.pid}/root${path}`;
  }

  run(argv: readonly string[], { env = {}, ...options }: CommandOptions = {}): Promise<CommandResult> {
    return run(this.argv(argv, env), options);
  }

  /** For what is watched while it runs, or ended. */
  spawn(argv: readonly string[], env: Record<string, string | undefined> = {}): ChildProcess {
    return start(this.argv(argv, env));
  }

  /** Its network as others on this machine can name it. */
  get network(): string {
    return String(this.pid);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = once(this.holder, "exit");
    this.holder.kill("SIGKILL");
    await gone;
    await rm(this.folder, { recursive: true, force: true });
  }

  private argv(argv: readonly string[], env: Record<string, string | undefined>): string[] {
    const set = Object.entries({ ...environment, ...env }).map(([name, value]) => `${name}=${value ?? ""}`);
    const enter = ["--mount", "--net", "--uts", "--ipc", "--pid", "--root", "--wd"];
    return ["nsenter", "--target", String(this.pid), ...enter, "env", "-i", ...set, ...argv];
  }
}
