import { join } from "node:path";
import { staleness } from "../build/sources";

/** Before the first test that runs the compiled plugin. */
export default function builtFromSources(): void {
  const why = staleness(join(__dirname, "../.."));
  if (why !== undefined) throw new Error(why);
}
