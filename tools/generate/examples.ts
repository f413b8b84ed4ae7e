import { inspect } from "node:util";
import { stringify } from "yaml";

/** What a program says of a resource, or asks of a host. */
interface Example {
  readonly title: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

const connection = { host: "kvm1.example", user: "root" };

/** One of each resource, component and function, by its name; a test previews each. */
const examples: Readonly<Record<string, Example>> = {
  Bridge: { title: "A bridge on the NIC with the default route", properties: { connection, name: "br0" } },
  BridgeNetfilter: { title: "Let through what br0 forwards", properties: { connection, bridge: "br0" } },
  BridgeNetwork: { title: "A network on a bridge that is there", properties: { connection, bridge: "br0" } },
  BridgeSelfTest: { title: "Try br0 as a VM would, by DHCP", properties: { connection, bridge: "br0" } },
  HostBridge: { title: "A host whose VMs stand on its LAN", properties: { connection, selfTest: true } },
  Network: { title: "A libvirt network on br0", properties: { connection, bridge: "br0", name: "guests" } },
  Nic: { title: "A NIC on the network lan, for the VM web", properties: { connection, domain: "web", network: "lan" } },
  Tap: { title: "A TAP in br0 for QEMU", properties: { connection, bridge: "br0", owner: "root" } },
  VmNic: { title: "A NIC on br0, for the VM web", properties: { connection, domain: "web", bridge: "br0" } },
  diagnose: { title: "What is wrong with a host", properties: { connection } },
  getHost: { title: "What a host is like", properties: { connection } },
  getNic: { title: "A NIC of the VM web", properties: { connection, domain: "web" } },
};

/** The description with an example, as the registry shows it. */
export function withExample(pkg: string, npm: string, name: string, description: string): string {
  const example = examples[name];
  if (!example) throw new Error(`tools/generate/examples.ts has no example of ${name}`);
  const isFunction = /^[a-z]/.test(name);
  const blocks = [
    ["typescript", isFunction ? callIn(npm, name, example) : newIn(npm, name, example)],
    ["python", pythonIn(pkg, name, example)],
    ["go", goIn(npm, pkg, name, example)],
    ["yaml", isFunction ? invokeIn(pkg, name, example) : resourceIn(pkg, name, example)],
  ] as const;
  const code = blocks.map(([language, text]) => `\`\`\`${language}\n${text}\`\`\``).join("\n");
  return `${description}

{{% examples %}}
## Example Usage
{{% example %}}
### ${example.title}

${code}
{{% /example %}}
{{% /examples %}}`;
}

const literal = (value: unknown): string => inspect(value, { depth: null }).replaceAll("'", '"');

function newIn(npm: string, name: string, { properties }: Example): string {
  return `import * as kvmnet from "${npm}";

const ${lowerFirst(name)} = new kvmnet.${name}("${lowerFirst(name)}", ${literal(properties)});
`;
}

function callIn(npm: string, name: string, { properties }: Example): string {
  return `import * as kvmnet from "${npm}";

export const answer = kvmnet.${name}Output(${literal(properties)});
`;
}

function pythonIn(pkg: string, name: string, { properties }: Example): string {
  const given = Object.entries(properties).map(([key, value]) => `${snakeCase(key)}=${pythonLiteral(value)}`);
  const call = /^[a-z]/.test(name)
    ? `pulumi.export("answer", ${pkg}.${snakeCase(name)}_output(${given.join(", ")}))`
    : `${snakeCase(name)} = ${pkg}.${name}("${lowerFirst(name)}", ${given.join(", ")})`;
  return `import pulumi\nimport pulumi_${pkg} as ${pkg}\n\n${call}\n`;
}

function pythonLiteral(value: unknown): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, one]) => `"${snakeCase(key)}": ${pythonLiteral(one)}`);
  return `{${members.join(", ")}}`;
}

function goIn(npm: string, pkg: string, name: string, { properties }: Example): string {
  const isFunction = /^[a-z]/.test(name);
  // GetNic is what reads a Nic of another stack.
  const type = upperFirst(name.slice(3) in examples ? name.replace(/^get/, "lookup") : name);
  const args = goFields(pkg, properties, "\t\t\t");
  const call = isFunction
    ? `ctx.Export("answer", ${pkg}.${type}Output(ctx, ${pkg}.${type}OutputArgs{\n${args}\t\t}))\n\t\treturn nil`
    : `_, err := ${pkg}.New${type}(ctx, "${lowerFirst(name)}", &${pkg}.${type}Args{\n${args}\t\t})\n\t\treturn err`;
  return `package main

import (
\t"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
\t"${npm}/sdk/go/${pkg}"
)

func main() {
\tpulumi.Run(func(ctx *pulumi.Context) error {
\t\t${call}
\t})
}
`;
}

/** The members of a struct as gofmt has them: in a column, but for those whose values take several lines. */
function goFields(pkg: string, properties: Readonly<Record<string, unknown>>, indent: string): string {
  const members = Object.entries(properties).map(([key, value]) => ({ key, text: goLiteral(pkg, key, value, indent) }));
  const width = Math.max(...members.filter(({ text }) => !text.includes("\n")).map(({ key }) => key.length), 0);
  const line = ({ key, text }: (typeof members)[number]) =>
    `${indent}${`${upperFirst(key)}:`.padEnd(text.includes("\n") ? 0 : width + 1)} ${text},\n`;
  return members.map(line).join("");
}

function goLiteral(pkg: string, key: string, value: unknown, indent: string): string {
  if (typeof value === "boolean") return `pulumi.Bool(${value})`;
  if (typeof value !== "object" || value === null) return `pulumi.String(${JSON.stringify(value)})`;
  return `&${pkg}.${upperFirst(key)}Args{\n${goFields(pkg, { ...value }, `${indent}\t`)}${indent}}`;
}

const snakeCase = (text: string): string =>
  lowerFirst(text).replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const resourceIn = (pkg: string, name: string, { properties }: Example): string =>
  stringify({ resources: { [lowerFirst(name)]: { type: `${pkg}:${name}`, properties } } });

const invokeIn = (pkg: string, name: string, { properties }: Example): string =>
  stringify({ variables: { answer: { "fn::invoke": { function: `${pkg}:${name}`, arguments: properties } } } });

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
