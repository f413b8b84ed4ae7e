import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileLock } from "./fileLock";
import { folders } from "./folders";

/**
 * A folder in the cache that is made once by a recipe: found by the recipe's content, so that an edited
 * recipe makes a new one, and renamed into place, so that a half-made one is never found.
 */
export async function image(
  name: string,
  recipe: unknown,
  make: (folder: string) => Promise<void>,
): Promise<{ folder: string; made: boolean }> {
  const key = createHash("sha256").update(JSON.stringify(recipe)).digest("hex").slice(0, 12);
  const folder = join(folders.images(), `${name}-${key}`);
  if (existsSync(folder)) {
    return { folder, made: false };
  }
  await using _ = await fileLock(join(folders.images(), `${name}.lock`));
  if (existsSync(folder)) {
    return { folder, made: false };
  }
  await mkdir(folders.images(), { recursive: true });
  const temporary = await mkdtemp(join(folders.images(), ".making-"));
  try {
    await chmod(temporary, 0o755); // it becomes the root folder of a host
    await make(temporary);
    await rename(temporary, folder);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return { folder, made: true };
}
