import { createHash } from "node:crypto";

/** A public key, without its comment. */
export interface PublicKey {
  readonly type: string;
  /** The key's blob in base64. */
  readonly blob: string;
}

/** How many parts a blob has after its type, by the type: the types of host keys that OpenSSH reads. */
const partsOf: Readonly<Record<string, number>> = {
  "ssh-ed25519": 1,
  "ecdsa-sha2-nistp256": 2,
  "ecdsa-sha2-nistp384": 2,
  "ecdsa-sha2-nistp521": 2,
  "ssh-rsa": 2,
  "ssh-dss": 4,
  "sk-ssh-ed25519@openssh.com": 2,
  "sk-ecdsa-sha2-nistp256@openssh.com": 3,
};

/** "ssh-ed25519 AAAA… comment", as known_hosts and .pub files have it; undefined where it is no key that OpenSSH reads. */
export function blobOf(text: string): PublicKey | undefined {
  const [, type = "", base64 = ""] =
    /^[ \t]*([^ \t]+)[ \t]+([A-Za-z0-9+/]+={0,2})[ \t\r\n]*(?:[ \t].*)?$/s.exec(text) ?? [];
  const bytes = Buffer.from(base64, "base64");
  // Other than Node, OpenSSH reads no base64 whose padding is not as it has to be.
  const blob = bytes.toString("base64");
  const strings = blob === base64 ? stringsOf(bytes) : undefined;
  if (strings === undefined || !Object.hasOwn(partsOf, type)) return undefined;
  if (strings[0]?.toString("latin1") !== type || strings.length !== 1 + (partsOf[type] ?? 0)) return undefined;
  return { type, blob };
}

/** The strings that a blob consists of, each after its length (RFC 4251, 5); undefined where it does not. */
function stringsOf(blob: Buffer): Buffer[] | undefined {
  const strings: Buffer[] = [];
  for (let at = 0; at < blob.length; ) {
    const start = at + 4;
    if (start > blob.length) return undefined;
    at = start + blob.readUInt32BE(at);
    if (at > blob.length) return undefined;
    strings.push(blob.subarray(start, at));
  }
  return strings;
}

/** The same of what a connection or a state has: the blob may stand alone. */
export function parsePublicKey(text: string): PublicKey {
  const blob =
    text
      .trim()
      .split(/\s+/)
      .find((field) => field.startsWith("AAAA")) ?? "";
  const bytes = Buffer.from(blob, "base64");
  return { type: typeOf(bytes), blob: bytes.toString("base64") };
}

/** The type that a public key's blob starts with. */
export function typeOf(blob: Buffer): string {
  const length = blob.length < 4 ? 0 : blob.readUInt32BE(0);
  return blob.subarray(4, 4 + length).toString("latin1");
}

/** A key as known_hosts writes it. */
export function publicKeyText(blob: Buffer): string {
  return `${typeOf(blob)} ${blob.toString("base64")}`;
}

/** As `ssh-keygen -l` prints it. */
export function fingerprint(blob: Buffer): string {
  return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
}

/** The same of a key as text. */
export const fingerprintOf = (key: string): string => fingerprint(Buffer.from(parsePublicKey(key).blob, "base64"));
