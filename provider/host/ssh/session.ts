import type { Client } from "ssh2";
import type { Connection } from "../../schema/connection";
import { hideLogins } from "../exec/hidden";
import { RemoteCommandError, type RemoteResult } from "../exec/remoteCommand";
import { Channels } from "./channels";
import { type ExecOptions, runCommand } from "./command";
import type { DialOptions } from "./dial";
import { cutOff, hangUp } from "./hangUp";
import type { Voucher } from "./hostKey";
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
    readonly voucher: Voucher,
    readonly client: Client,
    sudo: (() => Sudo) | undefined,
    private readonly secrets: readonly string[],
  ) {
    this.#sudo = sudo;
    client.setMaxListeners(0);
    const onEnd = () => {
      this.#open = false;
    };
    client.on("close", onEnd);
    // What waits for an answer is told by the close.
    client.on("error", () => {
      onEnd();
      cutOff(client);
    });
  }

  /** user@host, as people write it. */
  get label(): string {
    return this.target.label;
  }

  get open(): boolean {
    return this.#open;
  }

  /** Dials the host, over whatever jump hosts there are. Reads ~/.ssh/config. */
  static async dial(connection: Connection, options: DialOptions = {}): Promise<Session> {
    const way = route(connection);
    const secrets = secretsOf(connection);
    hideLogins(
      secrets,
      way.flatMap(({ user, host, label }) => [user, host, label]),
    );
    const jumps = [...way];
    const last = jumps.pop() as Target;
    const target = { ...last, host: options.address ?? last.host };
    // With ssh2: a plugin that dials nobody starts without it.
    const { dialRoute } = await import("./dial");
    const { client, hostKey, voucher } = await dialRoute([...jumps, target], options);
    const sudo = sudoOf(target.label, target.user, connection);
    return new Session(target, hostKey, voucher, client, sudo, secrets);
  }

  /** Runs a command to its end, as root where the connection has sudo; a code other than 0 is no error here. */
  async run(argv: readonly string[], options: ExecOptions): Promise<RemoteResult> {
    return this.#channels.run(() => {
      const { label, client, open } = this;
      return runCommand({ label, client, open, sudo: this.#sudo?.(), secrets: this.secrets }, argv, options);
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
    hangUp(this.client);
  }
}

/** What a connection has that is nobody else's to know. */
function secretsOf({ proxy, sudo, ...own }: Connection): string[] {
  const logins = [own, ...(proxy ? [proxy] : [])];
  return [
    ...logins.flatMap(({ password, privateKey, privateKeyPassword }) => [password, privateKey, privateKeyPassword]),
    typeof sudo === "object" ? sudo.password : undefined,
  ].filter((one) => one !== undefined);
}
