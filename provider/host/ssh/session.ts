import type { Client } from "ssh2";
import type { Connection } from "../../resources/connection";
import { RemoteCommandError, type RemoteResult } from "../exec/remoteCommand";
import { Channels } from "./channels";
import { type ExecOptions, runCommand } from "./command";
import type { DialOptions } from "./dial";
import { type Sudo, sudoOf } from "./sudo";
import { route, type Target } from "./target";

export type { ExecOptions } from "./command";

/** One SSH connection, logged in, its host key checked. */
export class Session {
  #open = true;
  readonly #channels = new Channels();
  readonly #sudo: (() => Sudo) | undefined;

  private constructor(
    private readonly target: Target,
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

  /** user@host, as people write it. */
  get label(): string {
    return this.target.label;
  }

  /** Whether the key was taken on first use, so that somebody has to remember it. */
  get acceptsNew(): boolean {
    return this.target.strict === "accept-new";
  }

  get open(): boolean {
    return this.#open;
  }

  /** Dials the host, over whatever jump hosts there are. Reads ~/.ssh/config. */
  static async dial(connection: Connection, options: DialOptions = {}): Promise<Session> {
    const jumps = route(connection);
    const last = jumps.pop() as Target;
    const target = { ...last, host: options.address ?? last.host };
    // With ssh2: a plugin that dials nobody starts without it.
    const { dialRoute } = await import("./dial");
    const { client, hostKey } = await dialRoute([...jumps, target], options);
    return new Session(target, hostKey, client, sudoOf(target.label, target.user, connection));
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
