import { randomBytes } from "node:crypto";
import type { Client, ClientChannel } from "ssh2";
import { quote } from "../exec/quote";
import { RemoteCommandError, type RemoteResult } from "../exec/remoteCommand";
import { trace, tracing } from "../exec/trace";
import { reasonOf } from "../until";
import { HostError } from "./hostError";
import type { Sudo } from "./sudo";

export interface ExecOptions {
  /** As it goes on after "could not": "read the host's facts". */
  readonly purpose: string;
  readonly input?: string | Buffer;
  /** The limit for the whole command. Default: 60,000 ms. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** What it printed, as it may be written down, where it has secrets that nobody knows yet. */
  readonly toShow?: (stdout: Buffer) => Promise<string>;
}

/** The facts of a host with a thousand VMs are half of this; a host that answers for ever ends here. */
const outputLimit = 32 * 1024 * 1024;

/** Of what went wrong, the last line is told: more than this is no message. */
const errorLimit = 1024 * 1024;

/** Where a command runs. */
export interface Where {
  readonly label: string;
  readonly client: Client;
  readonly open: boolean;
  /** Its way to root, where it needs one. */
  readonly sudo?: Sudo | undefined;
  /** What is not to be written down. */
  readonly secrets?: readonly string[];
}

/** The server opens no further channel on this connection for now: its MaxSessions, see sshd_config(5). */
export class NoChannel extends HostError {
  constructor(label: string, purpose: string, why: string) {
    super(
      "unreachable",
      label,
      `could not ${purpose}: the SSH server runs no command: ${why}\nSee MaxSessions and ForceCommand in its sshd_config.`,
    );
  }
}

/** Says from where on it speaks, then becomes the command in its other words. */
const saying = 'printf %s "$1"; shift; exec "$@"';
/** Says the same, then runs what it reads: how many bytes, and as many with the command. */
const reading = 'printf %s "$1"; read -r n; eval "$(head -c "$n")"';

/** What a shell that reads its command from standard input is given: that, then the command's own input. */
export function withCommand(line: string, input: string | Buffer = ""): Buffer {
  const command = Buffer.from(line);
  return Buffer.concat([Buffer.from(`${command.length}\n`), command, Buffer.from(input)]);
}

function afterMark(said: Buffer, mark: string): Buffer {
  const at = said.indexOf(mark);
  return at < 0 ? said : said.subarray(at + mark.length);
}

/** One command on an open connection, to its end; a code other than 0 is no error here. */
export async function runCommand(where: Where, argv: readonly string[], options: ExecOptions): Promise<RemoteResult> {
  if (!tracing()) return run(where, argv, options);
  const { label: host, secrets = [] } = where;
  const { purpose, input = "", toShow } = options;
  const command = { host, purpose, argv, secrets, inputBytes: Buffer.byteLength(input), began: new Date() };
  try {
    const end = await run(where, argv, options);
    const stdout = await toShow?.(end.stdoutBytes).catch(() => "(not as it should be, and not shown)");
    trace({ ...command, end, stdout });
    return end;
  } catch (error) {
    trace({ ...command, end: error as Error });
    throw error;
  }
}

function run(where: Where, argv: readonly string[], options: ExecOptions): Promise<RemoteResult> {
  const started = performance.now();
  const { label, client, sudo } = where;
  const { purpose, input, timeoutMs = 60_000, signal } = options;
  // A login shell may be csh or fish, which read a script's quotes otherwise, and may print before it runs anything: what
  // it prints stands before the mark.
  const asInput = !sudo && argv.some((one) => /[\n\\!]/.test(one));
  const mark = sudo?.mark ?? `kvmnet-from-${randomBytes(12).toString("hex")}:`;
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  let [size, errors] = [0, 0];
  let root = sudo === undefined;
  let end: { code?: number; signal?: string } = {};
  const result = (): RemoteResult => {
    const stdoutBytes = afterMark(Buffer.concat(out), mark);
    return {
      host: label,
      purpose,
      code: end.code,
      signal: end.signal,
      durationMs: performance.now() - started,
      stdout: stdoutBytes.toString("utf8"),
      stdoutBytes,
      stderr: Buffer.concat(err).toString("utf8"),
    };
  };
  return new Promise((resolve, reject) => {
    let opened: ClientChannel | undefined;
    const leave = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", aborted);
      client.off("close", lost);
    };
    const fail = (error: Error) => {
      leave();
      opened?.destroy();
      reject(error);
    };
    const stop = (why: string) => fail(new HostError("unreachable", label, `could not ${purpose}: ${why}`));
    const lost = () => {
      leave();
      reject(new RemoteCommandError(result()));
    };
    const aborted = () => stop(`${reasonOf(signal)}.`);
    const timer = setTimeout(() => stop(`no end within ${timeoutMs / 1000} s.`), timeoutMs);
    const count = (chunk: Buffer) => {
      size += chunk.length;
      if (size <= outputLimit) return true;
      stop(`it printed more than ${outputLimit / 1024 / 1024} MB.`);
      return false;
    };
    if (!where.open) return lost();
    if (signal?.aborted) return aborted();
    signal?.addEventListener("abort", aborted, { once: true });
    client.once("close", lost);
    const marked = ["exec", "/bin/sh", "-c", asInput ? reading : saying, "kvmnet", mark, ...(asInput ? [] : argv)];
    client.exec(quote(sudo ? sudo.argv(purpose) : marked), (error, channel) => {
      if (error) {
        return "reason" in error ? fail(new NoChannel(label, purpose, error.message)) : stop(error.message);
      }
      // Listened to at once: a short command's end may come in the same packet as its start.
      opened = channel;
      channel.on("data", (chunk: Buffer) => count(chunk) && out.push(chunk));
      channel.stderr.on("data", (chunk: Buffer) => {
        if (!count(chunk)) return;
        errors += chunk.length;
        if (errors > errorLimit) return stop(`it printed more than ${errorLimit / 1024 / 1024} MB of errors.`);
        if (root || !sudo) return err.push(chunk);
        const { step, rest } = sudo.hear(chunk);
        if (step === "password") channel.write(`${sudo.password}\n`);
        if (step === "refused") fail(sudo.refusal(undefined));
        if (step === "flood") stop("sudo, or a login script before it, prints without end instead of becoming root.");
        if (step !== "root") return;
        root = true;
        err.push(rest);
        channel.end(sudo.stdin(argv, input));
      });
      channel.on("exit", (code: number | null, name?: string) => {
        end = code === null ? { ...(name !== undefined && { signal: name }) } : { code };
      });
      channel.on("error", () => {});
      channel.on("close", () => {
        if (!root && sudo) return fail(sudo.refusal(end.code));
        leave();
        resolve(result());
      });
      if (root) channel.end(asInput ? withCommand(`exec ${quote(argv)}`, input) : input);
    });
  });
}
