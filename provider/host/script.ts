import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A static shell file from beside the code: the source's folder, or in the bundle the one that the build put them all into. */
export function readScript(folder: string, name: string): string {
  return readFileSync(join(folder, name), "utf8");
}
