import type { YamlProgram } from "../lab/yamlStack";

export type Properties = Record<string, unknown>;

/** One of each resource of kvmnet's, by a name of its own, on one host. */
export const types = {
  br: "Bridge",
  filter: "BridgeNetfilter",
  lan: "Network",
  nic: "Nic",
  tap: "Tap",
  tried: "BridgeSelfTest",
} as const;

export type Name = keyof typeof types;

/** An output of another resource, as YAML programs have it. */
const of = (output: string) => `\${${output}}`;

/** What they are where a test says nothing else; the VM "web" has to be there. */
const plain: Record<Name, Properties> = {
  br: { name: "br0" },
  filter: { bridge: of("br.name") },
  lan: { name: "lan", bridge: of("br.name") },
  nic: { domain: "web", network: of("lan.name"), waitForAddress: 0 },
  tap: { name: "tap0", bridge: of("br.name") },
  tried: { bridge: of("br.name"), address: "192.0.2.60/24" },
};

export const all = Object.keys(types) as Name[];

/** A program with the named resources, other properties than the plain ones over them. */
export function programOf(
  host: { readonly connection: object },
  names: readonly Name[] = all,
  others: Partial<Record<Name, Properties>> = {},
): YamlProgram {
  const resources = names.map((name) => [
    name,
    {
      type: `kvmnet:index:${types[name]}`,
      properties: { connection: host.connection, ...plain[name], ...others[name] },
    },
  ]);
  return { resources: Object.fromEntries(resources) };
}
