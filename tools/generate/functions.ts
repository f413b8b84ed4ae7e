import type { FunctionDefinition } from "../../provider/functions/definition";
import { propertiesOf } from "../../provider/schema/shape";
import { argument, field, typesIn } from "./members";
import { docComment, header } from "./typescript";

/** The functions of a program, each in both forms: of plain values, and of outputs. File name to text. */
export function functionsOf(definitions: readonly FunctionDefinition[], pkg: string): Map<string, string> {
  const files = new Map(definitions.map((definition) => [`${definition.name}.ts`, functionFile(definition, pkg)]));
  const exported = definitions.map(({ name }) => name).sort();
  const lines = exported.map((name) => {
    const names = [
      `type ${upperFirst(name)}Args`,
      `type ${upperFirst(name)}OutputArgs`,
      `type ${upperFirst(name)}Result`,
    ];
    return `export { ${[name, `${name}Output`, ...names].join(", ")} } from "./${name}";\n`;
  });
  files.set("index.ts", `${header}${lines.join("")}`);
  return files;
}

function functionFile({ name, description, ...definition }: FunctionDefinition, pkg: string): string {
  const inputs = propertiesOf(definition.inputs);
  const outputs = propertiesOf(definition.outputs);
  const type = upperFirst(name);
  const fails = "failOn" in inputs;
  const token = `"${pkg}:index:${name}"`;
  const shared = [...typesIn(inputs, "input"), ...typesIn(inputs, "output"), ...typesIn(outputs, "output")];
  const members = (of: typeof inputs, member: (key: string, property: (typeof inputs)[string]) => string) =>
    Object.entries(of)
      .map(([key, property]) => member(key, property))
      .join("");
  return `${header}import * as pulumi from "../sdk";
import { packageOptions } from "../resources/package";${fails ? '\nimport { askedOf, failFrom } from "../failOn";' : ""}
import type { ${[...new Set(shared)].sort().join(", ")} } from "../resources/types";

/** What {@link ${name}} takes. */
export interface ${type}Args {
${members(inputs, (key, property) => argument(key, property, "output"))}}

/** What {@link ${name}Output} takes: as {@link ${name}}, with values that may come later. */
export interface ${type}OutputArgs {
${members(inputs, argument)}}

/** What {@link ${name}} gives. */
export interface ${type}Result {
${members(outputs, field)}}

${docComment(description)}export function ${name}(args: ${type}Args, options?: pulumi.InvokeOptions): Promise<${type}Result> {
${fails ? failing(type, token) : `  return pulumi.invoke(${token}, { ...args }, { ...packageOptions, ...options });\n`}}

${docComment(`${description}\nWith an argument that is not known yet, the result is not known either; with a secret one, it is secret.`)}export function ${name}Output(args: ${type}OutputArgs, options?: pulumi.InvokeOutputOptions): pulumi.Output<${type}Result> {
${fails ? failingLater(type, token) : `  return pulumi.invokeOutput(${token}, { ...args }, { ...packageOptions, ...options });\n`}}
`;
}

/** In TypeScript, `failOn` ends the program and not the call: see components/failOn.ts. */
const failing = (type: string, token: string): string => `  return pulumi
    .invoke(${token}, askedOf({ ...args }, args?.failOn), { ...packageOptions, ...options })
    .then((result: ${type}Result) => failFrom(args?.failOn, result));
`;

const failingLater = (type: string, token: string): string => `  return pulumi.output(args?.failOn).apply((failOn) =>
    pulumi
      .invokeOutput<${type}Result>(${token}, askedOf({ ...args }, failOn), { ...packageOptions, ...options })
      .apply((result) => failFrom(failOn, result)),
  );
`;

const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
