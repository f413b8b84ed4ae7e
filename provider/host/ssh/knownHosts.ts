import { createHmac } from "node:crypto";

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
  const name = port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
  return text.split("\n").flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const mark = marks.has(fields[0] ?? "") ? fields.shift() : undefined;
    const [names, type, blob] = fields;
    if (!names || !type || !blob || names.startsWith("#") || mark === "@cert-authority") return [];
    return matches(names, name) ? [{ type, blob, revoked: mark === "@revoked" }] : [];
  });
}

function matches(names: string, name: string): boolean {
  let matched = false;
  for (const pattern of names.split(",")) {
    if (pattern.startsWith("|1|")) {
      const [, , salt = "", hash = ""] = pattern.split("|");
      if (createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest("base64") === hash) matched = true;
    } else if (pattern.startsWith("!")) {
      if (glob(pattern.slice(1), name)) return false;
    } else if (glob(pattern, name)) matched = true;
  }
  return matched;
}

function glob(pattern: string, name: string): boolean {
  const source = pattern
    .toLowerCase()
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`).test(name);
}
