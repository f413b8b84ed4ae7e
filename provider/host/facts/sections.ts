export interface Section {
  readonly name: string;
  readonly code: number;
  readonly text: string;
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
    sections.push({ name, code: Number(code), text: output.subarray(start, end).toString("utf8") });
    at = end + 1;
  }
  return sections;
}
