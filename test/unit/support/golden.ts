import { readFileSync, writeFileSync } from "node:fs";

/** The text is as the file has it; with UPDATE=1 the file gets it, for a person to read the difference. */
export function expectGolden(text: string, path: string): void {
  if (process.env.UPDATE === "1") writeFileSync(path, text);
  expect(text).toBe(readFileSync(path, "utf8"));
}
