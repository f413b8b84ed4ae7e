import type { z } from "zod";

/** What a zod type says, as plain data: all that the schema, the classes, the codec and check failures need of zod. */
export type Shape =
  | { readonly kind: "string"; readonly values?: readonly string[] }
  | { readonly kind: "integer" | "number" }
  | { readonly kind: "boolean"; readonly values?: readonly boolean[] }
  | { readonly kind: "array" | "map"; readonly of: Shape }
  | { readonly kind: "object"; readonly name: string; readonly description: string; readonly properties: Properties }
  | { readonly kind: "union"; readonly options: readonly Shape[] };

export interface Property {
  readonly shape: Shape;
  readonly description: string;
  readonly secret: boolean;
  /** A change of it alone is no change of the resource. */
  readonly quiet?: boolean;
  /** Never a value that comes later. */
  readonly plain?: boolean;
  /** The user has to say it. */
  readonly required: boolean;
  readonly default?: unknown;
  /** An old value that is as good as none. */
  readonly formerDefault?: unknown;
}

export type Properties = Readonly<Record<string, Property>>;

/** The properties of an object type. */
export function propertiesOf(type: z.ZodObject): Properties {
  return Object.fromEntries(Object.entries(type.shape).map(([key, value]) => [key, propertyOf(value as z.ZodType)]));
}

function propertyOf(type: z.ZodType): Property {
  let inner = type;
  let meta = type.meta();
  let required = true;
  let fallback: unknown;
  for (;;) {
    const { def } = inner;
    // What is read only has words of its own, where an object type that is shared has its type's.
    if (def.type !== "optional" && def.type !== "default" && def.type !== "readonly") break;
    if (def.type !== "readonly") required = false;
    if (def.type === "default") fallback = (def as z.core.$ZodDefaultDef).defaultValue;
    inner = (def as z.core.$ZodOptionalDef).innerType as z.ZodType;
    meta = { ...inner.meta(), ...meta };
  }
  return {
    shape: shapeOf(inner),
    description: meta?.description ?? "",
    secret: meta?.secret === true,
    quiet: meta?.quiet === true,
    ...(meta?.plain === true && { plain: true }),
    required,
    ...(fallback === undefined ? {} : { default: fallback }),
    ...(meta?.formerDefault === undefined ? {} : { formerDefault: meta.formerDefault }),
  };
}

function shapeOf(type: z.ZodType): Shape {
  const { def } = type;
  switch (def.type) {
    case "string":
      return { kind: "string" };
    case "boolean":
      return { kind: "boolean" };
    case "number":
      return { kind: (def as { check?: string }).check === "number_format" ? "integer" : "number" };
    case "enum":
      return { kind: "string", values: Object.values((def as z.core.$ZodEnumDef).entries).map(String) };
    case "literal":
      return literalOf((def as z.core.$ZodLiteralDef<string | boolean>).values);
    case "array":
      return { kind: "array", of: shapeOf((def as z.core.$ZodArrayDef).element as z.ZodType) };
    case "record":
      return { kind: "map", of: shapeOf((def as z.core.$ZodRecordDef).valueType as z.ZodType) };
    case "pipe":
      // What the user writes, before it is normalised.
      return shapeOf((def as z.core.$ZodPipeDef).in as z.ZodType);
    case "union":
      return unionOf((def as z.core.$ZodUnionDef).options.map((option) => shapeOf(option as z.ZodType)));
    case "object": {
      const { typeName, description } = type.meta() ?? {};
      if (typeName === undefined) throw new Error("an object type in a definition needs .meta({ typeName })");
      return {
        kind: "object",
        name: typeName,
        description: description ?? "",
        properties: propertiesOf(type as z.ZodObject),
      };
    }
    default:
      throw new Error(`a definition can't have a zod type ${def.type}: the schema has no word for it`);
  }
}

function literalOf(values: readonly (string | boolean)[]): Shape {
  const flags = values.filter((value) => typeof value === "boolean");
  return flags.length > 0 ? { kind: "boolean", values: flags } : { kind: "string", values: values.map(String) };
}

/** Several kinds of string are one string: which texts are taken is for the description to say. */
function unionOf(options: readonly Shape[]): Shape {
  const [first, ...others] = options;
  if (first === undefined) throw new Error("a union in a definition has no options");
  if (options.every((option) => option.kind === "string")) {
    const values = options.flatMap((option) => option.values ?? []);
    return options.every((option) => option.values) ? { kind: "string", values } : { kind: "string" };
  }
  return others.length === 0 ? first : { kind: "union", options };
}
