import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { preProcessFile } from "typescript";

/** Folders of provider/, each of which uses itself and what is before it; files beside them use all. */
export const rooms = ["schema", "codec", "host", "plan", "resources", "functions", "components", "server"] as const;

/** What is wrong with the directions of a repository's imports, a line each. */
export function wrongDirections(root: string): string[] {
  return upwardImports(root).map(
    (one) => `${one}: ${rooms.join(", ")}: each uses what is before it, and this goes the other way`,
  );
}

/** Each import, of types too, from a room to one that is after it: "file -> file". */
export function upwardImports(root: string): string[] {
  return sourcesOf(root, "provider").flatMap((file) => {
    const text = readFileSync(join(root, file), "utf8");
    const imports = preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
    return [...new Set(imports)]
      .filter((name) => name.startsWith("."))
      .map((name) => normalize(join(dirname(file), name)))
      .filter((target) => target.startsWith("provider/") && level(target) > level(file))
      .map((target) => `${file} -> ${target}`);
  });
}

/** What is in none of the rooms may use all of them, and none may use it. */
function level(path: string): number {
  const at = rooms.findIndex((room) => path.startsWith(`provider/${room}/`));
  return at < 0 ? rooms.length : at;
}

function sourcesOf(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.startsWith("dist"))
    .map((file) => join(folder, file))
    .sort();
}
