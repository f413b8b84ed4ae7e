import type { z } from "zod";
import type { ComponentDefinition } from "../../provider/components/definition";
import { propertiesOf } from "../../provider/schema/shape";
import { argument, typesIn } from "./members";
import { header } from "./typescript";

/** What each component takes, from any language: the classes in components/ take components in place of names besides. */
export function componentInputsOf(definitions: readonly ComponentDefinition[]): string {
  const all = definitions.map(({ name, inputs }) => ({ name, properties: propertiesOf(inputs) }));
  const shared = [...new Set(all.flatMap(({ properties }) => typesIn(properties, "input")))].sort();
  const interfaces = all.map(
    ({ name, properties }) => `/** What a ${name} takes. */
export interface ${name}Inputs {
${Object.entries(properties)
  .map(([key, property]) => argument(key, property))
  .join("")}}
`,
  );
  return `${header}import type * as pulumi from "../sdk";
import type { ${shared.join(", ")} } from "./types";

${interfaces.join("\n")}`;
}

/** The parts of a connection, and those that must not stand in a state in plain text. */
export function connectionPartsOf(connection: z.ZodObject): string {
  const properties = propertiesOf(connection);
  const keys = Object.keys(properties);
  const list = (texts: readonly string[]) => `[${texts.map((text) => JSON.stringify(text)).join(", ")}]`;
  return `${header}
/** The parts of a connection. */
export const connectionParts = ${list(keys)} as const;

/** Those that must not stand in a state in plain text. */
export const secretConnectionParts: readonly string[] = ${list(keys.filter((key) => properties[key]?.secret))};
`;
}
