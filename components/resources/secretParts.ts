import * as pulumi from "../sdk";

/**
 * An object with the named parts marked secret, so that neither the engine's display nor its state shows them: a
 * schema's `secret` inside of an object does nothing by itself. An object that is not known yet becomes secret as a
 * whole where it has such a part.
 */
export function secretParts<T extends object>(
  object: pulumi.Input<T> | undefined,
  parts: readonly string[],
): pulumi.Input<T> | undefined {
  if (object === undefined) return undefined;
  if (pulumi.Output.isInstance(object) || object instanceof Promise) {
    const later: pulumi.Output<unknown> = pulumi.output(object as unknown);
    return later.apply((known) => {
      const has = parts.some((part) => (known as Record<string, unknown> | undefined)?.[part] !== undefined);
      return has ? pulumi.secret(known) : pulumi.output(known);
    }) as pulumi.Output<T>;
  }
  return Object.fromEntries(
    Object.entries(object as T).map(([key, value]) => [
      key,
      parts.includes(key) && value !== undefined ? pulumi.secret(value) : value,
    ]),
  ) as T;
}
