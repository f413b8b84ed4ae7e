import { createHmac } from "node:crypto";
import { glob, matchesPatterns } from "./config/patterns";

/** The format's marks of a line that is no plain host key; see sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT". */
const marks = new Set(["@cert-authority", "@revoked"]);

export interface KnownKey {
  readonly type: string;
  /** The key's blob in base64. */
  readonly blob: string;
  readonly revoked: boolean;
}

/** The keys that a known_hosts text has for a host at a port; hashed names and patterns included. */
export function knownKeys(text: string, host: string, port: number): KnownKey[] {
  return linesFor(text, host, port).flatMap(({ mark, type, blob }) =>
    mark === "@cert-authority" ? [] : [{ type, blob, revoked: mark === "@revoked" }],
  );
}

/** Whether a line trusts the host by whoever signed its key. */
export function hasAuthority(text: string, host: string, port: number): boolean {
  return linesFor(text, host, port).some(({ mark }) => mark === "@cert-authority");
}

function linesFor(text: string, host: string, port: number) {
  const name = port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
  return text.split("\n").flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const mark = marks.has(fields[0] ?? "") ? fields.shift() : undefined;
    const [names, type, blob] = fields;
    if (!names || !type || !blob || names.startsWith("#")) return [];
    return matches(names, name) ? [{ mark, type, blob }] : [];
  });
}

function matches(names: string, name: string): boolean {
  const [hashed, plain] = [names.split(",").filter(isHashed), names.split(",").filter((one) => !isHashed(one))];
  if (plain.some((pattern) => pattern.startsWith("!") && glob(pattern.slice(1), name))) return false;
  return hashed.some((pattern) => isHashOf(pattern, name)) || matchesPatterns(plain, name);
}

const isHashed = (pattern: string) => pattern.startsWith("|1|");

function isHashOf(pattern: string, name: string): boolean {
  const [, , salt = "", hash = ""] = pattern.split("|");
  return createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest("base64") === hash;
}
