import type { ComponentDefinition } from "../../provider/components/definition";
import type { FunctionDefinition } from "../../provider/functions/definition";
import { configuration } from "../../provider/resources/configuration";
import type { Definition } from "../../provider/schema/definition";
import { type Properties, type Property, propertiesOf, type Shape } from "../../provider/schema/shape";
import { stateOf } from "../../provider/schema/state";
import { withExample } from "./examples";

/** What of package.json the schema repeats. */
export interface PackageFacts {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly keywords: readonly string[];
  readonly author: string;
  /** Addresses, where there are such: this is the one place that has them. */
  readonly homepage?: string;
  readonly repository?: string;
  /** `server` is where the plugin's archives are; without one, the project has to say where the plugin is. */
  readonly pulumi: { readonly name: string; readonly server?: string };
}

type Json = Record<string, unknown>;

/** The words of each language's Provider. */
export const providerDescription =
  "A provider of the program's own, for the resources that name it as their `provider`: with a connection of its own, in a plugin process of its own.";

/** The package's schema, as https://www.pulumi.com/docs/iac/guides/building-extending/packages/schema/ has it. */
export function schemaOf(
  definitions: readonly Definition[],
  componentDefinitions: readonly ComponentDefinition[],
  functionDefinitions: readonly FunctionDefinition[],
  facts: PackageFacts,
): Json {
  const { name } = facts.pulumi;
  const described = (definition: { readonly name: string; readonly description: string }) =>
    withExample(name, facts.name, definition.name, definition.description);
  const types: Json = {};
  const resources: Json = {};
  const functions: Json = {};
  const configured = propertiesOf(configuration);
  for (const { shape } of Object.values(configured)) collect(name, shape, types);
  for (const definition of definitions) {
    const inputs = propertiesOf(definition.inputs);
    const state = stateOf(definition);
    for (const { shape } of [...Object.values(inputs), ...Object.values(state)]) collect(name, shape, types);
    resources[`${name}:index:${definition.name}`] = {
      description: described(definition),
      inputProperties: replacing(definition, specs(name, inputs, true)),
      requiredInputs: keysWhere(inputs, (property) => property.required),
      properties: replacing(definition, specs(name, state, false)),
      required: keysWhere(state, (property) => property.required || property.default !== undefined),
    };
  }
  for (const definition of componentDefinitions) {
    const inputs = propertiesOf(definition.inputs);
    const outputs = propertiesOf(definition.outputs);
    for (const { shape } of [...Object.values(inputs), ...Object.values(outputs)]) collect(name, shape, types);
    resources[`${name}:index:${definition.name}`] = {
      description: described(definition),
      isComponent: true,
      inputProperties: specs(name, inputs, true),
      requiredInputs: keysWhere(inputs, (property) => property.required),
      properties: specs(name, outputs, false),
      required: keysWhere(outputs, (property) => property.required),
    };
  }
  for (const definition of functionDefinitions) {
    const inputs = propertiesOf(definition.inputs);
    const outputs = propertiesOf(definition.outputs);
    for (const { shape } of [...Object.values(inputs), ...Object.values(outputs)]) collect(name, shape, types);
    functions[`${name}:index:${definition.name}`] = {
      description: described(definition),
      inputs: {
        type: "object",
        properties: specs(name, inputs, true),
        required: keysWhere(inputs, (property) => property.required),
      },
      outputs: {
        type: "object",
        properties: specs(name, outputs, false),
        required: keysWhere(outputs, (property) => property.required),
      },
    };
  }
  const respectSchemaVersion = true;
  return {
    $schema: "https://raw.githubusercontent.com/pulumi/pulumi/master/pkg/codegen/schema/pulumi.json",
    name,
    displayName: name,
    version: facts.version,
    description: facts.description,
    keywords: [...facts.keywords, "category/infrastructure", "kind/native"],
    license: facts.license,
    publisher: facts.author,
    ...(facts.homepage && { homepage: facts.homepage }),
    ...(facts.repository && {
      repository: facts.repository,
      logoUrl: `${facts.repository.replace(/\.git$/, "")}/raw/v${facts.version}/docs/logo.svg`,
    }),
    ...(facts.pulumi.server && { pluginDownloadURL: facts.pulumi.server }),
    language: {
      nodejs: { packageName: facts.name, respectSchemaVersion },
      python: { respectSchemaVersion, pyproject: { enabled: true } },
      go: {
        respectSchemaVersion,
        generateResourceContainerTypes: true,
        importBasePath: `${facts.name}/sdk/go/${name}`,
      },
      csharp: { respectSchemaVersion },
    },
    config: { variables: specs(name, configured, true) },
    provider: { description: providerDescription, inputProperties: specs(name, configured, true) },
    types: sorted(types),
    resources: sorted(resources),
    functions: sorted(functions),
  };
}

