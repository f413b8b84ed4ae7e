import type { Connection } from "../schema/connection";
import type { Host } from "./host";
import type { HostOptions } from "./hostOptions";
import { isVouchedFor } from "./identity";
import { normal } from "./records";
import type { DialOptions } from "./ssh/dial";
import { parsePublicKey } from "./ssh/publicKey";
import { route, type Target } from "./ssh/target";
import { TrustedKeys } from "./ssh/trustedKeys";

/** Which keys are taken, besides those that the connection and known_hosts have. */
export type Keys = Pick<DialOptions, "hostKey" | "oneOf" | "mustBeKnown">;

/** The keys that a host is known by before it is dialled: the program's word, the state's, known_hosts. */
export function keysOf(connection: Connection, { hostKey }: HostOptions): string[] {
  const said = connection.hostKey ?? hostKey;
  if (said !== undefined) return [normal(said)];
  try {
    const { plain, atUsualPort } = TrustedKeys.of(route(connection).at(-1) as Target);
    return [...plain, ...atUsualPort].map(({ type, blob }) => `${type} ${blob}`);
  } catch {
    return [];
  }
}

/** What else known_hosts has a machine's keys for. */
export function namesOf(connection: Connection, keys: readonly string[]): string[] {
  try {
    const target = route(connection).at(-1) as Target;
    const trusted = TrustedKeys.of(target);
    const names = keys.flatMap((key) => trusted.otherNames(parsePublicKey(key).blob));
    return [...new Set(names)].filter(
      (name) => ![target.host, connection.host, `[${target.host}]:${target.port}`].includes(name),
    );
  } catch {
    return [];
  }
}

/** Whether a connection of before will do for who knows the host's keys. */
export function isExpected(host: Host, { hostKey: recorded = [], oneOf }: Keys): boolean {
  if (oneOf) return oneOf.includes(host.hostKey);
  return recorded.length === 0 || recorded.includes(host.hostKey) || isVouchedFor(host);
}
