import type { Shape } from "../../provider/schema/shape";

/** What every generated file starts with. */
export const header = `// Written by tools/generate.ts from the definitions in provider/: change them there, then run \`make generate\`.
`;

/** The TypeScript type of a shape: as an argument of a program, or as an output's value. */
export function typeText(shape: Shape, as: "input" | "output"): string {
  const inner = (of: Shape): string => (as === "input" ? `pulumi.Input<${typeText(of, as)}>` : typeText(of, as));
  switch (shape.kind) {
    case "string":
      return shape.values ? shape.values.map((value) => JSON.stringify(value)).join(" | ") : "string";
    case "integer":
    case "number":
      return "number";
    case "boolean":
      return shape.values ? shape.values.join(" | ") : "boolean";
    case "array":
      return as === "input" ? `${inner(shape.of)}[]` : `${bracketed(shape.of)}[]`;
    case "map":
      return `{ [key: string]: ${inner(shape.of)} }`;
    case "object":
      return typeName(shape.name, as);
    case "union":
      return shape.options.map((option) => typeText(option, as)).join(" | ");
  }
}

export const typeName = (name: string, as: "input" | "output"): string => (as === "input" ? `${name}Args` : name);

function bracketed(shape: Shape): string {
  const text = typeText(shape, "output");
  return text.includes(" | ") ? `(${text})` : text;
}

export function docComment(text: string, indent = ""): string {
  if (text === "") return "";
  const lines = text.replaceAll("*/", "*\\/").split("\n");
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd()).join("\n")}\n${indent} */\n`;
}
