import { isUtf8 } from "node:buffer";
import { limits } from "./limits";

export interface Section {
  readonly name: string;
  readonly code: number;
  readonly text: string;
  /** It is no UTF-8: the text has other characters in it than what was read. */
  readonly garbled?: true;
}

/** Takes apart what facts.sh prints: "<name> <exit code> <bytes>", then as many bytes. A cut-off reply is an error, never fewer facts. */
export function parseSections(output: Buffer): Section[] {
  const sections: Section[] = [];
  let at = 0;
  while (at < output.length) {
    const lineEnd = output.indexOf(10, at);
    // PATH_MAX, and some: the longest that a header has is a file's path.
    const line = lineEnd < 0 || lineEnd - at > 4200 ? "" : output.subarray(at, lineEnd).toString("utf8");
    const header = /^(.+) (\d+) (\d+)$/.exec(line);
    if (!header) throw new Error("a section without a header.");
    const [, name = "", code, length] = header;
    const start = lineEnd + 1;
    const end = start + Number(length);
    if (end >= output.length) throw new Error(`"${name}" is cut off.`);
    const bytes = output.subarray(start, end);
    sections.push({ name, code: Number(code), text: bytes.toString("utf8"), ...(!isUtf8(bytes) && { garbled: true }) });
    if (sections.length > limits.sections) throw new Error(`it has more than ${limits.sections} parts.`);
    at = end + 1;
  }
  return sections;
}
