import { join } from "node:path";
import { bundle } from "./build/bundle";
import { buildPackage } from "./build/package";
import { hashSources, stampBuilt } from "./build/sources";

/** `make build`: the plugin and the command line with all that they need, provider/dist and cli/dist, and the package that programs import in dist. */
async function main(): Promise<void> {
  const root = join(__dirname, "..");
  // What is shipped is for all users to read, and the same whoever builds it.
  process.umask(0o022);
  // Before: what is changed while it is built is not in it.
  const sources = hashSources(root);
  await Promise.all([
    bundle(root, { name: "pulumi-resource-kvmnet", folder: "provider" }),
    bundle(root, { name: "kvmnet", folder: "cli", interpreter: "#!/usr/bin/env node" }),
    buildPackage(root),
  ]);
  stampBuilt(root, sources);
}

main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
