import type { Definition } from "./definition";
import { type Properties, propertiesOf } from "./shape";

/** The properties that a resource's state has: the inputs that are outputs too, and what the host adds. */
export function stateOf(definition: Definition): Properties {
  const { inputOnly } = definition;
  const inputs = Object.entries(propertiesOf(definition.inputs)).filter(([key]) => !inputOnly.includes(key));
  return { ...Object.fromEntries(inputs), ...propertiesOf(definition.outputs) };
}
