import { type ChildProcess, spawn } from "node:child_process";

export interface CommandOptions {
  input?: string;
  env?: Record<string, string | undefined>;
  cwd?: string;
  /** Milliseconds; the whole process group is killed when they are over. */
  timeout?: number;
  /** Gets each piece of output as it comes, stdout and stderr alike. */
  onOutput?: (text: string) => void;
}

export interface CommandResult {
  argv: readonly string[];
  code: number | null;
  signal: NodeJS.Signals | null;
  timedOut: boolean;
  stdout: string;
  stderr: string;
}

/** The tools of the lab live in sbin, which the PATH of a plain user or of a test runner may lack. */
export function labEnvironment(extra: Record<string, string | undefined> = {}): NodeJS.ProcessEnv {
  const env = { ...process.env, ...extra };
  return { ...env, PATH: `${env.PATH ?? ""}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin` };
}

/**
 * Starts a program in a process group of its own, so that what it started ends with it and a Ctrl-C at
 * the terminal reaches the lab's owner first, which then takes everything down in order.
 */
export function start(argv: readonly string[], options: CommandOptions = {}): ChildProcess {
  const [program = "", ...args] = argv;
  return spawn(program, args, {
    cwd: options.cwd,
    env: labEnvironment(options.env),
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  });
}

/** A program that runs. */
export interface StartedCommand {
  readonly child: ChildProcess;
  /** With all that it printed, on stdout and stderr. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; stdout: string }>;
}

/** Until the program itself ends, not its pipes: a plugin that lives on has those too. */
export function startedFrom(child: ChildProcess): StartedCommand {
  let stdout = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
  const ended = new Promise<Awaited<StartedCommand["ended"]>>((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => setImmediate(() => resolve({ code, signal, stdout })));
  });
  return { child, ended };
}

/** Runs a program to its end. A program that fails is a result, not an error: the caller knows what it expected. */
export function run(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = start(argv, options);
    const output = { stdout: "", stderr: "" };
    let timedOut = false;
    const timer =
      options.timeout === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            killGroup(child);
          }, options.timeout);
    for (const name of ["stdout", "stderr"] as const) {
      child[name]?.setEncoding("utf8").on("data", (text: string) => {
        output[name] += text;
        options.onOutput?.(text);
      });
    }
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ argv, code, signal, timedOut, ...output });
    });
    child.stdin?.on("error", () => {}); // a program that ends without reading its input is no error
    child.stdin?.end(options.input ?? "");
  });
}

/** For steps that the lab itself needs: an error that names the command and what it said. */
export async function must(argv: readonly string[], options: CommandOptions = {}): Promise<string> {
  const result = await run(argv, options);
  if (result.code !== 0) {
    throw new Error(describeFailure(result));
  }
  return result.stdout;
}

export function describeFailure({ argv, code, signal, timedOut, stdout, stderr }: CommandResult): string {
  const end = timedOut ? "timed out" : signal ? `ended by ${signal}` : `exit code ${code}`;
  return [`${argv.join(" ")}: ${end}`, stderr.trim(), stdout.trim()].filter(Boolean).join("\n");
}

export function killGroup(child: ChildProcess, signal: NodeJS.Signals = "SIGKILL"): void {
  if (child.pid === undefined) {
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch {
    // it has ended already
  }
}
