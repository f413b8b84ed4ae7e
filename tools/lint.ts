import { join } from "node:path";
import { wrongDirections } from "./lint/directions";
import { unverifiedPackages } from "./lint/lockFile";

/** What of `make lint` no other tool does. */
const root = join(__dirname, "..");
const wrong = [...wrongDirections(root), ...unverifiedPackages(root)];
for (const line of wrong) console.error(line);
process.exitCode = wrong.length > 0 ? 1 : 0;
