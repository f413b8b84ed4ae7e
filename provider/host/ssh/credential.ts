import { createPrivateKey, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import type { ParsedKey } from "ssh2";
import { agentKeys, agentSignature, sshString, stringsIn } from "./agentKeys";
import { fingerprint, typeOf } from "./publicKey";

/** A login that ssh2 can't make by itself: by a user's certificate, or by the key of a FIDO token that an agent has. */
export interface Credential {
  /** As an error calls it, of what was tried. */
  readonly name: string;
  readonly blob: Buffer;
  /** The signature with its type before it; undefined where there is none: the agent, or who should touch the token, did not. */
  readonly sign: (data: Buffer) => Promise<Buffer | undefined>;
}

/** Who has a private key, by its public one. */
export interface Signer {
  readonly blob: Buffer;
  readonly sign: Credential["sign"];
}

const isCertificate = (blob: Buffer) => /-cert-v01@openssh\.com$/.test(typeOf(blob));
const isOfToken = (blob: Buffer) => /^sk-/.test(typeOf(blob));

/** What ssh2 passes over, and has a way to log in here. */
export const isCredential = (blob: Buffer): boolean => isCertificate(blob) || isOfToken(blob);

/** What the request calls it: of RSA, how it is signed too. */
export const algorithmOf = (blob: Buffer): string => typeOf(blob).replace(/^ssh-rsa/, "rsa-sha2-512");

/** Those of an agent's that ssh2 passes over, and who signs with its other keys. */
export async function ofAgent(socket: string): Promise<{ credentials: Credential[]; signers: Signer[] }> {
  const signers = (await agentKeys(socket)).map((blob) => ({
    blob,
    sign: (data: Buffer) => agentSignature(socket, blob, data),
  }));
  const credentials = signers
    .filter(({ blob }) => isCredential(blob))
    .map((one) => ({ ...one, name: `the agent's ${typeOf(one.blob)} ${fingerprint(one.blob)}` }));
  return { credentials, signers: signers.filter((one) => !isCertificate(one.blob)) };
}

/** A certificate in a file, with whoever has its key; undefined: nobody has, or it is none. */
export function ofCertificate(path: string, name: string, signers: readonly Signer[]): Credential | undefined {
  const blob = certificateIn(path);
  const signer = blob && signers.find((one) => isOf(blob, one.blob));
  return blob && signer && { blob, sign: signer.sign, name: `${name} (${typeOf(blob)})` };
}

function certificateIn(path: string): Buffer | undefined {
  try {
    const blob = Buffer.from(readFileSync(path, "utf8").trim().split(/\s+/)[1] ?? "", "base64");
    return isCertificate(blob) ? blob : undefined;
  } catch {
    return undefined;
  }
}

/** A certificate has its key's parts after its type and a nonce (PROTOCOL.certkeys). */
function isOf(certificate: Buffer, key: Buffer): boolean {
  const [type, nonce] = stringsIn(certificate);
  const [keyType] = stringsIn(key);
  if (type === undefined || nonce === undefined || keyType === undefined) return false;
  if (
    type.toString("latin1").replace("-cert-v01@openssh.com", "") !==
    keyType.toString("latin1").replace("@openssh.com", "")
  )
    return false;
  const parts = key.subarray(4 + keyType.length);
  const at = 8 + type.length + nonce.length;
  return certificate.subarray(at, at + parts.length).equals(parts);
}

/** Signs with a key that is here. */
export function signerOf(key: ParsedKey): Signer {
  const [type = "", hash] = ways[key.type] ?? [];
  const signed = (data: Buffer) => {
    const signature = sign(hash ?? null, data, {
      key: createPrivateKey(key.getPrivatePEM()),
      dsaEncoding: "ieee-p1363",
    });
    return Buffer.concat([sshString(type), sshString(/^ecdsa/.test(type) ? numbersIn(signature) : signature)]);
  };
  return { blob: key.getPublicSSH(), sign: async (data) => signed(data) };
}

/** What a key's signatures are called, and what they are of. */
const ways: Readonly<Record<string, readonly [type: string, hash?: string]>> = {
  "ssh-ed25519": ["ssh-ed25519"],
  "ssh-rsa": ["rsa-sha2-512", "sha512"],
  "ecdsa-sha2-nistp256": ["ecdsa-sha2-nistp256", "sha256"],
  "ecdsa-sha2-nistp384": ["ecdsa-sha2-nistp384", "sha384"],
  "ecdsa-sha2-nistp521": ["ecdsa-sha2-nistp521", "sha512"],
};

/** The two numbers of a signature, as RFC 4251 has numbers: without zeros before them, but where they would be negative. */
function numbersIn(signature: Buffer): Buffer {
  const half = signature.length / 2;
  const number = (bytes: Buffer) => {
    const from = bytes.findIndex((byte) => byte !== 0);
    const some = bytes.subarray(from < 0 ? bytes.length : from);
    return sshString((some[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), some]) : some);
  };
  return Buffer.concat([number(signature.subarray(0, half)), number(signature.subarray(half))]);
}
