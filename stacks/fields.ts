/** A part of the config as it was written, whatever stands there. */
export type Fields = Readonly<Record<string, unknown>>;

/** Its keys; of what has none, none. */
export function record(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}
