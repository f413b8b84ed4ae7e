import type { z } from "zod";
import { nearest } from "../schema/nearest";
import type { Path } from "../schema/path";
import { isUnknown } from "../schema/unknown";
import { listed, wordsFor } from "./words";

export interface Wrong {
  readonly path: Path;
  readonly reason: string;
}

/** Types whose parts are looked at one by one, so that zod never sees them as a whole. */
const containers: ReadonlySet<string> = new Set(["object", "array", "record", "union"]);

/**
 * A value as the type wants it, with its defaults, and what is wrong with it. What is unknown passes, at any depth:
 * zod itself would refuse an object because of one part that only `up` will know.
 */
export function validate(type: z.ZodType, value: unknown, path: Path = []): { value: unknown; wrong: Wrong[] } {
  if (isUnknown(value)) return { value, wrong: [] };
  const { def } = type;
  if (containers.has(def.type) && (def.checks?.length ?? 0) > 0) {
    throw new Error("a rule between the properties of a definition belongs into its lifecycle's check");
  }
  switch (def.type) {
    case "optional":
    case "default": {
      const inner = (def as z.core.$ZodOptionalDef).innerType as z.ZodType;
      if (value !== undefined) return validate(inner, value, path);
      return { value: def.type === "default" ? (def as z.core.$ZodDefaultDef).defaultValue : undefined, wrong: [] };
    }
    case "object":
      return validateObject(type as z.ZodObject, value, path);
    case "array": {
      if (!Array.isArray(value)) return { value, wrong: [{ path, reason: "must be a list" }] };
      const element = (def as z.core.$ZodArrayDef).element as z.ZodType;
      const items = value.map((item, index) => validate(element, item, [...path, index]));
      return { value: items.map((item) => item.value), wrong: items.flatMap((item) => item.wrong) };
    }
    case "record": {
      if (!isObject(value)) return { value, wrong: [{ path, reason: "must be an object" }] };
      const item = (def as z.core.$ZodRecordDef).valueType as z.ZodType;
      const items = Object.entries(value).map(([key, one]) => ({ key, ...validate(item, one, [...path, key]) }));
      return {
        value: Object.fromEntries(items.map((one) => [one.key, one.value])),
        wrong: items.flatMap((one) => one.wrong),
      };
    }
    case "union":
      return validateUnion((def as z.core.$ZodUnionDef).options as z.ZodType[], value, path);
    default:
      return validateLeaf(type, value, path);
  }
}

function validateLeaf(type: z.ZodType, value: unknown, path: Path): { value: unknown; wrong: Wrong[] } {
  const result = type.safeParse(value, { error: wordsFor });
  if (result.success) return { value: result.data, wrong: [] };
  // One reason a value: the first says what it has to be.
  const [issue] = result.error.issues;
  return { value, wrong: [{ path, reason: issue?.message ?? "is not valid" }] };
}

function validateObject(type: z.ZodObject, value: unknown, path: Path): { value: unknown; wrong: Wrong[] } {
  const known = Object.keys(type.shape);
  if (!isObject(value)) return { value, wrong: [{ path, reason: `must be an object with ${listed(known, "and")}` }] };
  const wrong: Wrong[] = [];
  const values: Record<string, unknown> = {};
  for (const key of Object.keys(value).filter((given) => !known.includes(given))) {
    const near = nearest(key, known);
    const advice = near === undefined ? `it has ${listed(known, "and")}` : `did you mean "${near}"?`;
    wrong.push({ path: [...path, key], reason: `has no property ${JSON.stringify(key)}; ${advice}` });
    values[key] = value[key];
  }
  for (const [key, property] of Object.entries(type.shape) as [string, z.ZodType][]) {
    const given = value[key];
    if (given === undefined && property.def.type !== "optional" && property.def.type !== "default") {
      const about = property.meta()?.description;
      wrong.push({ path: [...path, key], reason: about ? `is missing. ${about}` : "is missing" });
      continue;
    }
    const checked = validate(property, given, [...path, key]);
    if (checked.value !== undefined) values[key] = checked.value;
    wrong.push(...checked.wrong);
  }
  return { value: values, wrong };
}

/** The first option that takes the value; else what is wrong by the options of the value's own kind, or by all. */
function validateUnion(options: readonly z.ZodType[], value: unknown, path: Path): { value: unknown; wrong: Wrong[] } {
  const tried = options.map((option) => ({ option, ...validate(option, value, path) }));
  const taken = tried.find(({ wrong }) => wrong.length === 0);
  if (taken) return taken;
  const alike = tried.filter(({ option }) => (option.def.type === "object") === isObject(value));
  const [only, ...others] = alike;
  if (only && others.length === 0 && isObject(value)) return only;
  const reasons = [...new Set(tried.flatMap(({ wrong }) => wrong.map(({ reason }) => reason)))];
  return { value, wrong: [{ path, reason: reasons.join("; or it ") }] };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
