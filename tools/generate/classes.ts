import type { Definition } from "../../provider/resources/definition";
import { type Properties, type Property, propertiesOf, type Shape } from "../../provider/resources/shape";
import { stateOf } from "../../provider/resources/state";
import { describe, describeInput } from "./schema";
import { docComment, typeName, typeText } from "./typescript";

const header = `// Written by tools/generate.ts from provider/resources: change the definitions there, then run \`make generate\`.
`;

type Named = Extract<Shape, { kind: "object" }>;

/** The resource classes: file name to text. */
export function classesOf(definitions: readonly Definition[], pkg: string): Map<string, string> {
  const files = new Map<string, string>();
  const inputs = new Map<string, Named>();
  const outputs = new Map<string, Named>();
  for (const definition of definitions) {
    for (const { shape } of Object.values(propertiesOf(definition.inputs))) collect(shape, inputs);
    for (const { shape } of Object.values(stateOf(definition))) collect(shape, outputs);
    files.set(`${lowerFirst(definition.name)}.ts`, classFile(definition, pkg));
  }
  files.set("types.ts", typesFile([...inputs.values()], [...outputs.values()]));
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
  const shared = sharedTypes(inputs, state);
  const secrets = Object.keys(state).filter((key) => state[key]?.secret);
  const required = Object.keys(inputs).filter((key) => inputs[key]?.required);
  const helped = Object.keys(inputs).some((key) => secretPartsOf(inputs[key]).length > 0);
  return `${header}import * as pulumi from "@pulumi/pulumi";
${helped ? 'import { secretParts } from "./secretParts";\n' : ""}import type { ${shared.join(", ")} } from "./types";

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
  .join("")}    super(
      ${name}.type,
      name,
      {
${Object.keys(state)
  .map((key) => `        ${key}: undefined,\n`)
  .join("")}        // All of it, so that Check can name what is none of its properties.
        ...args,
${Object.entries(inputs)
  .map(([key, property]) => secretValue(key, property))
  .join("")}      },
      ${secrets.length > 0 ? `pulumi.mergeOptions(options, { additionalSecretOutputs: ${list(secrets)} })` : "options"},
    );
  }
}
`;
}

function argument(key: string, property: Property): string {
  const { required, shape } = property;
  return `${docComment(describeInput(property), "  ")}  readonly ${key}${required ? "" : "?"}: pulumi.Input<${typeText(shape, "input")}>;\n`;
}

function output(key: string, property: Property): string {
  const type = typeText(property.shape, "output");
  const always = property.required || property.default !== undefined;
  return `${docComment(describe(property), "  ")}  declare readonly ${key}: pulumi.Output<${type}${always ? "" : " | undefined"}>;\n`;
}

function secretValue(key: string, property: Property): string {
  const parts = secretPartsOf(property);
  if (property.secret) return `        ${key}: args?.${key} === undefined ? undefined : pulumi.secret(args.${key}),\n`;
  return parts.length > 0 ? `        ${key}: secretParts(args?.${key}, ${list(parts)}),\n` : "";
}

function secretPartsOf(property: Property | undefined): string[] {
  if (property?.shape.kind !== "object") return [];
  return Object.entries(property.shape.properties)
    .filter(([, part]) => part.secret)
    .map(([key]) => key);
}

function typesFile(inputs: readonly Named[], outputs: readonly Named[]): string {
  const interfaces = [
    ...inputs.map((shape) => ({ name: typeName(shape.name, "input"), shape, member: argument })),
    ...outputs.map((shape) => ({ name: typeName(shape.name, "output"), shape, member: field })),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
  const text = interfaces.map(
    ({ name, shape, member }) => `${docComment(shape.description)}export interface ${name} {
${Object.entries(shape.properties)
  .map(([key, property]) => member(key, property))
  .join("")}}
`,
  );
  return `${header}import type * as pulumi from "@pulumi/pulumi";

${text.join("\n")}`;
}

function field(key: string, property: Property): string {
  const always = property.required || property.default !== undefined;
  return `${docComment(describe(property), "  ")}  readonly ${key}${always ? "" : "?"}: ${typeText(property.shape, "output")};\n`;
}

function collect(shape: Shape, into: Map<string, Named>): void {
  if (shape.kind === "array" || shape.kind === "map") collect(shape.of, into);
  if (shape.kind === "union") for (const option of shape.options) collect(option, into);
  if (shape.kind !== "object") return;
  into.set(shape.name, shape);
  for (const property of Object.values(shape.properties)) collect(property.shape, into);
}

/** The named types that a class's own declarations mention; those inside of them are none of its business. */
function sharedTypes(inputs: Properties, state: Properties): string[] {
  const names = new Set<string>();
  const mention = (shape: Shape, as: "input" | "output"): void => {
    if (shape.kind === "object") names.add(typeName(shape.name, as));
    else if (shape.kind === "array" || shape.kind === "map") mention(shape.of, as);
    else if (shape.kind === "union") for (const option of shape.options) mention(option, as);
  };
  for (const { shape } of Object.values(inputs)) mention(shape, "input");
  for (const { shape } of Object.values(state)) mention(shape, "output");
  return [...names].sort();
}

const list = (texts: readonly string[]): string => `[${texts.map((text) => JSON.stringify(text)).join(", ")}]`;

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
