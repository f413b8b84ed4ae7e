import type { Definition } from "../../provider/resources/definition";
import { type Property, propertiesOf } from "../../provider/resources/shape";
import { stateOf } from "../../provider/resources/state";
import { argument, typesIn } from "./members";
import { describe } from "./schema";
import { docComment, header, typeText } from "./typescript";

/** The resource classes: file name to text. */
export function classesOf(definitions: readonly Definition[], pkg: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const definition of definitions) files.set(`${lowerFirst(definition.name)}.ts`, classFile(definition, pkg));
  const names = definitions.map(({ name }) => name).sort();
  files.set(
    "index.ts",
    `${header}${names.map((name) => `export { ${name}, type ${name}Args } from "./${lowerFirst(name)}";`).join("\n")}
export type * from "./types";
`,
  );
  return files;
}

function classFile(definition: Definition, pkg: string): string {
  const { name } = definition;
  const inputs = propertiesOf(definition.inputs);
  const state = stateOf(definition);
  const shared = [...new Set([...typesIn(inputs, "input"), ...typesIn(state, "output")])].sort();
  const secrets = Object.keys(state).filter((key) => state[key]?.secret);
  const required = Object.keys(inputs).filter((key) => inputs[key]?.required);
  const helped = Object.keys(inputs).some((key) => secretPartsOf(inputs[key]).length > 0);
  return `${header}import * as pulumi from "../sdk";
${helped ? 'import { secretParts } from "./secretParts";\n' : ""}import { noStackTraces } from "./stackTraces";
import type { ${shared.join(", ")} } from "./types";

/** What a {@link ${name}} takes. */
export interface ${name}Args {
${Object.entries(inputs)
  .map(([key, property]) => argument(key, property))
  .join("")}}

${docComment(definition.description)}export class ${name} extends pulumi.CustomResource {
  /** The Pulumi type. */
  static readonly type: string = "${pkg}:index:${name}";

  /** A ${name} of which the stack has a record, by its ID. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): ${name} {
    return new ${name}(name, undefined, { ...options, id });
  }

  /** Whether it is a ${name}, also one from another copy of this package. */
  static override isInstance(value: unknown): value is ${name} {
    return (value as { __pulumiType?: unknown } | null | undefined)?.__pulumiType === ${name}.type;
  }

${Object.entries(state)
  .map(([key, property]) => output(key, property))
  .join("")}
  constructor(name: string, args: ${name}Args, options?: pulumi.CustomResourceOptions);
  /** @internal What {@link get} is made of. */
  constructor(name: string, args: ${name}Args | undefined, options: pulumi.CustomResourceOptions);
  constructor(name: string, args?: ${name}Args, options: pulumi.CustomResourceOptions = {}) {
${required
  .map(
    (key) => `    if (!options.id && args?.${key} === undefined) {
      throw new pulumi.RunError(\`${name} "\${name}": ${key}: is missing\`);
    }
`,
  )
  .join("")}    const traced = noStackTraces();
    try {
      super(
        ${name}.type,
        name,
        {
${Object.keys(state)
  .map((key) => `          ${key}: undefined,\n`)
  .join("")}          // All of it, so that Check can name what is none of its properties.
          ...args,
${Object.entries(inputs)
  .map(([key, property]) => secretValue(key, property))
  .join("")}        },
        ${secrets.length > 0 ? `pulumi.mergeOptions(options, { additionalSecretOutputs: ${list(secrets)} })` : "options"},
      );
    } catch (error) {
      throw traced(error);
    } finally {
      traced();
    }
  }
}
`;
}

function output(key: string, property: Property): string {
  const type = typeText(property.shape, "output");
  const always = property.required || property.default !== undefined;
  return `${docComment(describe(property), "  ")}  declare readonly ${key}: pulumi.Output<${type}${always ? "" : " | undefined"}>;\n`;
}

function secretValue(key: string, property: Property): string {
  const parts = secretPartsOf(property);
  if (property.secret)
    return `          ${key}: args?.${key} === undefined ? undefined : pulumi.secret(args.${key}),\n`;
  return parts.length > 0 ? `          ${key}: secretParts(args?.${key}, ${list(parts)}),\n` : "";
}

function secretPartsOf(property: Property | undefined): string[] {
  if (property?.shape.kind !== "object") return [];
  return Object.entries(property.shape.properties)
    .filter(([, part]) => part.secret)
    .map(([key]) => key);
}

const list = (texts: readonly string[]): string => `[${texts.map((text) => JSON.stringify(text)).join(", ")}]`;

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
