import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What the build reads, besides the packages that package-lock.json names. */
const sources = [
  ...["provider", "cli", "components", "index.ts", "tools/build", "tools/build.ts"],
  ...["package.json", "package-lock.json", "tsconfig.json", "tsconfig.build.json"],
];
const stamp = "provider/dist/sources.sha256";

/** By content, wherever the files' times are from. */
export function hashSources(root: string): string {
  const hash = createHash("sha256");
  for (const source of sources)
    for (const file of filesOf(root, source)) {
      const text = readFileSync(join(root, file));
      hash.update(`${file} ${text.length}\n`).update(text);
    }
  return hash.digest("hex");
}

/** What was built, all of it, is of these sources. A build begins without a stamp: its folders are new ones. */
export function stampBuilt(root: string, hash: string): void {
  writeFileSync(join(root, stamp), `${hash}\n`);
}

/** Why what was built is not what the sources say now; undefined: it is. */
export function staleness(root: string): string | undefined {
  let built: string;
  try {
    built = readFileSync(join(root, stamp), "utf8").trim();
  } catch {
    return "provider/dist is not there, or not whole: run `make build` first";
  }
  return built === hashSources(root)
    ? undefined
    : "provider/dist is of other sources than those that are here now: run `make build` first";
}

function filesOf(root: string, path: string): string[] {
  if (!statSync(join(root, path)).isDirectory()) return [path];
  return readdirSync(join(root, path), { withFileTypes: true })
    .filter(({ name }) => name !== "dist" && name !== "node_modules" && !name.startsWith("."))
    .map(({ name }) => join(path, name))
    .sort()
    .flatMap((one) => filesOf(root, one));
}
