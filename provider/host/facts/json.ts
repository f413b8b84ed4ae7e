import type { z } from "zod";

/** What a host's tools print, with some to spare: a ruleset of 20,000 rules, or as many routes. */
const longest = 8 * 1024 * 1024;
/** iproute2's and nft's own need 12. The parser calls itself for each level. */
const deepest = 64;
/** Lists and objects: 100,000 rules of nft's have as many. */
const most = 1_000_000;

/** @throws Error with what is wrong with it, as it goes on after its name */
export function parseJson(text: string): unknown {
  if (text.length > longest) throw new Error(`is longer than ${longest / 1024 / 1024} MB`);
  const { depth, count } = brackets(text);
  if (depth > deepest) throw new Error(`nests deeper than ${deepest} levels`);
  if (count > most) throw new Error(`has more than ${most} lists and objects`);
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(text.trim() === "" ? "is empty" : "is no JSON");
  }
}

/** One value of a shape. @throws Error as above, that says where it is another thing than expected */
export function shaped<T extends z.ZodType>(shape: T, value: unknown): z.infer<T> {
  const read = shape.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new Error(`is not as expected at ${issue?.path.join(".") || "its top"}: ${issue?.message}`);
}

/** How deep brackets nest outside of strings, and how many there are, in one pass, whether it is JSON or not. */
function brackets(text: string): { depth: number; count: number } {
  let [depth, deepest, count, inString] = [0, 0, 0, false];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === backslash) at += 1;
      else if (code === quote) inString = false;
    } else if (code === quote) inString = true;
    else if (code === bracket || code === brace) {
      depth += 1;
      count += 1;
      if (depth > deepest) deepest = depth;
    } else if (code === bracket + 2 || code === brace + 2) depth -= 1;
  }
  return { depth: deepest, count };
}

const [quote, backslash, bracket, brace] = [0x22, 0x5c, 0x5b, 0x7b];
