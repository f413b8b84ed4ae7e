import { readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import sshConfig, { type Line } from "ssh-config";
import { glob } from "./patterns";

/** A config file, and what its Include lines start from; see ssh_config(5). */
export interface ConfigFile {
  /** As errors name it. */
  readonly name: string;
  readonly lines: readonly Line[];
  readonly base: string;
}

/** The user's file, then the system's: of each setting the first value counts. Read anew for each dial. */
export function configFiles(): ConfigFile[] {
  const home = join(homedir(), ".ssh");
  return [
    ...readConfig(join(home, "config"), "~/.ssh/config", home),
    ...readConfig("/etc/ssh/ssh_config", "/etc/ssh/ssh_config", "/etc/ssh"),
  ];
}

/** The files that an Include names: relative to the including file's folder of settings, with patterns, sorted. */
export function included({ base }: ConfigFile, pattern: string): ConfigFile[] {
  const path = pattern.startsWith("~/") ? join(homedir(), pattern.slice(2)) : pattern;
  return matching(isAbsolute(path) ? path : join(base, path)).flatMap((found) => readConfig(found, found, base));
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
    return [{ name, lines: sshConfig.parse(text), base }];
  } catch (error) {
    throw new Error(`${name} can't be read: ${(error as Error).message}`);
  }
}

function matching(path: string): string[] {
  let found = ["/"];
  for (const part of path.split("/").filter(Boolean)) {
    found = /[*?]/.test(part)
      ? found.flatMap((folder) => entries(folder, part).map((entry) => join(folder, entry)))
      : found.map((folder) => join(folder, part));
  }
  return found;
}

function entries(folder: string, pattern: string): string[] {
  try {
    const visible = readdirSync(folder).filter((name) => pattern.startsWith(".") || !name.startsWith("."));
    return visible.filter((name) => glob(pattern, name)).sort();
  } catch {
    return [];
  }
}
