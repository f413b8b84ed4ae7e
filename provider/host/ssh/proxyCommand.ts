import { spawn } from "node:child_process";
import { Duplex } from "node:stream";

/** A program of the user's own that is the way to a host: its input and output are the connection, as ssh_config(5) has it. */
export interface ProxyCommand {
  readonly stream: Duplex;
  /** How it ended, after a dial that failed; undefined: it was well until it was ended for that. */
  readonly failure: () => Promise<string | undefined>;
}

/** What it may take to end by itself once nobody reads it any more. */
const farewellMs = 1000;
/** What of its words stands in an error. */
const longest = 500;

export function startProxyCommand(command: string): ProxyCommand {
  // As ssh does: by the user's shell, in whose place the program stands.
  const child = spawn(process.env.SHELL || "/bin/sh", ["-c", `exec ${command}`], { stdio: "pipe" });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = `${said}${text}`.slice(-longest);
  });
  const ended = new Promise<string | undefined>((resolve) => {
    child.on("error", ({ message }) => resolve(message));
    child.on("close", (code, signal) => {
      const last = said.trim().split("\n").at(-1);
      resolve(child.killed ? undefined : `it ended with ${code ?? signal}${last ? `: ${last}` : ""}`);
    });
  });
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin });
  const end = () => {
    setTimeout(() => child.kill(), farewellMs).unref();
    return ended;
  };
  stream.on("close", end);
  return { stream, failure: end };
}
