import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { Path } from "../schema/path";
import type { Properties, Shape } from "../schema/shape";
import { isUnknown } from "../schema/unknown";
import type { Values } from "./decode";
import type { Secrets } from "./secrets";
import { wire } from "./wire";

/** Values as a Struct. Secret is what the properties say is secret, and what came in as a secret at the same place. */
export function encode(values: Values, properties: Properties, secrets: Secrets): Struct {
  const of: Shape = { kind: "object", name: "", description: "", properties };
  return Struct.fromJavaScript(closed(values, of, [], secrets) as Record<string, JavaScriptValue>);
}

function closed(value: unknown, shape: Shape | undefined, path: Path, secrets: Secrets): unknown {
  if (isUnknown(value)) return wire.unknownString;
  if (Array.isArray(value)) {
    const items = shapes(shape).flatMap((option) => (option.kind === "array" ? [option.of] : []))[0];
    return value.map((item, index) => wrapped(item ?? null, items, false, [...path, index], secrets));
  }
  if (typeof value !== "object" || value === null) return value;
  const given = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(
    given.map(([key, item]) => {
      const property = propertyOf(shape, key);
      return [key, wrapped(item, property?.shape, property?.secret === true, [...path, key], secrets)];
    }),
  );
}

function wrapped(value: unknown, shape: Shape | undefined, secret: boolean, path: Path, secrets: Secrets): unknown {
  const inner = closed(value, shape, path, secrets);
  return secret || secrets.has(path) ? { [wire.signature]: wire.secret, value: inner } : inner;
}

function propertyOf(shape: Shape | undefined, key: string): { shape: Shape; secret: boolean } | undefined {
  for (const option of shapes(shape)) {
    if (option.kind === "map") return { shape: option.of, secret: false };
    if (option.kind === "object" && Object.hasOwn(option.properties, key)) return option.properties[key];
  }
  return undefined;
}

/** The shape, or a union's options. */
function shapes(shape: Shape | undefined): readonly Shape[] {
  if (shape === undefined) return [];
  return shape.kind === "union" ? shape.options : [shape];
}
