import type { Secrets } from "../codec/secrets";
import { type Path, pathText } from "../schema/path";
import type { Properties, Shape } from "../schema/shape";

/**
 * Where a check failure says that it stands. The engine prints the value of the property that one names, if it is a
 * top-level one, and in plain text: so none is named whose value may have a secret in it, as itself or in a part of it,
 * under whatever key. Of a path into a property, it prints nothing.
 */
export function unprinted(
  properties: Properties,
  values: Readonly<Record<string, unknown>>,
  { path, reason }: { readonly path: Path; readonly reason: string },
): { property: string; reason: string } {
  const [key, ...inside] = path;
  if (typeof key !== "string" || inside.length > 0) return { property: pathText(path), reason };
  const known = Object.hasOwn(properties, key) ? properties[key] : undefined;
  const value = values[key];
  const plain = known !== undefined && (typeof value !== "object" || value === null) && !hasSecret(known);
  if (value === undefined || plain) return { property: key, reason };
  return { property: "", reason: known === undefined ? reason : `${key} ${reason}` };
}

/** The same where the program says that a value is secret, whatever property it was given to. */
export function withoutSecret(
  secrets: Secrets,
  { property, reason }: { readonly property: string; readonly reason: string },
): { property: string; reason: string } {
  return secrets.has([property]) ? { property: "", reason: `${property} ${reason}` } : { property, reason };
}

function hasSecret({ secret, shape }: Properties[string]): boolean {
  return secret || anySecret(shape);
}

function anySecret(shape: Shape): boolean {
  switch (shape.kind) {
    case "object":
      return Object.values(shape.properties).some(hasSecret);
    case "array":
    case "map":
      return anySecret(shape.of);
    case "union":
      return shape.options.some(anySecret);
    default:
      return false;
  }
}
