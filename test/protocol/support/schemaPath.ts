interface TypeSpec {
  readonly type?: string;
  readonly $ref?: string;
  readonly items?: TypeSpec;
  readonly additionalProperties?: TypeSpec;
  readonly oneOf?: readonly TypeSpec[];
}

export interface Schema {
  readonly types: Readonly<Record<string, { readonly properties: Readonly<Record<string, TypeSpec>> }>>;
  readonly resources: Readonly<Record<string, { readonly inputProperties: Readonly<Record<string, TypeSpec>> }>>;
}

/** Whether a resource's inputs have such a path, walked step by step through the schema; "" is the resource itself. */
export function hasPath(schema: Schema, resource: string, path: string): boolean {
  const steps = path.match(/[A-Za-z_]\w*|\[\d+\]|\["(?:[^"\\]|\\.)*"\]/g) ?? [];
  if (steps.join("").replaceAll(".", "") !== path.replaceAll(".", "")) return false;
  const properties = schema.resources[`kvmnet:index:${resource}`]?.inputProperties;
  const [first, ...rest] = steps;
  if (properties === undefined) return false;
  if (first === undefined) return true;
  return Object.hasOwn(properties, first) && leadsOn(schema, properties[first], rest);
}

function leadsOn(schema: Schema, spec: TypeSpec | undefined, steps: readonly string[]): boolean {
  const [step, ...rest] = steps;
  if (spec === undefined) return false;
  if (step === undefined) return true;
  if (spec.oneOf) return spec.oneOf.some((option) => leadsOn(schema, option, steps));
  if (/^\[\d+\]$/.test(step)) return spec.type === "array" && leadsOn(schema, spec.items, rest);
  if (spec.additionalProperties) return leadsOn(schema, spec.additionalProperties, rest);
  const properties = spec.$ref ? schema.types[spec.$ref.replace("#/types/", "")]?.properties : undefined;
  return properties !== undefined && Object.hasOwn(properties, step) && leadsOn(schema, properties[step], rest);
}
