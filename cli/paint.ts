import type { WriteStream } from "node:tty";

const codes = { red: 31, yellow: 33, green: 32, bold: 1, dim: 2 } as const;

export type Paint = (colour: keyof typeof codes, text: string) => string;

/** Colours on a terminal alone, and there unless NO_COLOR is set (no-color.org). */
export function paintFor(stream: Pick<WriteStream, "isTTY">): Paint {
  const coloured = stream.isTTY === true && !process.env.NO_COLOR;
  return (colour, text) => (coloured ? `\u001b[${codes[colour]}m${text}\u001b[0m` : text);
}
