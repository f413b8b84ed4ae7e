import { randomBytes } from "node:crypto";
import type { Connection } from "../../resources/connection";
import { lastLine } from "../exec/visible";
import { HostError } from "./hostError";

/** `sudo -S` asks with a word that nothing else prints: the password goes out for that alone. */
const outer =
  'mode=$1 prompt=$2 inner=$3 ready=$4; shift 4; exec sudo "$mode" -p "$prompt" -- sh -c "$inner" kvmnet "$ready" "$SSH_CONNECTION" "$@"';
/** Says that root is reached, before anything reads standard input; sudo takes SSH_CONNECTION out of the environment. */
const inner = 'printf %s "$1" >&2; SSH_CONNECTION=$2; export SSH_CONNECTION; shift 2; exec "$@"';

/** What to do after what sudo printed. */
export type SudoStep = "wait" | "password" | "root" | "refused";

/**
 * One command's way to root. sudo may ask for a password or not (NOPASSWD, a ticket of before): what it does not ask
 * for would become the command's standard input. So the password is written when asked for, once, and the payload when
 * the command's own shell has said that it runs as root.
 */
export class Sudo {
  readonly #prompt = `kvmnet-sudo-${randomBytes(12).toString("hex")}:`;
  readonly #ready = `kvmnet-root-${randomBytes(12).toString("hex")}:`;
  #said = Buffer.alloc(0);
  #asked = 0;

  constructor(
    readonly label: string,
    readonly user: string,
    readonly password: string | undefined,
  ) {}

  /** The command, and no password: that is written to standard input. */
  argv(argv: readonly string[]): string[] {
    const mode = this.password === undefined ? "-n" : "-S";
    return ["sh", "-c", outer, "kvmnet", mode, this.#prompt, inner, this.#ready, ...argv];
  }

  /** Takes what came on stderr until the command runs; `rest` is the command's own. */
  hear(chunk: Buffer): { step: SudoStep; rest: Buffer } {
    this.#said = Buffer.concat([this.#said, chunk]);
    const ready = this.#said.indexOf(this.#ready);
    if (ready >= 0) return { step: "root", rest: this.#said.subarray(ready + this.#ready.length) };
    const asked = this.#said.toString("latin1").split(this.#prompt).length - 1;
    const again = asked > this.#asked;
    this.#asked = asked;
    // Asked twice: it was wrong, and each further try counts against the account.
    const step = !again ? "wait" : asked > 1 ? "refused" : "password";
    return { step, rest: Buffer.alloc(0) };
  }

  /** Why root was not reached. */
  refusal(code: number | undefined): HostError {
    const said = lastLine(this.#said.toString("utf8").replaceAll(this.#prompt, "\n"));
    return new HostError("sudo", this.label, `sudo does not make ${this.user} root: ${this.#why(code, said)}`);
  }

  #why(code: number | undefined, said: string): string {
    if (this.#asked > 1) return `it does not take connection.sudo.password.\nGive the password of ${this.user}.`;
    if (code === 127)
      return 'there is no sudo on the host.\nInstall it there, or log in as root: connection.user "root".';
    if (/password/.test(said) && this.password === undefined)
      return `${said}\nSet connection.sudo to { password }, or let ${this.user} use sudo without one (NOPASSWD in sudoers).`;
    return `${said || "it said nothing"}\nGive ${this.user} the right in sudoers (see docs/connecting.md), or log in as root.`;
  }
}

/** How commands of a connection become root's; undefined where they are already, or are not to. */
export function sudoOf(label: string, user: string, { sudo }: Connection): (() => Sudo) | undefined {
  if (sudo === undefined || sudo === false || user === "root") return undefined;
  return () => new Sudo(label, user, sudo === true ? undefined : sudo.password);
}