/** Object types are named and shared, also those inside of others. */
function collect(pkg: string, shape: Shape, types: Json): void {
  if (shape.kind === "array" || shape.kind === "map") collect(pkg, shape.of, types);
  if (shape.kind === "union") for (const option of shape.options) collect(pkg, option, types);
  if (shape.kind !== "object") return;
  const spec = {
    type: "object",
    description: shape.description,
    properties: specs(pkg, shape.properties, true),
    required: keysWhere(shape.properties, (property) => property.required),
  };
  const token = `${pkg}:index:${shape.name}`;
  if (types[token] !== undefined && JSON.stringify(types[token]) !== JSON.stringify(spec)) {
    throw new Error(`two different object types have the typeName ${shape.name}`);
  }
  types[token] = spec;
  for (const property of Object.values(shape.properties)) collect(pkg, property.shape, types);
}

function specs(pkg: string, properties: Properties, withDefaults: boolean): Json {
  return Object.fromEntries(
    Object.entries(properties).map(([key, property]) => [key, propertySpec(pkg, property, withDefaults)]),
  );
}

/** With a word where a change makes it another thing, which Diff says by itself. */
function replacing({ replaceOn }: Definition, specified: Json): Json {
  return Object.fromEntries(
    Object.entries(specified).map(([key, spec]) => [
      key,
      (replaceOn as readonly string[]).includes(key) ? { ...(spec as Json), replaceOnChanges: true } : spec,
    ]),
  );
}

function propertySpec(pkg: string, property: Property, withDefaults: boolean): Json {
  // A schema has a word for defaults of primitive types only (of a union's, Go's code generation ends in a panic); Check
  // fills in the others all the same.
  const { shape } = property;
  const primitive = property.default !== undefined && typeof property.default !== "object" && shape.kind !== "union";
  const description = withDefaults && !primitive ? describeInput(property) : describe(property);
  return {
    ...typeSpec(pkg, shape),
    ...(property.plain && { plain: true }),
    ...(description === "" ? {} : { description }),
    ...(withDefaults && primitive ? { default: property.default } : {}),
    ...(property.secret ? { secret: true } : {}),
  };
}

/** The description with the values that are taken: the schema's own enums would make every other text an error. */
export function describe({ description, shape }: Property): string {
  if (shape.kind !== "string" || shape.values === undefined) return description;
  const missing = shape.values.map((value) => `"${value}"`).filter((value) => !description.includes(value));
  return missing.length === 0 ? description : `${description} One of ${missing.join(", ")}.`.trim();
}

/** The description of an input: with its default. */
export function describeInput(property: Property): string {
  const text = describe(property);
  if (property.default === undefined || text.includes("(the default)") || text.includes("Default:")) return text;
  return `${text} Default: ${JSON.stringify(property.default)}.`.trim();
}

function typeSpec(pkg: string, shape: Shape): Json {
  switch (shape.kind) {
    case "array":
      return { type: "array", items: typeSpec(pkg, shape.of) };
    case "map":
      return { type: "object", additionalProperties: typeSpec(pkg, shape.of) };
    case "object":
      return { $ref: `#/types/${pkg}:index:${shape.name}` };
    case "union":
      return { oneOf: shape.options.map((option) => typeSpec(pkg, option)) };
    default:
      return { type: shape.kind };
  }
}

const keysWhere = (properties: Properties, test: (property: Property) => boolean): string[] =>
  Object.keys(properties).filter((key) => {
    const property = properties[key];
    return property !== undefined && test(property);
  });

const sorted = (object: Json): Json => Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
