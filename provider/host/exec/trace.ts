import { type Appending, appendTo } from "./appendTo";
import { quote } from "./quote";
import type { RemoteResult } from "./remoteCommand";
import { visible } from "./visible";

/** A command that a host was given, and how it ended: with a result, or not at all. */
export interface Traced {
  readonly host: string;
  readonly purpose: string;
  readonly argv: readonly string[];
  /** Of its standard input, which may be secret: nothing but its length is written. */
  readonly inputBytes: number;
  readonly began: Date;
  readonly end: RemoteResult | Error;
  /** What it printed, as it may be written down, where that is not as it is. */
  readonly stdout?: string | undefined;
  /** The connection's. */
  readonly secrets: readonly string[];
}

let append: ((text: string) => void) | undefined;

/**
 * From now on, every command that a host is given is appended to the file, which only its owner can read: for a report of
 * what went wrong. Secrets are not in it: neither the connection's, nor those that netplan's files have.
 *
 * @throws Error where it can't be written
 */
export function traceTo(path: string, version: string, gaveUp: Appending["gaveUp"]): void {
  const head = `# kvmnet ${version}, Node.js ${process.version}, ${process.platform} ${process.arch}, ${new Date().toISOString()}\n\n`;
  append = appendTo(path, { head, gaveUp });
}

export const tracing = (): boolean => append !== undefined;

export function trace(traced: Traced): void {
  if (append === undefined) return;
  const { end, stdout } = traced;
  const lines = [
    `${traced.began.toISOString()} ${traced.host}: ${traced.purpose}`,
    indented("$ ", quote(traced.argv.map(brief))),
    ...(traced.inputBytes > 0 ? [`stdin: ${traced.inputBytes} bytes, not shown`] : []),
    ...(end instanceof Error
      ? [indented("no end: ", end.message)]
      : [
          `${end.signal ? `signal ${end.signal}` : end.code === undefined ? "the connection was lost" : `exit code ${end.code}`} after ${(end.durationMs / 1000).toFixed(3)} s`,
          ...printed("stdout", stdout ?? end.stdout),
          ...printed("stderr", end.stderr),
        ]),
  ];
  const { secrets } = traced;
  // Also what is a secret only once colours and the like are out of it.
  append(`${without(visible(without(lines.join("\n"), secrets)), secrets)}\n\n`);
}

/** kvmnet's scripts are in the package. */
function brief(argument: string): string {
  if (argument.length < 500) return argument;
  const line = argument.split("\n").find((one) => /^[^#\s]|^# [A-Z]/.test(one)) ?? "";
  return `${line.slice(0, 200)}… (${argument.length} characters)`;
}

const indented = (head: string, text: string) => `${head}${text.trimEnd().replaceAll("\n", "\n  ")}`;

const printed = (what: string, text: string) => (text.trim() === "" ? [] : [indented(`${what}:\n  `, text)]);

/** Wherever they stand, in whatever word: a trace is for others to read. Also as a program quotes them, and line by line. */
function without(text: string, secrets: readonly string[]): string {
  const forms = secrets.flatMap((secret) => [
    ...[secret, JSON.stringify(secret).slice(1, -1), quote([secret]), encodeURIComponent(secret)],
    ...[Buffer.from(secret).toString("base64"), ...secret.split(/\r?\n/)],
  ]);
  return [...new Set(forms.map((form) => form.trim()))]
    .filter((form) => form !== "")
    .sort((a, b) => b.length - a.length)
    .reduce((rest, form) => rest.replaceAll(form, "(hidden)"), text);
}
