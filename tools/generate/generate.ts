import { definitions } from "../../provider/resources/table";
import { classesOf } from "./classes";
import { type PackageFacts, schemaOf } from "./schema";

/** Every generated file: path from the repository's root to text. */
export function generate(facts: PackageFacts): Map<string, string> {
  const files = new Map([["provider/schema.json", `${JSON.stringify(schemaOf(definitions, facts), undefined, 2)}\n`]]);
  for (const [name, text] of classesOf(definitions, facts.pulumi.name)) files.set(`components/resources/${name}`, text);
  return files;
}
