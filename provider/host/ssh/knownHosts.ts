import { createHmac } from "node:crypto";
import { glob, matchesPatterns } from "./config/patterns";
import { blobOf, type PublicKey } from "./publicKey";

export interface KnownKey extends PublicKey {
  /** It was stolen, as the file has it. */
  readonly revoked: boolean;
}

/** The keys that a known_hosts text has for a host at a port, in its order. A line that is none is passed over, as ssh does. */
export function findKnownKeys(text: string, host: string, port: number): KnownKey[] {
  return linesFor(text, host, port).flatMap(({ mark, key }) =>
    mark === "@cert-authority" ? [] : [{ ...key, revoked: mark === "@revoked" }],
  );
}

/** Whether a line trusts the host by whoever signed its key. */
export function hasAuthority(text: string, host: string, port: number): boolean {
  return linesFor(text, host, port).some(({ mark }) => mark === "@cert-authority");
}

/** The format's marks of a line that is no plain host key; see sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT". */
const marks: ReadonlySet<string | undefined> = new Set([undefined, "@cert-authority", "@revoked"]);

/** What a key is known by: names and addresses, as the file has them; "a hashed name" tells no other. Patterns are none. */
export function namesOf(text: string, blob: string): string[] {
  const lines = linesOf(text).filter(({ mark, key }) => mark === undefined && key.blob === blob);
  const names = lines.flatMap(({ names }) => (names.startsWith("|") ? ["a hashed name"] : names.split(",")));
  return [...new Set(names.filter((name) => !/[*?!]/.test(name)))];
}

function linesFor(text: string, host: string, port: number) {
  const name = port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
  return linesOf(text).filter(({ names }) => matches(names, name));
}

function linesOf(text: string) {
  return text.split("\n").flatMap((line) => {
    const [, marked, names = "", rest = ""] = /^[ \t]*(@\S*[ \t]+)?([^ \t#@][^ \t]*)[ \t]+(.*)$/s.exec(line) ?? [];
    const mark = marked?.trim();
    const key = blobOf(rest);
    return marks.has(mark) && key !== undefined ? [{ mark, names, key }] : [];
  });
}

/** A hashed name is one alone; the others are a list of patterns. */
function matches(names: string, name: string): boolean {
  if (names.startsWith("|")) return isHashOf(names, name);
  const patterns = names.split(",");
  if (patterns.some((pattern) => pattern.startsWith("!") && glob(pattern.slice(1), name))) return false;
  return matchesPatterns(patterns, name);
}

/** The whole of it has to be as ssh writes it: what has more, or another salt than SHA-1's, is no hash of this name. */
function isHashOf(pattern: string, name: string): boolean {
  const salt = Buffer.from(pattern.split("|")[2] ?? "", "base64");
  const hash = createHmac("sha1", salt).update(name).digest("base64");
  return salt.length === 20 && pattern === `|1|${salt.toString("base64")}|${hash}`;
}
