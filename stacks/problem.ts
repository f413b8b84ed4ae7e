import type { z } from "zod";
import { nearest } from "../provider/schema/nearest";

type Path = readonly PropertyKey[];

/** One thing that is wrong with the config, and where. */
export interface Problem {
  readonly path: Path;
  readonly reason: string;
}

/** `hosts.kvm1.bridge.addressing.routes[0].via`, in the notation of `pulumi config set --path`; below a key, if one is given. */
export function formatPath(path: Path, below = ""): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    const key = String(part);
    if (!/^[A-Za-z0-9_-]+$/.test(key)) return `${text}[${JSON.stringify(key)}]`;
    return text === "" ? key : `${text}.${key}`;
  }, below);
}

/** `; did you mean "kvm1"?`, or what there is. */
export function suggestion(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  if (near !== undefined) return `; did you mean "${near}"?`;
  return known.length > 0 ? `; there is ${known.map((name) => `"${name}"`).join(", ")}` : "";
}

/** zod's issues as problems: each at the property that is wrong, in words for who wrote the YAML. */
export function problemsOf(schema: z.core.$ZodType, issues: readonly z.core.$ZodIssue[], at: Path = []): Problem[] {
  return issues.flatMap((issue) => {
    const path = [...at, ...issue.path];
    switch (issue.code) {
      case "unrecognized_keys": {
        const known = knownKeys(schema, issue.path);
        return issue.keys.map((key) => ({
          path: [...path, key],
          reason: `is not known here${suggestion(key, known)}`,
        }));
      }
      case "invalid_union":
        return unionProblems(schema, issue, at);
      case "invalid_key":
        return [{ path, reason: issue.issues.map((inner) => reasonOf(inner)).join(", ") }];
      default:
        return [{ path, reason: `${reasonOf(issue)}${inQuotes(issue)}` }];
    }
  });
}

/** Of the alternatives, the one that the author was at: what is wrong inside it says more than that it did not match. */
function unionProblems(schema: z.core.$ZodType, issue: z.core.$ZodIssueInvalidUnion, at: Path): Problem[] {
  const path = [...at, ...issue.path];
  const tried = issue.errors.filter((errors) => !errors.some(isOther));
  const [only] = tried;
  const isInside = (inner: z.core.$ZodIssue) => inner.path.length > 0 || inner.code === "unrecognized_keys";
  if (tried.length === 1 && only?.some(isInside)) {
    const inner = only.map((error) => ({ ...error, path: [...issue.path, ...error.path] }));
    return problemsOf(schema, inner, at);
  }
  const reasons = issue.errors.flat().flatMap(reasonsOf);
  return [{ path, reason: [...new Set(reasons)].join(" or ").replaceAll(" or must be ", " or ") }];
}

/** Whether it is none of a kind that a value could be of, rather than one that is wrong. An alternative may be several itself. */
function isOther({ path, ...issue }: z.core.$ZodIssue): boolean {
  if (path.length > 0) return false;
  if (issue.code === "invalid_union") return issue.errors.every((errors) => errors.some(isOther));
  return issue.code === "invalid_type" || issue.code === "invalid_value";
}

const reasonsOf = (issue: z.core.$ZodIssue): string[] =>
  issue.code === "invalid_union" ? issue.errors.flat().flatMap(reasonsOf) : [reasonOf(issue)];

/** What a YAML file has there. */
const nouns: Readonly<Record<string, string>> = {
  array: "a list, like `[a, b]`",
  boolean: "true or false",
  int: "a whole number",
  number: "a number",
  object: "properties, like `name: value`",
  record: "names, each with what it has, like `lan: {}`",
  string: "a text",
};

/** What is text to its author, and is not to YAML. */
const inQuotes = ({ code, message, ...issue }: z.core.$ZodIssue) =>
  code === "invalid_type" &&
  "expected" in issue &&
  issue.expected === "string" &&
  /received (number|boolean)$/.test(message)
    ? ": write it in quotes"
    : "";

function reasonOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      if (/received undefined$/.test(issue.message)) return "is missing";
      return `must be ${nouns[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}`;
    case "too_small":
      return issue.origin === "string" ? "must not be empty" : `must be at least ${issue.minimum}`;
    case "too_big":
      return `must be at most ${issue.maximum}`;
    default:
      return issue.message;
  }
}

/** The keys that the schema has at a path. zod's own issue names the unknown ones only. */
function knownKeys(schema: z.core.$ZodType, path: Path): string[] {
  const type = schema as z.core.$ZodTypes;
  const def = type._zod.def;
  switch (def.type) {
    case "optional":
    case "default":
    case "nullable":
      return knownKeys(def.innerType, path);
    case "pipe":
      return [...knownKeys(def.in, path), ...knownKeys(def.out, path)];
    case "union":
      return def.options.flatMap((option) => knownKeys(option, path));
    case "array":
      return path.length > 0 ? knownKeys(def.element, path.slice(1)) : [];
    case "record":
      return path.length > 0 ? knownKeys(def.valueType, path.slice(1)) : [];
    case "object": {
      const [key, ...rest] = path;
      if (key === undefined) return Object.keys(def.shape);
      const next = def.shape[String(key)];
      return next === undefined ? [] : knownKeys(next, rest);
    }
    default:
      return [];
  }
}
