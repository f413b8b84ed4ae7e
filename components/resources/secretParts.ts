import { isLater } from "../later";
import * as pulumi from "../sdk";

/**
 * An object with the named parts marked secret, so that neither the engine's display nor its state shows them: a
 * schema's `secret` inside of an object does nothing by itself. An object that is not known yet becomes secret as a
 * whole where it has such a part, and so does what is no object at all: Check says what it has to be.
 */
export function secretParts<T extends object>(
  object: pulumi.Input<T> | undefined,
  parts: readonly string[],
): pulumi.Input<T> | undefined {
  if (object === undefined) return undefined;
  if (isLater(object)) {
    const later: pulumi.Output<unknown> = pulumi.output(object as unknown);
    return later.apply((known) => {
      const has = !isRecord(known) || parts.some((part) => known[part] !== undefined);
      return has ? pulumi.secret(known) : pulumi.output(known);
    }) as pulumi.Output<T>;
  }
  if (!isRecord(object)) return pulumi.secret(object) as unknown as pulumi.Output<T>;
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [
      key,
      parts.includes(key) && value !== undefined ? pulumi.secret(value) : value,
    ]),
  ) as T;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
