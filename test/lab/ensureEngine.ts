import { resolve } from "node:path";
import { run } from "./command";

/** Languages of programs besides TypeScript. */
export type Language = "yaml" | "python" | "go";

const scripts = resolve(__dirname, "../../tools/engine");
const folders = new Map<string, Promise<string>>();

/** The folder of a real `pulumi`, built first where the machine has none, and of the hosts of these languages. */
export function ensureEngine(languages: readonly Language[] = []): Promise<string> {
  const flags = [...languages].sort().map((language) => `--${language}`);
  const key = flags.join(" ");
  const folder = folders.get(key) ?? build("ensure", flags);
  folders.set(key, folder);
  return folder;
}

/** The folder of the oldest `pulumi` that kvmnet is said to work with, built first where this machine has not built it yet. */
export const ensureOldestEngine = (): Promise<string> => build("ensureOldest", []);

async function build(script: string, flags: readonly string[]): Promise<string> {
  const result = await run([resolve(scripts, script), ...flags]);
  if (result.code !== 0) {
    throw new Error(result.stderr.trim());
  }
  return result.stdout.trim();
}
