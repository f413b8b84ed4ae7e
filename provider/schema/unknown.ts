import type { Path } from "./path";

/** A value that only the engine's `up` will know: what stands for it in previews. */
export const UNKNOWN = Symbol.for("kvmnet.unknown");

export type Unknown = typeof UNKNOWN;

/** Inputs as a preview has them: what another resource of the program gives is not known yet, at any depth. */
export type Previewed<T> = T extends object ? { readonly [K in keyof T]: Previewed<T[K]> | Unknown } : T;

export function isUnknown(value: unknown): value is Unknown {
  return value === UNKNOWN;
}

/** Whether anything in a value is still unknown. */
export function containsUnknown(value: unknown): boolean {
  if (isUnknown(value)) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(containsUnknown);
}

/** Whether all of a value is known. */
export function isKnown<T>(value: Previewed<T> | Unknown): value is Previewed<T> & T {
  return !containsUnknown(value);
}

/** Of inputs, those that are known, each as a whole. */
export function pickKnown<T extends object>(inputs: Previewed<T>): Partial<T> {
  return Object.fromEntries(Object.entries(inputs).filter(([, value]) => !containsUnknown(value))) as Partial<T>;
}

/** Where in a value something is unknown. */
export function unknownPaths(value: unknown, path: Path = []): Path[] {
  if (isUnknown(value)) return [path];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) =>
    unknownPaths(part, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}
