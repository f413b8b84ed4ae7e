import * as pulumi from "./sdk";

/** Whether an input's value comes later. */
export function isLater<T>(value: pulumi.Input<T>): value is pulumi.OutputInstance<T> | Promise<T> {
  return pulumi.Output.isInstance(value) || value instanceof Promise;
}
