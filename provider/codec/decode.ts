import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { Path } from "../schema/path";
import { UNKNOWN } from "../schema/unknown";
import { Secrets } from "./secrets";
import { unknownTexts, wire } from "./wire";

export type Values = Record<string, unknown>;

/** A Struct as plain values: UNKNOWN for what is not known yet, secrets opened and their places kept. */
export function decode(struct: Struct | undefined): { values: Values; secrets: Secrets } {
  const places: Path[] = [];
  const values = struct === undefined ? {} : opened(struct.toJavaScript(), [], places);
  return { values: values as Values, secrets: new Secrets(places) };
}

function opened(value: unknown, path: Path, secrets: Path[]): unknown {
  if (unknownTexts.has(value)) return UNKNOWN;
  if (Array.isArray(value)) return value.map((item, index) => opened(item, [...path, index], secrets));
  if (typeof value !== "object" || value === null) return value;
  const object = value as Values;
  switch (object[wire.signature]) {
    case wire.secret:
      secrets.push(path);
      return opened(object.value, path, secrets);
    case wire.output:
      if (object.secret === true) secrets.push(path);
      return object.value === undefined ? UNKNOWN : opened(object.value, path, secrets);
    case wire.resource:
      // What a resource stands for where a value is asked for; "" until it is there.
      return object.id === undefined || object.id === "" ? UNKNOWN : opened(object.id, path, secrets);
  }
  return Object.fromEntries(
    Object.entries(object)
      .map(([key, item]) => [key, opened(item, [...path, key], secrets)])
      // A null is what a program says for "not given", as a secret too.
      .filter(([, item]) => item !== null),
  );
}
