import { type Appending, appendTo } from "../host/exec/appendTo";
import { apart } from "../host/ssh/labels";
import { type Entry, findingEntry } from "../plan/entry";
import type { Data } from "../resources/lifecycle";
import { visibleText } from "./visibleText";

/** What the engine has the plugin do. */
export interface Doing {
  readonly resource: string | undefined;
  readonly operation: "create" | "read" | "update" | "delete" | "invoke" | undefined;
  readonly preview: boolean;
}

let append: ((text: string) => void) | undefined;

/**
 * From now on, what the plugin says is appended to the file too, an entry in a line, for another program to read.
 *
 * @throws Error where it can't be opened
 */
export function reportTo(path: string, gaveUp: Appending["gaveUp"]): void {
  append = appendTo(path, { gaveUp });
}

/** What is said beside a resource, without what may be shown to nobody. */
export function report(doing: Doing, severity: Entry["severity"], message: string, data: Data = {}): void {
  if (append === undefined) return;
  const { resource, operation, preview } = doing;
  const { host, text } = apart(message);
  const now = new Date();
  const { finding, files } = data;
  const entry: Entry = finding
    ? { ...findingEntry(finding, host, now), resource }
    : {
        ...{ kind: preview ? "preview" : "operation", severity, host, resource, time: now.toISOString() },
        text: (data.text === undefined ? text : apart(data.text).text).trim(),
        ...(files && files.length > 0 && { files }),
      };
  const shown = (_: string, one: unknown) => (typeof one === "string" ? visibleText(one) : one);
  append(`${JSON.stringify({ ...entry, operation }, shown)}\n`);
}
