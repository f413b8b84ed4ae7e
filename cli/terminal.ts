import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { visible } from "../provider/host/exec/visible";
import { print } from "./paint";

/** Whether there is a person to ask. */
export const canAsk = (): boolean => process.stdin.isTTY === true;

/** Ctrl-C or Ctrl-D at a question: the answer is no, and so is the rest. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/** What a shell says of a process that SIGINT ended. */
export const interruptedCode = 130;

export async function agreed(question: string): Promise<boolean> {
  return /^y(es)?$/i.test((await ask(question, process.stderr)).trim());
}

/** What is typed is not shown. */
export async function askSecret(question: string): Promise<string> {
  const nothing = new Writable({ write: (_chunk, _encoding, done) => done() });
  try {
    return await ask(question, nothing);
  } finally {
    print(process.stderr, "\n");
  }
}

/** `echo` is where what is typed is shown. From when it is asked, the terminal itself shows nothing. */
async function ask(question: string, echo: NodeJS.WritableStream): Promise<string> {
  const asking = createInterface({ input: process.stdin, output: echo, terminal: true, historySize: 0 });
  try {
    return await new Promise<string>((resolve, reject) => {
      const interrupted = () => reject(new Interrupted("interrupted"));
      asking.on("SIGINT", interrupted).on("close", interrupted);
      if (echo !== process.stderr) print(process.stderr, question);
      asking.question(visible(echo === process.stderr ? question : "")).then(resolve, reject);
    });
  } finally {
    asking.close();
  }
}
