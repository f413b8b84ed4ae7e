import { posix } from "node:path";
import type { Facts } from "./facts";
import { parseJson, shaped } from "./json";
import { mark, record } from "./printed";
import type { Reader } from "./reader";
import type { BridgeRecord, OwnerMark } from "./records";

/** kvmnet's own files; those of a TAP, or of a bridge's netfilter, have to do with that alone. */
export function files(reader: Reader, kind: string): { byPath: Map<string, string>; byName: Map<string, string> } {
  const byPath = reader.files(kind, "files", (path) => {
    const [, folder, unit] = /^\/var\/lib\/kvmnet\/\w+\/([^/]+)\/|kvmnet-(?:netfilter|tap)-(.+)\.\w+$/.exec(path) ?? [];
    const name = folder ?? unit;
    return name === undefined ? undefined : [name];
  });
  return { byPath, byName: new Map([...byPath].map(([path, text]) => [posix.basename(path), text])) };
}

/** A folder for each, as plug.sh has them. */
export function parseUnplugged(files: ReadonlyMap<string, string>): Pick<Facts, "unplugged"> {
  const folders = [...new Set([...files.keys()].map((path) => posix.dirname(path)))];
  const unplugged = folders.map((folder) => {
    const text = (name: string) => files.get(posix.join(folder, name))?.trim() ?? "";
    return { vm: text("vm"), mac: text("mac"), device: text("device") };
  });
  return unplugged.length > 0 ? { unplugged } : {};
}

export function parseRecords(reader: Reader): Map<string, BridgeRecord> {
  const nameOf = (path: string) => posix.basename(path, ".json");
  const records = new Map<string, BridgeRecord>();
  for (const [path, text] of reader.files("record", "records", (path) => [nameOf(path)])) {
    try {
      records.set(nameOf(path), shaped(record, parseJson(text)));
    } catch (error) {
      const what = `what kvmnet keeps of the bridge ${nameOf(path)} can't be read: ${path} ${(error as Error).message}`;
      reader.miss("records", [nameOf(path)], what);
    }
  }
  return records;
}

/** Whose the other things are. Without one, its program says whose it is; of one that can't be read, nobody does. */
export function parseMarks(reader: Reader): Map<string, OwnerMark> {
  const marks = new Map<string, OwnerMark>();
  for (const [path, text] of reader.files("mark", "records", (path) => [path])) {
    try {
      marks.set(path, shaped(mark, parseJson(text)));
    } catch (error) {
      reader.miss("records", [path], `the record of an owner can't be read: ${path} ${(error as Error).message}`);
    }
  }
  return marks;
}
