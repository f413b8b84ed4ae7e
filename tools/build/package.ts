import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { replaceFolder } from "./replaceFolder";

/** index.ts and components/ as JavaScript with declarations; what they import stays a dependency of the user's. */
export async function buildPackage(root: string): Promise<void> {
  await replaceFolder(join(root, "dist"), async (fresh) => {
    const tsc = require.resolve("typescript/bin/tsc");
    const compiler = spawn(process.execPath, [tsc, "-p", join(root, "tsconfig.build.json"), "--outDir", fresh], {
      stdio: ["ignore", "inherit", "inherit"],
    });
    const [code] = await once(compiler, "exit");
    if (code !== 0) throw new Error("the package does not compile");
    chmodSync(fresh, 0o755);
  });
}
