import { componentDefinitions } from "../../provider/components/table";
import { functionDefinitions } from "../../provider/functions/table";
import { definitions } from "../../provider/resources/table";
import { connection } from "../../provider/schema/connection";
import { classesOf } from "./classes";
import { componentInputsOf, connectionPartsOf } from "./componentInputs";
import { configSchemaOf } from "./configSchema";
import { functionsOf } from "./functions";
import { type PackageFacts, schemaOf } from "./schema";
import { typesOf } from "./types";
import { header } from "./typescript";

/** Every generated file: path from the repository's root to text. */
export function generate(facts: PackageFacts): Map<string, string> {
  const { name } = facts.pulumi;
  const schema = schemaOf(definitions, componentDefinitions, functionDefinitions, facts);
  return new Map([
    ["provider/schema.json", `${JSON.stringify(schema, undefined, 2)}\n`],
    ["stacks/homelab.schema.json", `${JSON.stringify(configSchemaOf(), undefined, 2)}\n`],
    ...under("components/resources", classesOf(definitions, name)),
    ["components/resources/types.ts", typesOf(definitions, componentDefinitions, functionDefinitions)],
    ["components/resources/package.ts", packageFile(facts)],
    ["components/resources/componentInputs.ts", componentInputsOf(componentDefinitions)],
    ["components/resources/connectionParts.ts", connectionPartsOf(connection)],
    ...under("components/functions", functionsOf(functionDefinitions, name)),
  ]);
}

function under(folder: string, files: ReadonlyMap<string, string>): [path: string, text: string][] {
  return [...files].map(([file, text]) => [`${folder}/${file}`, text]);
}

/** Which plugin the engine is to start for what the package declares. */
function packageFile({ version, pulumi }: PackageFacts): string {
  const options = { version, ...(pulumi.server && { pluginDownloadURL: pulumi.server }) };
  return `${header}
/** Which plugin the engine starts: that of this version, and where it is downloaded from if the project does not say where it is. */
export const packageOptions: { readonly version: string; readonly pluginDownloadURL?: string } = ${JSON.stringify(options)};
`;
}
