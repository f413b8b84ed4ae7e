import { homedir } from "node:os";
import { HostError } from "./hostError";
import { fingerprint, type PublicKey, parsePublicKey } from "./publicKey";
import type { Target } from "./target";
import { TrustedKeys } from "./trustedKeys";
import { words } from "./vocabulary";

/** Which keys a dial takes, besides what the connection and known_hosts say. */
export interface Expected {
  /** The keys on record for the machine, in the stack's state: another one is an error unless the user said it. */
  readonly recorded?: readonly string[];
  /** This machine and no other, by its keys: at an address that is not its connection's, or over a second connection. */
  readonly oneOf?: readonly string[] | undefined;
  /** Whether only a key counts that was known before, whatever strictHostKeyChecking says. */
  readonly mustBeKnown?: boolean;
  /** Whether it is the host itself, and not one on the way: a state has the keys of hosts alone. */
  readonly last: boolean;
}

/** Who vouches for a key: the program's hostKey, known_hosts, the stack's state, or nobody before this dial. */
export type Voucher = "hostKey" | "known_hosts" | "state" | "accept-new" | "nobody";

/** Decides on the key that a host shows. What the program says comes before the state, and that before ~/.ssh/config. */
export class HostKeyPolicy {
  readonly #trusted: TrustedKeys;
  readonly #given: PublicKey | undefined;
  readonly #oneOf: readonly PublicKey[] | undefined;
  readonly #recorded: readonly PublicKey[];

  constructor(
    private readonly target: Target,
    private readonly expected: Expected,
  ) {
    this.#trusted = TrustedKeys.of(target);
    this.#given = target.hostKey === undefined ? undefined : parsePublicKey(target.hostKey);
    this.#oneOf = expected.oneOf?.map(parsePublicKey);
    this.#recorded = expected.last ? (expected.recorded ?? []).map(parsePublicKey) : [];
  }

  /** Where nothing else counts. */
  get #alone(): readonly PublicKey[] | undefined {
    return this.#oneOf ?? (this.#given && [this.#given]);
  }

  /** Key types that can be checked: asked for first, so that a host with several keys shows one that is known. */
  get preferredTypes(): string[] {
    const known = [...this.#trusted.plain, ...this.#trusted.atUsualPort];
    const kept = known.length === 0 || this.#recorded.some(({ blob }) => known.some((key) => key.blob === blob));
    const keys = this.#alone ?? (kept ? [...this.#recorded, ...known] : [...known, ...this.#recorded]);
    return [...new Set(keys.map((key) => key.type))];
  }

  /** Who vouches for the key; where it is not taken, the error that says why. */
  judge(blob: Buffer, address?: string): Voucher | HostError {
    const shown = blob.toString("base64");
    const isShown = (key: PublicKey) => key.blob === shown;
    const revoked = this.#trusted.revocation(shown);
    if (revoked !== undefined) return this.#error(`its host key ${fingerprint(blob)} ${revoked}`);
    const [alone] = this.#alone ?? [];
    if (alone !== undefined && !this.#alone?.some(isShown))
      return this.#error(this.#another(blob, alone, this.#oneOf ? "the state" : `${this.target.property}.hostKey`));
    // The machine that it has to be is none that the program says another key of.
    if (this.#given && !isShown(this.#given))
      return this.#error(this.#another(blob, this.#given, `${this.target.property}.hostKey`));
    if (this.#given) return "hostKey";
    if (this.#trusted.plain.some(isShown)) return this.#differsAt(blob, address) ?? "known_hosts";
    if (this.#trusted.atUsualPort.some(isShown)) return "known_hosts";
    if (this.#recorded.some(isShown) || this.#oneOf) return "state";
    const [recorded] = this.#recorded;
    if (recorded !== undefined) return this.#error(this.#another(blob, recorded, "the state"));
    return this.#unknown(blob);
  }

  /** A key that nobody knew before. */
  #unknown(blob: Buffer): Voucher | HostError {
    const { strict, property } = this.target;
    const { last, mustBeKnown = false } = this.expected;
    const [other] = this.#trusted.plain;
    if (strict === "no" && !mustBeKnown) return this.#unchecked(blob, other);
    if (other) return this.#error(this.#another(blob, other, this.#source));
    if (this.#trusted.authority) {
      return this.#error(
        `${this.#source} trusts it by @cert-authority, and kvmnet can't check host certificates. It shows ${fingerprint(blob)}.\n` +
          words().ownKey(property),
      );
    }
    if (strict === "accept-new" && last && !mustBeKnown) return "accept-new";
    if (strict === "accept-new" && !last) {
      return this.#error(
        `its host key ${fingerprint(blob)} is not known, and "accept-new" is remembered for the host itself only, not for those on the way.\n` +
          `Log in to it once with ssh to check and keep it${words().orTakeJumpKey}.`,
      );
    }
    // As ssh says it, too.
    const names = this.#trusted.otherNames(blob.toString("base64"));
    const unknown =
      names.length > 0
        ? `is not known here, but for ${names.join(", ")} in ${this.#source}: was its address changed?`
        : "is not known.";
    return this.#error(
      `its host key ${fingerprint(blob)} ${unknown}\n` +
        `Log in once with ssh to check and keep it${words().orTakeKey(property, last)}.`,
    );
  }

  /** "no" takes any key; as with ssh, no password goes to a machine whose key is another than the known one. */
  #unchecked(blob: Buffer, other: PublicKey | undefined): Voucher | HostError {
    if (other === undefined || !this.target.sendsPassword) return "nobody";
    return this.#error(
      `${this.#another(blob, other, this.#source)}\nstrictHostKeyChecking "no" takes any key, but no password is sent to such a machine: log in with a key, or correct what is known.`,
    );
  }

  /** CheckHostIP of ssh_config(5): the address, too, must not be known by another key. */
  #differsAt(blob: Buffer, address: string | undefined): HostError | undefined {
    const { checkHostIp, strict } = this.target;
    if (!checkHostIp || address === undefined || strict !== "yes") return undefined;
    const others = this.#trusted.at(address);
    const [other] = others;
    if (other === undefined || others.some((key) => key.blob === blob.toString("base64"))) return undefined;
    return this.#error(
      `its host key is known for its name, and its address ${address} is known by another one (CheckHostIP). It shows ${fingerprint(blob)}; ${address} has ${printOf(other)}.\n` +
        `Take what is wrong out of ${this.#source} (ssh-keygen -R).`,
    );
  }

  #another(blob: Buffer, other: PublicKey, source: string): string {
    const forget =
      source === "the state"
        ? `see that it is the right one, add the key that it shows to ${this.#source}${words().orSetKey}`
        : source.startsWith("connection")
          ? `set ${source} to the key that it shows`
          : `take the old key out of ${source} (ssh-keygen -R)`;
    return (
      `its host key is not the one that is known. It shows ${fingerprint(blob)}; ${source} has ${printOf(other)}.\n` +
      `If the machine was installed anew, ${forget}; if not, somebody may be in between.`
    );
  }

  /** The file that people keep keys in. */
  get #source(): string {
    const [first = "known_hosts"] = this.target.knownHostsFiles;
    return first.replace(`${homedir()}/`, "~/");
  }

  #error(message: string): HostError {
    return new HostError("hostKey", this.target.label, message);
  }
}

const printOf = (key: PublicKey) => fingerprint(Buffer.from(key.blob, "base64"));
