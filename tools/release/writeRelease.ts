import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checksums } from "./checksums";
import { releaseNotes } from "./notes";
import { machines, writePlugins } from "./plugins";
import { sbomOf } from "./sbom";
import { sdkArchive } from "./sdkArchive";

/**
 * All that a release consists of, into a folder, from what `make build sdks` made; SHA256SUMS names each file. Of the
 * plugin's archives, those for the machines that are wanted: each takes seconds.
 */
export async function writeRelease(root: string, folder: string, wanted: readonly string[] = machines): Promise<void> {
  const { name: npm, version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const names = await writePlugins(root, folder, wanted);
  const write = (name: string, text: string | Buffer) => {
    writeFileSync(join(folder, name), text);
    names.push(name);
  };
  const pack = ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder];
  names.push(execFileSync("npm", pack, { cwd: root, encoding: "utf8" }).trim());
  for (const language of ["python", "go"] as const) {
    const { name, text } = await sdkArchive(root, language);
    write(`${name}.tar.gz`, text);
  }
  write(`${npm}-${version}.cdx.json`, await sbomOf(root));
  write("RELEASE-NOTES.md", releaseNotes(readFileSync(join(root, "CHANGELOG.md"), "utf8"), version));
  writeFileSync(join(folder, "SHA256SUMS"), checksums(folder, names));
}
