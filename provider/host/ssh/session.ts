import { Client, type ClientChannel } from "ssh2";
import type { Connection } from "../../resources/connection";
import { quote } from "../exec/quote";
import { RemoteCommandError, type RemoteResult } from "../exec/remoteCommand";
import { authentication } from "./authentication";
import { HostError } from "./hostError";
import { HostKeyPolicy, publicKeyText } from "./hostKey";

export interface ExecOptions {
  /** As it goes on after "could not": "read the host's facts". */
  readonly purpose: string;
  readonly input?: string | Buffer;
  /** The limit for the whole command. Default: 60,000 ms. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Nothing that kvmnet asks a host for is near this; a host that answers for ever ends here. */
const outputLimit = 64 * 1024 * 1024;

/** One SSH connection, logged in, its host key checked. */
export class Session {
  #open = true;

  private constructor(
    readonly label: string,
    readonly hostKey: string,
    readonly client: Client,
  ) {
    client.setMaxListeners(0);
    const ended = () => {
      this.#open = false;
    };
    client.on("close", ended);
    client.on("error", ended);
  }

  get open(): boolean {
    return this.#open;
  }

  /** One dial. `pinned` is the key that the state remembers, where the connection has none. */
  static async dial(
    connection: Connection,
    pinned?: string,
    timeoutMs = (connection.perDialTimeout ?? 15) * 1000,
  ): Promise<Session> {
    const label = hostLabel(connection);
    const policy = new HostKeyPolicy(label, connection, pinned);
    const { username, tried, handler } = authentication(label, connection);
    const client = new Client();
    let refused: HostError | undefined;
    let shown = "";
    await new Promise<void>((resolve, reject) => {
      client.on("ready", resolve);
      client.on("error", (error: Error & { level?: string; code?: string }) =>
        reject(refused ?? explain(label, error, tried)),
      );
      client.on("close", () =>
        reject(refused ?? new HostError("unreachable", label, "the connection was closed during the SSH handshake.")),
      );
      client.connect({
        host: connection.host,
        port: connection.port ?? 22,
        username,
        authHandler: handler,
        readyTimeout: timeoutMs,
        keepaliveInterval: 5000,
        keepaliveCountMax: 3,
        ...(policy.preferredTypes.length > 0 && {
          algorithms: { serverHostKey: { prepend: hostKeyAlgorithms(policy.preferredTypes), append: [], remove: [] } },
        }),
        hostVerifier: (key: Buffer) => {
          shown = publicKeyText(key);
          refused = policy.refusal(key);
          return refused === undefined;
        },
      });
    }).catch((error: unknown) => {
      client.destroy();
      throw error;
    });
    client.removeAllListeners("error");
    client.removeAllListeners("close");
    return new Session(label, shown, client);
  }

  /** Runs a command to its end; a code other than 0 is no error here. */
  async run(argv: readonly string[], options: ExecOptions): Promise<RemoteResult> {
    const started = performance.now();
    const { purpose, input, timeoutMs = 60_000, signal } = options;
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    let size = 0;
    let end: { code?: number; signal?: string } = {};
    const result = (): RemoteResult => {
      const stdoutBytes = Buffer.concat(out);
      return {
        host: this.label,
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
        this.client.off("close", lost);
      };
      const stop = (why: string) => {
        leave();
        opened?.destroy();
        reject(new HostError("unreachable", this.label, `could not ${purpose}: ${why}`));
      };
      const lost = () => {
        leave();
        reject(new RemoteCommandError(result()));
      };
      const aborted = () => stop("cancelled.");
      const timer = setTimeout(() => stop(`no end within ${timeoutMs / 1000} s.`), timeoutMs);
      const keep = (into: Buffer[]) => (chunk: Buffer) => {
        size += chunk.length;
        if (size > outputLimit) stop(`it printed more than ${outputLimit / 1024 / 1024} MB.`);
        else into.push(chunk);
      };
      if (!this.#open) return lost();
      signal?.addEventListener("abort", aborted, { once: true });
      this.client.once("close", lost);
      this.client.exec(quote(argv), (error, channel) => {
        if (error) return stop(error.message);
        // Listened to at once: a short command's end may come in the same packet as its start.
        opened = channel;
        channel.on("data", keep(out));
        channel.stderr.on("data", keep(err));
        channel.on("exit", (code: number | null, name?: string) => {
          end = code === null ? { ...(name !== undefined && { signal: name }) } : { code };
        });
        channel.on("error", () => {});
        channel.on("close", () => {
          leave();
          resolve(result());
        });
        channel.end(input);
      });
    });
  }

  /** Runs a command that must end with 0, or it is an error. */
  async exec(argv: readonly string[], options: ExecOptions & { nextStep?: string }): Promise<RemoteResult> {
    const result = await this.run(argv, options);
    if (result.code !== 0) throw new RemoteCommandError(result, options.nextStep);
    return result;
  }

  close(): void {
    this.#open = false;
    this.client.end();
  }
}

/** user@host, with the port where it is not SSH's own. */
export function hostLabel(connection: Connection): string {
  const host = connection.host.includes(":") ? `[${connection.host}]` : connection.host;
  return `${connection.user ? `${connection.user}@` : ""}${host}${connection.port && connection.port !== 22 ? `:${connection.port}` : ""}`;
}

/** known_hosts says "ssh-rsa" of a key that signs with SHA-2 today. */
function hostKeyAlgorithms(types: string[]): never[] {
  return types.flatMap((type) =>
    type === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"] : [type],
  ) as never[];
}

function explain(label: string, error: Error & { level?: string; code?: string }, tried: readonly string[]): HostError {
  if (error.level === "client-authentication") {
    return new HostError(
      "authentication",
      label,
      `it does not let this user in; tried: ${tried.join(", ")}.\nSee that \`ssh ${label}\` works with the same key, and that the user is right.`,
    );
  }
  if (error.code === "ENOTFOUND" || error.code === "EAI_AGAIN") {
    return new HostError(
      "noSuchName",
      label,
      "its name can't be resolved: is connection.host right, does DNS or /etc/hosts have it?",
    );
  }
  const why =
    error.level === "client-timeout" || error.code === "ETIMEDOUT"
      ? "no answer in time: is it on, is connection.host right, does a firewall drop the port?"
      : error.code === "ECONNREFUSED"
        ? "the connection was refused: is sshd running, and is the port right?"
        : error.message;
  return new HostError("unreachable", label, `can't be reached over SSH: ${why}`);
}
