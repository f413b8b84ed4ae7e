import { getConfig } from "@pulumi/pulumi/runtime/config";
import { isLater } from "./later";
import type { ConnectionArgs } from "./resources";
import * as pulumi from "./sdk";

/** What a provider of the program's own was told. */
export const connectionOfProvider = new WeakMap<pulumi.ProviderResource, pulumi.Input<ConnectionArgs>>();

/**
 * How a component's host is reached, with what its provider says of it: for programs, who have no other way to know.
 * The component's own resources are given what the program said, and the plugin fills in the rest.
 */
export function wholeConnection(
  component: pulumi.ComponentResource,
  given: pulumi.Input<ConnectionArgs> = {},
): pulumi.Input<ConnectionArgs> {
  const provider = component.getProvider("kvmnet:index:Bridge");
  const provided = provider === undefined ? configured() : connectionOfProvider.get(provider);
  if (provided === undefined) return given;
  if (isLater(provided) || isLater(given))
    return pulumi.all([provided, given]).apply(([rest, own]) => ({ ...rest, ...own }));
  return { ...provided, ...given };
}

/** What the stack's config says; what is wrong with it, the plugin tells. */
function configured(): ConnectionArgs | undefined {
  try {
    const read: unknown = JSON.parse(getConfig("kvmnet:connection") ?? "null");
    return typeof read === "object" && read !== null ? read : undefined;
  } catch {
    return undefined;
  }
}
