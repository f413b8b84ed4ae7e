import { Client } from "ssh2";
import type { Connection } from "../../resources/connection";
import { RemoteCommandError, type RemoteResult } from "../exec/remoteCommand";
import { authentication } from "./authentication";
import { Channels } from "./channels";
import { type ExecOptions, runCommand } from "./command";
import { HostError } from "./hostError";
import { HostKeyPolicy, publicKeyText } from "./hostKey";
import { type Sudo, sudoOf } from "./sudo";

export type { ExecOptions } from "./command";

/** One SSH connection, logged in, its host key checked. */
export class Session {
  #open = true;
  readonly #channels = new Channels();
  readonly #sudo: (() => Sudo) | undefined;

  private constructor(
    readonly label: string,
    readonly hostKey: string,
    readonly client: Client,
    sudo: (() => Sudo) | undefined,
  ) {
    this.#sudo = sudo;
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
    return new Session(label, shown, client, sudoOf(label, username, connection));
  }

  /** Runs a command to its end, as root where the connection has sudo; a code other than 0 is no error here. */
  async run(argv: readonly string[], options: ExecOptions): Promise<RemoteResult> {
    return this.#channels.run(() => {
      const { label, client, open } = this;
      return runCommand({ label, client, open, sudo: this.#sudo?.() }, argv, options);
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
