import type { Path } from "./path";

/** A value that only the engine's `up` will know: what stands for it in previews. */
export const UNKNOWN = Symbol.for("kvmnet.unknown");

export function isUnknown(value: unknown): value is typeof UNKNOWN {
  return value === UNKNOWN;
}

/** Whether anything in a value is still unknown. */
export function containsUnknown(value: unknown): boolean {
  if (isUnknown(value)) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(containsUnknown);
}

/** Where in a value something is unknown. */
export function unknownPaths(value: unknown, path: Path = []): Path[] {
  if (isUnknown(value)) return [path];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) =>
    unknownPaths(part, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}
