import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The licences of the packages that a bundle's files come from. */
export function licencesOf(root: string, files: readonly string[]): string {
  const folders = files.flatMap((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []);
  const texts = [...new Set(folders)].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
    const named = readdirSync(join(root, folder)).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file));
    const bodies = named.sort().map((file) => readFileSync(join(root, folder, file), "utf8").trim());
    if (license === undefined && bodies.length === 0) throw new Error(`${name}, which is bundled, has no licence`);
    return [`${name} ${version} (${license ?? "see below"})`, ...bodies].join("\n\n");
  });
  return `${["The packages bundled in program.js, and their licences.", ...texts].join(`\n\n${"-".repeat(80)}\n\n`)}\n`;
}
