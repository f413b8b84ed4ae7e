import type { LastChange } from "../../host/transaction/lastChange";

/**
 * kvmnet's record of a bridge as it was before a change, and whose it is as of now: a stack that was renamed since, or a state
 * that was moved, has it still. All other files come again as they were.
 */
export function recordAgain(path: string, before: string, now: string | undefined): string {
  if (!path.startsWith("/var/lib/kvmnet/bridges/") || now === undefined) return before;
  const { owner, ownerId, made } = JSON.parse(now) as Record<string, unknown>;
  return `${JSON.stringify({ ...JSON.parse(before), owner, ownerId, made })}\n`;
}

const recordPath = /^\/var\/lib\/kvmnet\/bridges\/(.+)\.json$/;

/** A bridge, and the URN of whose it is, by the record at a path. */
export interface Recorded {
  readonly bridge: string;
  readonly owner: string;
}

/** Undefined: the path is no record's. @throws Error where the text is none */
export function recordedBy(path: string, text: string): Recorded | undefined {
  const [, bridge] = recordPath.exec(path) ?? [];
  if (bridge === undefined) return undefined;
  const { owner } = JSON.parse(text) as Record<string, unknown>;
  if (typeof owner !== "string") throw new Error("it says no owner");
  return { bridge, owner };
}

/** Records of bridges that nobody can read: their paths. */
export function unreadableIn(texts: LastChange["now"]): string[] {
  return [...texts].flatMap(([path, text]) => {
    try {
      recordedBy(path, text);
      return [];
    } catch {
      return [path];
    }
  });
}
