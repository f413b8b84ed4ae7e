import { resolve } from "node:path";
import { run } from "./command";

const script = resolve(__dirname, "../../tools/engine/ensure");
const folders = new Map<boolean, Promise<string>>();

/** The folder of a real `pulumi`, built first where the machine has none; with `yaml`, also the YAML language host. */
export function ensureEngine({ yaml = false } = {}): Promise<string> {
  let folder = folders.get(yaml);
  if (!folder) {
    folder = build(yaml);
    folders.set(yaml, folder);
  }
  return folder;
}

async function build(yaml: boolean): Promise<string> {
  const result = await run([script, ...(yaml ? ["--yaml"] : [])]);
  if (result.code !== 0) {
    throw new Error(result.stderr.trim());
  }
  return result.stdout.trim();
}
