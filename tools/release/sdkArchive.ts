import { readFileSync } from "node:fs";
import { join } from "node:path";
import { archive, entriesOf } from "./archive";

/** Of these languages, what `make sdks` made is released as an archive. TypeScript's is the npm package. */
export type SdkLanguage = "python" | "go";

/** The SDK of a language as it is released: the folder that is unpacked, and the archive's bytes. */
export async function sdkArchive(root: string, language: SdkLanguage): Promise<{ name: string; text: Buffer }> {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const name = { python: `pulumi_kvmnet-${version}`, go: `pulumi-kvmnet-go-${version}` }[language];
  return { name, text: await archive(entriesOf(join(root, "sdk", language), name, isLeftBehind)) };
}

/** Python's own, and what pip leaves in a folder that it installs from. */
const isLeftBehind = (file: string) => /(^|\/)(__pycache__|build|[^/]+\.egg-info)$/.test(file);
