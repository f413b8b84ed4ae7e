import { randomBytes } from "node:crypto";
import { createConnection } from "node:net";
import type { CommandResult } from "./command";

const decode = (field = "") => Buffer.from(field.slice(1), "base64").toString();

/**
 * Runs a shell command in a guest by the serial port that its process 1 listens on. It needs no NIC, so it
 * also tells what a guest sees while its network is gone. `path` is QEMU's socket for that port.
 */
export function guestAgent(path: string, command: string, timeout: number): Promise<Omit<CommandResult, "argv">> {
  const id = randomBytes(4).toString("hex");
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    let text = "";
    const end = (result: Omit<CommandResult, "argv">) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    };
    const timer = setTimeout(
      () => end({ code: null, signal: null, timedOut: true, stdout: "", stderr: "no answer" }),
      timeout,
    );
    socket.on("connect", () => socket.write(`${id} ${Buffer.from(command).toString("base64")}\n`));
    socket.on("data", (chunk) => {
      text += chunk;
      const [, code, stdout, stderr] =
        new RegExp(`^${id} (\\d+) (=\\S*) (=\\S*)$`, "m").exec(text.replaceAll("\r", "")) ?? [];
      // The last field is whole only when its line has ended.
      if (code !== undefined && text.endsWith("\n")) {
        end({ code: Number(code), signal: null, timedOut: false, stdout: decode(stdout), stderr: decode(stderr) });
      }
    });
    socket.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}
