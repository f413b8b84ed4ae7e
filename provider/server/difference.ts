import { isDeepStrictEqual } from "node:util";
import type { Path } from "../schema/path";
import type { Properties, Property, Shape } from "../schema/shape";
import { isUnknown } from "../schema/unknown";

export interface Difference {
  readonly path: Path;
  readonly kind: "add" | "delete" | "update";
}

/** Where the new inputs differ from the old ones. What is only the way to log in does not count. */
export function findInputDifferences(
  properties: Properties,
  before: Values,
  after: Values,
  path: Path = [],
): Difference[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) => {
    const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
    return property?.quiet ? [] : compare(property, before[key], after[key], [...path, key]);
  });
}

function compare(property: Property | undefined, before: unknown, after: unknown, path: Path): Difference[] {
  if (before === undefined && after === undefined) return [];
  if (before === undefined) return [{ path, kind: "add" }];
  if (after === undefined) {
    const said = property?.formerDefault === undefined || !isDeepStrictEqual(before, property.formerDefault);
    return said ? [{ path, kind: "delete" }] : [];
  }
  if (isUnknown(before) || isUnknown(after)) return [{ path, kind: "update" }];
  if (Array.isArray(before) && Array.isArray(after)) {
    const longer = before.length > after.length ? before : after;
    return longer.flatMap((_, index) => compare(undefined, before[index], after[index], [...path, index]));
  }
  if (isObject(before) && isObject(after)) return findInputDifferences(inside(property?.shape), before, after, path);
  return before === after ? [] : [{ path, kind: "update" }];
}

function inside(shape: Shape | undefined): Properties {
  if (shape?.kind === "object") return shape.properties;
  const options = shape?.kind === "union" ? shape.options : [];
  return Object.assign({}, ...options.map(inside));
}

type Values = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value);
