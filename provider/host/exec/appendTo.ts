import { fchmodSync, fstatSync, openSync } from "node:fs";

/** Opens a file that is its owner's alone, to append to it. @throws Error where it can't be opened */
export function appendTo(path: string): number {
  const file = openSync(path, "a", 0o600);
  if (fstatSync(file).isFile()) fchmodSync(file, 0o600);
  return file;
}
