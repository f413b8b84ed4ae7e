import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** Keeps what V8 has compiled when the program ends, in the files that load.js reads. */
const recorder = `
const vm = require("node:vm");
const [main] = process.argv.splice(1, 1);
vm.Script = class extends vm.Script {
  constructor(code, options) {
    super(code, options);
    const cache = options.filename.replace(/js$/, "cache");
    process.on("exit", () => require("node:fs").writeFileSync(cache, this.createCachedData()));
  }
};
process.argv.splice(1, 0, main);
require(main);
`;

/** Runs a program until it has said something, and was used, and keeps the code that V8 compiled for it. */
export async function recordCode(main: string, use: (said: string) => Promise<void>): Promise<void> {
  const child = spawn(process.execPath, ["-e", recorder, main], { stdio: ["pipe", "pipe", "pipe"] });
  const errors: Buffer[] = [];
  child.stderr.on("data", (chunk) => errors.push(chunk));
  const closed = once(child, "close");
  try {
    const [said] = await Promise.race([once(child.stdout.setEncoding("utf8"), "data"), closed.then(() => [""])]);
    if (said) await use(said);
  } finally {
    child.stdin.end();
  }
  const [code, signal] = await closed;
  // The exit code is the program's own: without an argument the command line ends with its usage.
  if (!existsSync(join(dirname(main), "program.cache")))
    throw new Error(`${main} ended with ${code ?? signal}:\n${Buffer.concat(errors)}`);
}
