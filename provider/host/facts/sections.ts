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
    const header = /^(.+) (\d+) (\d+)$/.exec(output.subarray(at, lineEnd < 0 ? at + 200 : lineEnd).toString("utf8"));
    if (lineEnd < 0 || !header) throw new Error("The host's facts can't be read: a section without a header.");
    const [, name = "", code, length] = header;
    const start = lineEnd + 1;
    const end = start + Number(length);
    if (end >= output.length) throw new Error(`The host's facts can't be read: "${name}" is cut off.`);
    sections.push({ name, code: Number(code), text: output.subarray(start, end).toString("utf8") });
    at = end + 1;
  }
  return sections;
}
