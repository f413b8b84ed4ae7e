import { join } from "node:path";
import { buildPackage } from "./build/package";
import { buildPlugin } from "./build/plugin";

/** `make build`: the plugin as one file in provider/dist, and the package that programs import in dist. */
async function main(): Promise<void> {
  const root = join(__dirname, "..");
  await Promise.all([buildPlugin(root), buildPackage(root)]);
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
