import { functionDefinitions } from "../../provider/functions/table";
import { definitions } from "../../provider/resources/table";
import { classesOf } from "./classes";
import { functionsOf } from "./functions";
import { type PackageFacts, schemaOf } from "./schema";
import { typesOf } from "./types";

/** Every generated file: path from the repository's root to text. */
export function generate(facts: PackageFacts): Map<string, string> {
  const { name } = facts.pulumi;
  const schema = schemaOf(definitions, functionDefinitions, facts);
  return new Map([
    ["provider/schema.json", `${JSON.stringify(schema, undefined, 2)}\n`],
    ...under("components/resources", classesOf(definitions, name)),
    ["components/resources/types.ts", typesOf(definitions, functionDefinitions)],
    ...under("components/functions", functionsOf(functionDefinitions, name)),
  ]);
}

function under(folder: string, files: ReadonlyMap<string, string>): [path: string, text: string][] {
  return [...files].map(([file, text]) => [`${folder}/${file}`, text]);
}
