import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { archive, entriesOf } from "./archive";
import { type NodePackage, nodes, readNode, readNodeLicence } from "./nodes";

/** What the engine is asked for on a machine, by Go's names: `linux-amd64`. */
export const machines: readonly string[] = Object.keys(nodes);

/**
 * The plugin for `pulumi plugin install`, by the names that the engine asks a server for, each with Node.js for its kind of
 * machine. That is as nodejs.org built it, beside the code: a single executable of both would have lost the signature that
 * macOS and Windows ask for. No PulumiPlugin.yaml: the engine would install npm packages for it.
 */
export async function writePlugins(root: string, folder: string, wanted: readonly string[]): Promise<string[]> {
  const { pulumi, version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const plugin = `pulumi-resource-${pulumi.name}`;
  const written: string[] = [];
  for (const machine of wanted) {
    const its = (nodes as Readonly<Record<string, NodePackage>>)[machine];
    if (!its) throw new Error(`no plugin is made for ${machine}: ${machines.join(", ")}`);
    const windows = machine.startsWith("windows-");
    const starter = windows ? `${plugin}.cmd` : plugin;
    const name = `${plugin}-v${version}-${machine}.tar.gz`;
    const text = await archive([
      ...entriesOf(join(root, "LICENSE"), "LICENSE"),
      ...entriesOf(join(root, "docs/troubleshooting.md"), "docs/troubleshooting.md"),
      ...entriesOf(join(root, "docs/leaving.md"), "docs/leaving.md"),
      ...entriesOf(join(root, "provider", starter), starter),
      ...entriesOf(join(root, "provider/dist"), "dist", (file) => file === "dist/sources.sha256"),
      { name: "LICENSE.node", text: await readNodeLicence(), executable: false },
      { name: windows ? "node.exe" : "node", text: await readNode(its), executable: true },
    ]);
    writeFileSync(join(folder, name), text);
    written.push(name);
  }
  return written;
}
