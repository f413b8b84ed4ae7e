import { appendFileSync, fchmodSync, fstatSync, openSync } from "node:fs";

export interface Appending {
  /** Written at once. */
  readonly head?: string;
  /** Is told once why nothing more is written. What is done goes on: it is not done for the file. */
  readonly gaveUp: (why: string) => void;
}

/**
 * What appends texts to a file that is its owner's alone.
 *
 * @throws Error where it can't be opened, or its head not be written
 */
export function appendTo(path: string, { head = "", gaveUp }: Appending): (text: string) => void {
  const file = openSync(path, "a", 0o600);
  if (fstatSync(file).isFile()) fchmodSync(file, 0o600);
  appendFileSync(file, head);
  let isOpen = true;
  return (text) => {
    if (!isOpen) return;
    try {
      appendFileSync(file, text);
    } catch (error) {
      isOpen = false;
      gaveUp(whyNotWritten(error));
    }
  };
}

/** The system's words, without the call and the path, which whoever tells it knows. */
export const whyNotWritten = (error: unknown): string => (error as Error).message.replace(/, (open|write)\b.*/s, "");
