import { randomBytes } from "node:crypto";
import type { Connection } from "../../schema/connection";
import { quote } from "../exec/quote";
import { lastLine } from "../exec/visible";
import { HostError } from "./hostError";
import { words } from "./vocabulary";

/**
 * Tells where the connection comes from, as sudo takes SSH_CONNECTION out of the environment, then has sudo start a
 * shell. sudo logs that one line, so what the shell is to run is no part of it: it comes over standard input.
 */
const outer =
  'printf %s "$2"; printf "%s%s\\n" "$2" "$SSH_CONNECTION" >&2; exec sudo "$1" -p "$3" -- /bin/sh -c "$4" "kvmnet: $6" "$5"';
/** Says that root is reached before it reads anything: how many bytes, and as many with the command. The rest is the command's. */
const inner = 'printf %s "$1" >&2; read -r n; eval "$(head -c "$n")"';

/** What to do after what sudo printed. */
export type SudoStep = "wait" | "password" | "root" | "refused" | "flood";

/** sudo asks for a password, and has none or a wrong one: with another, it may go on. */
export class PasswordNeeded extends HostError {
  constructor(
    host: string,
    reason: string,
    /** Whose password it is. */
    readonly user: string,
  ) {
    super("sudo", host, reason);
  }
}

/** A lecture, a message of a policy, a warning of the locale: sudo itself says less. */
const outputLimit = 64 * 1024;

/**
 * One command's way to root. sudo may ask for a password or not (NOPASSWD, a ticket of before): what it does not ask
 * for would become the command's standard input. So the password is written when asked for, once, and the command when
 * its own shell has said that it runs as root. `sudo -S` asks with a word that nothing else prints.
 */
export class Sudo {
  readonly #from = `kvmnet-from-${randomBytes(12).toString("hex")}:`;
  readonly #prompt = `kvmnet-sudo-${randomBytes(12).toString("hex")}:`;
  readonly #ready = `kvmnet-root-${randomBytes(12).toString("hex")}:`;
  /** Byte for byte, one character each. */
  #said = "";
  #asked = 0;
  /** Its last characters, in which a word may begin. */
  #tail = "";

  constructor(
    readonly label: string,
    readonly user: string,
    readonly password: string | undefined,
  ) {}

  /** What stands before all that the command prints: a login shell may have printed already. */
  get mark(): string {
    return this.#from;
  }

  /** What the server runs: neither the password nor the command, which are written to standard input. */
  argv(purpose: string): string[] {
    const mode = this.password === undefined ? "-n" : "-S";
    return ["sh", "-c", outer, "kvmnet", mode, this.#from, this.#prompt, inner, this.#ready, purpose];
  }

  /** What the shell reads once it is root's: the command, then the command's own input. */
  stdin(argv: readonly string[], input: string | Buffer = ""): Buffer {
    const from = new RegExp(`^${this.#from}(.*)$`, "m").exec(this.#said)?.[1] ?? "";
    const command = Buffer.from(`exec env ${quote([`SSH_CONNECTION=${from}`, ...argv])}`);
    return Buffer.concat([Buffer.from(`${command.length}\n`), command, Buffer.from(input)]);
  }

  /** Takes what came on stderr until the command runs; `rest` is the command's own. */
  hear(chunk: Buffer): { step: SudoStep; rest: Buffer } {
    const said = chunk.toString("latin1");
    // What was looked at before is not looked at again, but for a word that came in two pieces.
    const fresh = this.#tail + said;
    const ready = fresh.indexOf(this.#ready);
    if (ready >= 0) {
      this.#said += fresh.slice(this.#tail.length, Math.max(ready, this.#tail.length));
      return { step: "root", rest: Buffer.from(fresh.slice(ready + this.#ready.length), "latin1") };
    }
    this.#said += said;
    const rest = Buffer.alloc(0);
    if (this.#said.length > outputLimit) return { step: "flood", rest };
    const parts = fresh.split(this.#prompt);
    const again = parts.length > 1;
    this.#asked += parts.length - 1;
    this.#tail = (parts.at(-1) ?? "").slice(1 - this.#prompt.length);
    // Asked twice: it was wrong, and each further try counts against the account.
    return { step: !again ? "wait" : this.#asked > 1 ? "refused" : "password", rest };
  }

  /** Why root was not reached. */
  refusal(code: number | undefined): HostError {
    const spoken = Buffer.from(this.#said, "latin1")
      .toString("utf8")
      .replaceAll(new RegExp(`^${this.#from}.*$`, "gm"), "")
      .replaceAll(this.#prompt, "\n")
      // "is not allowed to execute '/bin/sh -c …' as root": of the command only what a rule has to name.
      .replaceAll(/'\/bin\/sh -c .*' as/g, "'/bin/sh' as");
    const said = lastLine(spoken);
    const why = `sudo does not make ${this.user} root: ${this.#why(code, said)}`;
    return this.#asked > 1 || this.#wantsPassword(code, said)
      ? new PasswordNeeded(this.label, why, this.user)
      : new HostError("sudo", this.label, why);
  }

  /** sudo -n says so of users without any right too: it asks for the password first, and tells that after. */
  #wantsPassword(code: number | undefined, said: string): boolean {
    return (
      code !== 127 &&
      this.password === undefined &&
      !/\btty\b/.test(said) &&
      /password|authentication is required/.test(said)
    );
  }

  #why(code: number | undefined, said: string): string {
    const { user } = this;
    const rule = (tag: string) =>
      `by \`visudo -f /etc/sudoers.d/kvmnet\` on the host, as root:\n  ${user} ALL=(root) ${tag}/bin/sh`;
    if (this.#asked > 1)
      return `it does not take ${words().sudoPassword}.\nGive the password of ${user}, which need not be the one to log in with.`;
    if (code === 127) return `there is no sudo on the host.\nInstall it there, or log in as root${words().asRoot}.`;
    if (/\btty\b/.test(said)) return `${said}\nAdd a line, by \`visudo\`: Defaults:${user} !requiretty`;
    if (this.#wantsPassword(code, said)) {
      return (
        `${said}: no rule in sudoers lets ${user} run /bin/sh as root without one.\n` +
        `If ${user} may use sudo with a password, ${words().givePassword}. Or add a rule, ${rule("NOPASSWD: ")}`
      );
    }
    return `${said || "it said nothing"}\nAdd a rule, ${rule(this.password === undefined ? "NOPASSWD: " : "")}\nor log in as root.`;
  }
}

/** How commands of a connection become root's; undefined where they are already, or are not to. */
export function sudoOf(label: string, user: string, { sudo }: Connection): (() => Sudo) | undefined {
  if (sudo === undefined || sudo === false || user === "root") return undefined;
  return () => new Sudo(label, user, sudo === true ? undefined : sudo.password);
}
