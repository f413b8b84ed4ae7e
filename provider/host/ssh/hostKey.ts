import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { HostError } from "./hostError";
import { hasAuthority, type KnownKey, knownKeys } from "./knownHosts";
import type { Target } from "./target";

/** Decides on the key that a host shows, by what stands in the connection, the state's pin and known_hosts. */
export class HostKeyPolicy {
  readonly #known: readonly KnownKey[];
  readonly #source: string;
  readonly #mode: Target["strict"];
  readonly #property: Target["property"];
  readonly #remembers: boolean;
  readonly #authority: boolean;
  readonly label: string;

  /** `pinned` is the key that the state remembers; a state has that of the host alone, not of those on the way. */
  constructor(target: Target, { pinned, last }: { pinned?: string | undefined; last: boolean }) {
    this.label = target.label;
    this.#mode = target.strict;
    this.#property = target.property;
    this.#remembers = last;
    const given = target.hostKey ?? (last ? pinned : undefined);
    if (given !== undefined) {
      this.#source = target.hostKey ? `${this.#property}.hostKey` : "the state";
      this.#known = [parsePublicKey(given)];
      this.#authority = false;
    } else {
      const [first = ""] = target.knownHostsFiles;
      this.#source = first.replace(`${homedir()}/`, "~/");
      const text = target.knownHostsFiles.map(readIfThere).join("\n");
      this.#known = knownKeys(text, target.knownAs, target.port);
      this.#authority = hasAuthority(text, target.knownAs, target.port);
    }
  }

  /** Key types that can be checked: asked for first, so that a host with several keys shows one that is known. */
  get preferredTypes(): string[] {
    return [...new Set(this.#known.filter((key) => !key.revoked).map((key) => key.type))];
  }

  /** Returns why the key is not taken, or undefined where it is. */
  refusal(blob: Buffer): HostError | undefined {
    if (this.#mode === "no") return undefined;
    const shown = blob.toString("base64");
    const same = this.#known.find((key) => key.blob === shown);
    if (same?.revoked) return this.#error(`its host key ${fingerprint(blob)} is revoked in ${this.#source}.`);
    if (same) return undefined;
    const other = this.#known.find((key) => !key.revoked);
    if (other) {
      return this.#error(
        `its host key is not the one that is known. It shows ${fingerprint(blob)}; ${this.#source} has ${fingerprint(Buffer.from(other.blob, "base64"))}.\n` +
          `If the machine was installed anew, ${this.#anew()}; if not, somebody may be in between.`,
      );
    }
    if (this.#mode === "accept-new" && this.#remembers) return undefined;
    if (this.#authority) {
      return this.#error(
        `${this.#source} trusts it by @cert-authority, and kvmnet can't check host certificates. It shows ${fingerprint(blob)}.\n` +
          `Set ${this.#property}.hostKey to its own key, or add a line with that to known_hosts.`,
      );
    }
    if (this.#mode === "accept-new") {
      return this.#error(
        `its host key ${fingerprint(blob)} is not known, and "accept-new" is remembered for the host itself only, not for those on the way.\n` +
          "Log in to it once with ssh to check and keep it, or set connection.proxy.hostKey.",
      );
    }
    return this.#error(
      `its host key ${fingerprint(blob)} is not known.\n` +
        `Log in once with ssh to check and keep it, or set ${this.#property}.hostKey${this.#remembers ? ', or connection.strictHostKeyChecking: "accept-new"' : ""}.`,
    );
  }

  /** How the old key is forgotten. */
  #anew(): string {
    if (this.#source === "the state")
      return "see that it is the right one, and set connection.hostKey to the key that it shows";
    if (this.#source.startsWith("connection")) return `set ${this.#source} to the key that it shows`;
    return `take the old key out of ${this.#source} (ssh-keygen -R)`;
  }

  #error(message: string): HostError {
    return new HostError("hostKey", this.label, message);
  }
}

/** "ssh-ed25519 AAAA… comment", or the blob alone. */
function parsePublicKey(text: string): KnownKey {
  const fields = text.trim().split(/\s+/);
  const blob = fields.find((field) => field.startsWith("AAAA")) ?? "";
  const bytes = Buffer.from(blob, "base64");
  const length = bytes.length > 4 ? bytes.readUInt32BE(0) : 0;
  return { type: bytes.subarray(4, 4 + length).toString("latin1"), blob: bytes.toString("base64"), revoked: false };
}

/** A key as known_hosts writes it. */
export function publicKeyText(blob: Buffer): string {
  const length = blob.readUInt32BE(0);
  return `${blob.subarray(4, 4 + length).toString("latin1")} ${blob.toString("base64")}`;
}

/** As `ssh-keygen -l` prints it. */
export function fingerprint(blob: Buffer): string {
  return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
