import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { preProcessFile } from "typescript";

/** Folders of provider/, each of which uses itself and what is before it; files beside them use all. */
export const rooms = [
  "schema",
  "codec",
  "host",
  "kernel",
  "backends",
  "plan",
  "resources",
  "functions",
  "components",
  "server",
] as const;

/** What is wrong with the directions of a repository's imports, a line each. */
export function wrongDirections(root: string): string[] {
  const imports = importsOf(root);
  const upward = [...imports].flatMap(([file, targets]) =>
    targets
      .filter((target) => level(target) > level(file))
      .map(
        (target) =>
          `${file} -> ${target}: ${rooms.join(", ")}: each uses what is before it, and this goes the other way`,
      ),
  );
  const circles = circlesOf(imports).map((circle) => `${circle.join(" -> ")}: these files import each other`);
  return [...upward, ...circles];
}

/** What each file of provider/ imports of it, types too. */
function importsOf(root: string): Map<string, string[]> {
  return new Map(
    sourcesOf(root, "provider").map((file) => {
      const imports = preProcessFile(readFileSync(join(root, file), "utf8"), true, true).importedFiles;
      const paths = imports
        .filter(({ fileName }) => fileName.startsWith("."))
        .map(({ fileName }) => `${normalize(join(dirname(file), fileName))}.ts`);
      return [file, [...new Set(paths)].filter((path) => path.startsWith("provider/"))];
    }),
  );
}

/** Each circle once: what a walk into the depth meets that it came from. */
function circlesOf(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const circles: string[][] = [];
  const done = new Set<string>();
  const walk = (file: string, way: readonly string[]) => {
    const at = way.indexOf(file);
    if (at >= 0) circles.push([...way.slice(at), file]);
    if (at >= 0 || done.has(file)) return;
    for (const target of imports.get(file) ?? []) walk(target, [...way, file]);
    done.add(file);
  };
  for (const file of imports.keys()) walk(file, []);
  return circles;
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
