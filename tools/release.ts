import { join } from "node:path";
import { replaceFolder } from "./build/replaceFolder";
import { writeRelease } from "./release/writeRelease";

/** `make release`: all that a release consists of, in release/; of the plugin, for all machines or those that are named. */
const root = join(__dirname, "..");
const wanted = process.argv.length > 2 ? process.argv.slice(2) : undefined;
replaceFolder(join(root, "release"), (fresh) => writeRelease(root, fresh, wanted)).catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
