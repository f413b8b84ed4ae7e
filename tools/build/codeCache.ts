import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";

/** Keeps what V8 has compiled when the program ends, in the file that load.js reads. */
const recorder = `
const vm = require("node:vm");
const [main, cache] = process.argv.splice(1, 2);
vm.Script = class extends vm.Script {
  constructor(...given) {
    super(...given);
    process.on("exit", () => require("node:fs").writeFileSync(cache, this.createCachedData()));
  }
};
process.argv.splice(1, 0, main);
require(main);
`;

/** Runs a program until it has said something, and keeps the code that V8 compiled for it. */
export async function recordCode(main: string, cache: string): Promise<void> {
  const child = spawn(process.execPath, ["-e", recorder, main, cache], { stdio: ["pipe", "pipe", "pipe"] });
  const said: Buffer[] = [];
  child.stderr.on("data", (chunk) => said.push(chunk));
  child.stdout.on("data", () => child.stdin.end());
  const [code, signal] = await once(child, "close");
  // The exit code is the program's own: without an argument the command line ends with its usage.
  if (!existsSync(cache)) throw new Error(`${main} ended with ${code ?? signal}:\n${Buffer.concat(said)}`);
}
