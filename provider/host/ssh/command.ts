import type { Client, ClientChannel } from "ssh2";
import { quote } from "../exec/quote";
import { RemoteCommandError, type RemoteResult } from "../exec/remoteCommand";
import { HostError } from "./hostError";
import type { Sudo } from "./sudo";

export interface ExecOptions {
  /** As it goes on after "could not": "read the host's facts". */
  readonly purpose: string;
  readonly input?: string | Buffer;
  /** The limit for the whole command. Default: 60,000 ms. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** The facts of a host with a thousand VMs are half of this; a host that answers for ever ends here. */
const outputLimit = 32 * 1024 * 1024;

/** Where a command runs. */
export interface Where {
  readonly label: string;
  readonly client: Client;
  readonly open: boolean;
  /** Its way to root, where it needs one. */
  readonly sudo?: Sudo | undefined;
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

/** One command on an open connection, to its end; a code other than 0 is no error here. */
export function runCommand(where: Where, argv: readonly string[], options: ExecOptions): Promise<RemoteResult> {
  const started = performance.now();
  const { label, client, sudo } = where;
  const { purpose, input, timeoutMs = 60_000, signal } = options;
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  let size = 0;
  let root = sudo === undefined;
  let end: { code?: number; signal?: string } = {};
  const result = (): RemoteResult => {
    const stdoutBytes = Buffer.concat(out);
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
    const aborted = () => stop("cancelled.");
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
    client.exec(quote(sudo ? sudo.argv(purpose) : argv), (error, channel) => {
      if (error) {
        return "reason" in error ? fail(new NoChannel(label, purpose, error.message)) : stop(error.message);
      }
      // Listened to at once: a short command's end may come in the same packet as its start.
      opened = channel;
      channel.on("data", (chunk: Buffer) => count(chunk) && out.push(chunk));
      channel.stderr.on("data", (chunk: Buffer) => {
        if (!count(chunk)) return;
        if (root || !sudo) return err.push(chunk);
        const { step, rest } = sudo.hear(chunk);
        if (step === "password") channel.write(`${sudo.password}\n`);
        if (step === "refused") fail(sudo.refusal(undefined));
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
      if (root) channel.end(input);
    });
  });
}
