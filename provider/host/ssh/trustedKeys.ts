import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import ipaddr from "ipaddr.js";
import { findKnownKeys, hasAuthority, namesOf } from "./knownHosts";
import { blobOf, type PublicKey } from "./publicKey";
import type { Target } from "./target";

/** What the files of who runs this say of one machine's keys: known_hosts, and RevokedHostKeys. Read at each dial. */
export class TrustedKeys {
  /** The host's own. */
  readonly plain: readonly PublicKey[];
  /** Those of its name alone, where it has another port than SSH's own and none there: they vouch for it, and rule out none. */
  readonly atUsualPort: readonly PublicKey[];
  /** Whether a line trusts it by whoever signed its key. */
  readonly authority: boolean;
  readonly #revoked: readonly PublicKey[];
  readonly #revokedFiles: readonly string[];

  private constructor(
    private readonly text: string,
    private readonly port: number,
    { host, revokedKeysFiles, knownAs }: Target,
  ) {
    const name = knownAs ?? canonical(host);
    const at = (one: number) => findKnownKeys(text, name, one);
    const [here, usual] = [at(port), port === 22 ? [] : at(22)];
    this.plain = here.filter(({ revoked }) => !revoked);
    this.atUsualPort = this.plain.length > 0 ? [] : usual.filter(({ revoked }) => !revoked);
    this.authority = hasAuthority(text, name, port);
    this.#revoked = [...here, ...usual].filter(({ revoked }) => revoked);
    this.#revokedFiles = revokedKeysFiles;
  }

  static of(target: Target): TrustedKeys {
    const text = target.knownHostsFiles.map((path) => readIfThere(path) ?? "").join("\n");
    // A HostKeyAlias is a name by itself, at whatever port.
    return new TrustedKeys(text, target.knownAs === undefined ? target.port : 22, target);
  }

  /** The keys that an address is known by. */
  at(address: string): readonly PublicKey[] {
    return findKnownKeys(this.text, canonical(address), this.port).filter(({ revoked }) => !revoked);
  }

  /** What else a key is known by: where its machine was, or is. */
  otherNames(blob: string): string[] {
    return namesOf(this.text, blob);
  }

  /** That a key is revoked, as it goes on after the key; undefined where it is not. */
  revocation(blob: string): string | undefined {
    if (this.#revoked.some((key) => key.blob === blob)) return "is revoked in known_hosts (@revoked).";
    for (const path of this.#revokedFiles) {
      const file = path.replace(`${homedir()}/`, "~/");
      const text = readIfThere(path);
      if (text === undefined) return `can't be taken: the RevokedHostKeys ${file} can't be read.`;
      if (text.startsWith("SSHKRL\n\0")) {
        return `can't be taken: the RevokedHostKeys ${file} is a key revocation list (KRL), which kvmnet can't read.\nKeep it as text, one public key a line.`;
      }
      const lines = text.split("\n").filter((line) => !/^[ \t]*(#|$)/.test(line));
      for (const line of lines) {
        const key = blobOf(line);
        if (key === undefined) return `can't be taken: the RevokedHostKeys ${file} has a line that is no public key.`;
        if (key.blob === blob) return `is revoked in ${file} (RevokedHostKeys).`;
      }
    }
    return undefined;
  }
}

/** An address as ssh looks it up, however it was written: as getnameinfo(3) writes it. */
function canonical(host: string): string {
  if (!ipaddr.IPv6.isValid(host)) return host;
  const address = ipaddr.IPv6.parse(host);
  if (address.isIPv4MappedAddress()) return `::ffff:${address.toIPv4Address()}`;
  return address.toRFC5952String();
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
