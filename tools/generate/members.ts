import type { Properties, Property, Shape } from "../../provider/schema/shape";
import { describe, describeInput } from "./schema";
import { docComment, typeName, typeText } from "./typescript";

/** An argument as a member of an interface: with values that may come later, or with plain ones. */
export function argument(key: string, property: Property, as: "input" | "output" = "input"): string {
  const { required, shape, plain } = property;
  const text = typeText(shape, as);
  const type = as === "input" && !plain ? `pulumi.Input<${text}>` : text;
  return `${docComment(describeInput(property), "  ")}  readonly ${key}${required ? "" : "?"}: ${type};\n`;
}

/** A value that comes from the plugin, as a member of an interface. */
export function field(key: string, property: Property): string {
  const always = property.required || property.default !== undefined;
  return `${docComment(describe(property), "  ")}  readonly ${key}${always ? "" : "?"}: ${typeText(property.shape, "output")};\n`;
}

/** The named types that declarations of these properties mention; those inside of them are none of their business. */
export function typesIn(properties: Properties, as: "input" | "output"): string[] {
  const names = new Set<string>();
  const mention = (shape: Shape): void => {
    if (shape.kind === "object") names.add(typeName(shape.name, as));
    else if (shape.kind === "array" || shape.kind === "map") mention(shape.of);
    else if (shape.kind === "union") for (const option of shape.options) mention(option);
  };
  for (const { shape } of Object.values(properties)) mention(shape);
  return [...names];
}
