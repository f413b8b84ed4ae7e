import { writeFile } from "node:fs/promises";

/** What a terminal of this width shows without breaking lines of the demo. */
const size = { width: 132, height: 40 };

/**
 * Writes down what this process prints, with its times, as asciinema's player takes it (asciicast v2). `long` pauses are
 * cut to this many seconds: nobody wants to watch a host boot.
 */
export function record(path: string, title: string, longest = 3): () => Promise<void> {
  const events: string[] = [];
  let at = 0;
  let last = performance.now();
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (chunk: string | Uint8Array, ...rest: never[]) => {
    const now = performance.now();
    at += Math.min((now - last) / 1000, longest);
    last = now;
    events.push(JSON.stringify([Number(at.toFixed(3)), "o", String(chunk).replace(/\r?\n/g, "\r\n")]));
    return write(chunk, ...rest);
  };
  return async () => {
    process.stdout.write = write;
    await writeFile(path, `${[JSON.stringify({ version: 2, ...size, title }), ...events].join("\n")}\n`);
  };
}
