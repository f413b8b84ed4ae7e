import { randomBytes } from "node:crypto";
import type { WriteStream } from "node:tty";
import { hideKnownSecrets } from "../provider/host/exec/hidden";
import { visible } from "../provider/host/exec/visible";
import { escaped } from "./shown";

const codes = { red: 31, yellow: 33, green: 32, bold: 1, dim: 2 } as const;

export type Paint = (colour: keyof typeof codes, text: string) => string;

/** Where a colour begins and ends, until the text is printed: nobody else knows it. */
const mark = `kvmnet-paint-${randomBytes(9).toString("hex")}:`;
const marks = new RegExp(`${mark}(\\d+);`, "g");

/** Colours on a terminal alone, and there unless NO_COLOR is set (no-color.org). */
export function paintFor(stream: Pick<WriteStream, "isTTY">): Paint {
  const coloured = stream.isTTY === true && !process.env.NO_COLOR;
  return (colour, text) => (coloured ? `${mark}${codes[colour]};${text}${mark}0;` : text);
}

/** The one door to the terminal: of what a host or a guest said, nothing acts on it; only our own colours do. */
export function print(stream: NodeJS.WritableStream, text: string): void {
  stream.write(visible(text).replace(marks, "\u001b[$1m"));
}

/** JSON for another program, all of it, and nothing in it that a terminal would act on. */
export function printJson(
  stream: NodeJS.WritableStream,
  value: unknown,
  replacer?: (key: string, one: unknown) => unknown,
): void {
  const shown = (key: string, one: unknown) => {
    const said = replacer ? replacer(key, one) : one;
    return typeof said === "string" ? hideKnownSecrets(said) : said;
  };
  const text = JSON.stringify(value, shown, 2);
  stream.write(`${text.replace(/[^\P{C}\n]/gu, escaped)}\n`);
}
