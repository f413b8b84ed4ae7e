import { join } from "node:path";
import { bundle } from "./build/bundle";
import { buildPackage } from "./build/package";
import { preview } from "./build/warmUp/preview";

/** `make build`: the plugin and the command line with all that they need, provider/dist and cli/dist, and the package that programs import in dist. */
async function main(): Promise<void> {
  const root = join(__dirname, "..");
  await Promise.all([
    bundle(root, {
      name: "pulumi-resource-kvmnet",
      folder: "provider",
      use: async (port) => void (await preview(Number(port))),
    }),
    bundle(root, { name: "kvmnet", folder: "cli", interpreter: "#!/usr/bin/env node" }),
    buildPackage(root),
  ]);
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
