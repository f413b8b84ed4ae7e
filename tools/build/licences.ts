import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Of package.json, as npm leaves it. */
export interface Package {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  /** As it was said once; npm itself does not look there. */
  readonly licenses?: readonly { readonly type: string }[];
  readonly author?: string | { readonly name: string };
}

/** The licences of the packages that a bundle's files come from. */
export function licencesOf(root: string, files: readonly string[]): string {
  const texts = packageFolders(files).map((folder) => licenceOf(join(root, folder)));
  return `${["The packages bundled in program.js, and their licences.", ...texts].join(`\n\n${"-".repeat(80)}\n\n`)}\n`;
}

/** The packages themselves, each once. */
export const bundledPackages = (root: string, files: readonly string[]): Package[] =>
  packageFolders(files).map((folder) => packageIn(join(root, folder)));

function packageFolders(files: readonly string[]): string[] {
  const folders = files.flatMap((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []);
  return [...new Set(folders)].sort();
}

const packageIn = (folder: string): Package => JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));

function licenceOf(folder: string): string {
  const its = packageIn(folder);
  const named = readdirSync(folder).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file));
  const own = named.sort().map((file) => readFileSync(join(folder, file), "utf8").trim());
  const texts = own.length > 0 ? own : [standardText(its)];
  return [`${its.name} ${its.version} (${its.license ?? "see below"})`, ...texts].join("\n\n");
}

/** MIT asks for its text and the copyright's owner in every copy; some packages only say "MIT" and who wrote them. */
function standardText({ name, license, author }: Package): string {
  const owner = typeof author === "object" ? author.name : author;
  if (license !== "MIT" || !owner) throw new Error(`${name}, which is bundled, has no text of its licence`);
  return readFileSync(join(__dirname, "MIT.txt"), "utf8")
    .trim()
    .replace("<copyright holders>", () => owner);
}
