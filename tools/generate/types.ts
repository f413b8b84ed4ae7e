import type { ComponentDefinition } from "../../provider/components/definition";
import type { FunctionDefinition } from "../../provider/functions/definition";
import type { Definition } from "../../provider/schema/definition";
import { type Property, propertiesOf, type Shape } from "../../provider/schema/shape";
import { stateOf } from "../../provider/schema/state";
import { argument, field } from "./members";
import { describe } from "./schema";
import { docComment, header, typeName } from "./typescript";

type Named = Extract<Shape, { kind: "object" }>;

/** The object types that the classes and functions share: as arguments, and as plain values. */
export function typesOf(
  definitions: readonly Definition[],
  componentDefinitions: readonly ComponentDefinition[],
  functionDefinitions: readonly FunctionDefinition[],
): string {
  const inputs = new Map<string, Named>();
  const outputs = new Map<string, Named>();
  for (const definition of definitions) {
    for (const { shape } of Object.values(propertiesOf(definition.inputs))) collect(shape, inputs);
    for (const { shape } of Object.values(stateOf(definition))) collect(shape, outputs);
  }
  for (const definition of componentDefinitions) {
    for (const { shape } of Object.values(propertiesOf(definition.inputs))) collect(shape, inputs);
    for (const { shape } of Object.values(propertiesOf(definition.outputs))) collect(shape, outputs);
  }
  for (const definition of functionDefinitions) {
    for (const { shape } of Object.values(propertiesOf(definition.inputs))) {
      collect(shape, inputs);
      collect(shape, outputs);
    }
    for (const { shape } of Object.values(propertiesOf(definition.outputs))) collect(shape, outputs);
  }
  const interfaces = [
    ...[...inputs.values()].map((shape) => ({ name: typeName(shape.name, "input"), shape, member: argument })),
    ...[...outputs.values()].map((shape) => ({ name: typeName(shape.name, "output"), shape, member: field })),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
  const text = interfaces.map(
    ({ name, shape, member }) => `${docComment(shape.description)}export interface ${name} {
${Object.entries(shape.properties)
  .map(([key, property]) => member(key, inputs.has(shape.name) ? widened(property) : property))
  .join("")}}
`,
  );
  return `${header}import type * as pulumi from "../sdk";

${text.join("\n")}`;
}

/** An object that stands in a constant has a string where it says one of some values; Check holds it against them. */
function widened(property: Property): Property {
  if (property.shape.kind !== "string" || property.shape.values === undefined) return property;
  return { ...property, description: describe(property), shape: { kind: "string" } };
}

function collect(shape: Shape, into: Map<string, Named>): void {
  if (shape.kind === "array" || shape.kind === "map") collect(shape.of, into);
  if (shape.kind === "union") for (const option of shape.options) collect(option, into);
  if (shape.kind !== "object") return;
  into.set(shape.name, shape);
  for (const property of Object.values(shape.properties)) collect(property.shape, into);
}
