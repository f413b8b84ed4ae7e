import { readdirSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { readGiven } from "./given";
import { type ConfigLine, configLines } from "./lines";
import { globSource } from "./patterns";

/** A config file, and what its Include lines start from; see ssh_config(5). */
export interface ConfigFile {
  /** As errors name it. */
  readonly name: string;
  readonly lines: readonly ConfigLine[];
  readonly base: string;
}

/** The user's file, then the system's: of each setting the first value counts. Read anew for each dial. */
export function configFiles(): ConfigFile[] {
  const home = join(homedir(), ".ssh");
  const { file } = readGiven();
  if (file !== undefined) return /^none$/i.test(file) ? [] : readConfig(file, file, home);
  return [
    ...readConfig(onlyMine(join(home, "config")), "~/.ssh/config", home),
    ...readConfig("/etc/ssh/ssh_config", "/etc/ssh/ssh_config", "/etc/ssh"),
  ];
}

/** The files that an Include names: relative to the including file's folder of settings, with patterns, sorted. */
export function included({ base }: ConfigFile, pattern: string): ConfigFile[] {
  const path = pattern.startsWith("~/") ? join(homedir(), pattern.slice(2)) : pattern;
  return matching(isAbsolute(path) ? path : join(base, path)).flatMap((found) => readConfig(found, found, base));
}

/** As ssh does: whoever could write it would say where this goes, as whom and by which known_hosts. */
function onlyMine(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  const isMine = found === undefined || found.uid === 0 || found.uid === process.getuid?.();
  if (isMine && ((found?.mode ?? 0) & 0o002) === 0) return path;
  throw new Error(
    "~/.ssh/config can be written by others than you: ssh does not take it either. chmod go-w ~/.ssh/config",
  );
}

function readConfig(path: string, name: string, base: string): ConfigFile[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // As ssh does: what is not there or not a file says nothing.
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR" || code === "EACCES") return [];
    throw error;
  }
  try {
    return [{ name, lines: configLines(text), base }];
  } catch (error) {
    throw new Error(`${name} can't be read: ${(error as Error).message}`);
  }
}

function matching(path: string): string[] {
  let found = ["/"];
  for (const part of path.split("/").filter(Boolean)) {
    found = /[*?[]/.test(part)
      ? found.flatMap((folder) => entries(folder, part).map((entry) => join(folder, entry)))
      : found.map((folder) => join(folder, part));
  }
  return found;
}

function entries(folder: string, pattern: string): string[] {
  try {
    const visible = readdirSync(folder).filter((name) => pattern.startsWith(".") || !name.startsWith("."));
    return visible.filter((name) => isNamed(pattern, name)).sort();
  } catch {
    return [];
  }
}

/** glob(3): beside * and ?, sets of characters in brackets. */
function isNamed(pattern: string, name: string): boolean {
  const parts = pattern.split(/(\[[!^]?\]?[^\]]*\])/).map((part, index) => {
    if (index % 2 === 0) return globSource(part);
    const [, not, set = ""] = /^\[([!^]?)(.*)\]$/.exec(part) ?? [];
    return `[${not ? "^" : ""}${set.replace(/[\\\]^[]/g, "\\$&")}]`;
  });
  return new RegExp(`^${parts.join("")}$`, "s").test(name);
}
