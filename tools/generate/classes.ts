import { configuration } from "../../provider/resources/configuration";
import type { Definition } from "../../provider/schema/definition";
import { type Property, propertiesOf } from "../../provider/schema/shape";
import { stateOf } from "../../provider/schema/state";
import { argument, typesIn } from "./members";
import { describe, providerDescription } from "./schema";
import { docComment, header, typeText } from "./typescript";

/** The resource classes: file name to text. */
export function classesOf(definitions: readonly Definition[], pkg: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const definition of definitions) files.set(`${lowerFirst(definition.name)}.ts`, classFile(definition, pkg));
  const names = definitions.map(({ name }) => name).sort();
  files.set(
    "index.ts",
    `${header}${names.map((name) => `export { ${name}, type ${name}Args } from "./${lowerFirst(name)}";`).join("\n")}
export { Provider, type ProviderArgs } from "./provider";
export type * from "./types";
`,
  );
  files.set("registered.ts", registeredFile(names, pkg));
  files.set("provider.ts", providerFile(pkg));
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
import { packageOptions } from "./package";
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
    (key) => `    if (!options.id && !options.urn && args?.${key} === undefined) {
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
        pulumi.mergeOptions({ ...packageOptions${secrets.length > 0 ? `, additionalSecretOutputs: ${list(secrets)}` : ""} }, options),
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

/** The program's own provider. What is nested goes to it as JSON, as each language sends it. */
function providerFile(pkg: string): string {
  const inputs = propertiesOf(configuration);
  return `${header}import { connectionOfProvider } from "../providerConnection";
import * as pulumi from "../sdk";
import { packageOptions } from "./package";
import { secretParts } from "./secretParts";
import type { ${typesIn(inputs, "input").join(", ")} } from "./types";

/** What a {@link Provider} takes. */
export interface ProviderArgs {
${Object.entries(inputs)
  .map(([key, property]) => argument(key, property))
  .join("")}}

${docComment(providerDescription)}export class Provider extends pulumi.ProviderResource {
  /** Whether it is a Provider, also one from another copy of this package. */
  static override isInstance(value: unknown): value is Provider {
    return pulumi.ProviderResource.isInstance(value);
  }

  constructor(name: string, { connection, ...others }: ProviderArgs = {}, options?: pulumi.ResourceOptions) {
    const parts = secretParts(connection, ${list(secretPartsOf(inputs.connection))});
    const json = parts === undefined ? undefined : pulumi.output(parts).apply((known) => JSON.stringify(known));
    // All of it, so that what is none of its properties is named.
    super("${pkg}", name, { ...others, connection: json }, pulumi.mergeOptions({ ...packageOptions }, options));
    if (parts !== undefined) connectionOfProvider.set(this, parts);
  }
}
`;
}

/** So that a reference to a resource, from a component in another language for one, becomes the resource's own class. */
function registeredFile(names: readonly string[], pkg: string): string {
  return `${header}import * as resources from ".";
import * as pulumi from "../sdk";
import { packageOptions } from "./package";

pulumi.registerResourceModule("${pkg}", "index", {
  version: packageOptions.version,
  construct: (name, type, urn) => {
    switch (type) {
${names
  .map(
    (name) => `      case resources.${name}.type:\n        return new resources.${name}(name, undefined, { urn });\n`,
  )
  .join("")}      default:
        throw new Error(\`${pkg} has no resource \${type}\`);
    }
  },
});
pulumi.registerResourcePackage("${pkg}", {
  version: packageOptions.version,
  constructProvider: (name, _type, urn) => new resources.Provider(name, undefined, { urn }),
});
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
