import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { generate } from "./generate/generate";

/** Writes what follows from the definitions: `make generate`. A unit test fails while it is not what is committed. */
const root = join(__dirname, "..");
for (const [path, text] of generate(JSON.parse(readFileSync(join(root, "package.json"), "utf8")))) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
