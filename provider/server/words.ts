import type { z } from "zod";

type Issue = z.core.$ZodRawIssue;

/** What to write instead, where the definition's own message does not say it. It never repeats the value: it may be a secret. */
export function wordsFor(issue: Issue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${typeWords[issue.expected] ?? issue.expected}${got(issue.input)}${issue.expected === "string" ? inQuotes(issue.input) : ""}`;
    case "invalid_value":
      return `must be ${listed(issue.values.map((value) => JSON.stringify(value)))}`;
    case "too_small":
      if (issue.origin === "string") return "must not be empty";
      return `must be ${issue.inclusive ? "at least" : "more than"} ${issue.minimum}`;
    case "too_big":
      if (issue.origin === "string") return `must have at most ${issue.maximum} characters`;
      return `must be ${issue.inclusive ? "at most" : "less than"} ${issue.maximum}`;
    default:
      return undefined;
  }
}

const typeWords: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
};

function got(value: unknown): string {
  if (Array.isArray(value)) return ", not a list";
  if (typeof value === "boolean") return ", not true or false";
  if (typeof value === "number") return Number.isInteger(value) ? ", not a number" : ", not a fraction";
  if (typeof value === "string") return ", not a string";
  return ", not an object";
}

/** What is text to its author, and is not to YAML. */
function inQuotes(value: unknown): string {
  if (typeof value !== "boolean" && typeof value !== "number") return "";
  const is = typeof value === "number" ? "digits alone is a number" : "true or false alone is no string";
  return `: write it in quotes. Config of a YAML program that is ${is}, whatever its type says: write such a value into the program`;
}

export function listed(words: readonly string[], last: "or" | "and" = "or"): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}`;
}
