import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

// biome-ignore lint/suspicious/noExplicitAny: each command answers in a shape of its own.
type Answer = any;

/** A line of JSON for a question, one for an answer: what QEMU's monitor and its agent in a machine both speak. */
export class QemuSocket {
  private readonly waiting = new Map<number, { resolve: (answer: Answer) => void; reject: (error: Error) => void }>();
  private asked = 0;
  private text = "";

  private constructor(private readonly socket: Socket) {
    socket.setEncoding("utf8");
    socket.on("data", (piece: string) => {
      const lines = (this.text + piece).split("\n");
      this.text = lines.pop() ?? "";
      for (const line of lines) this.take(line);
    });
    socket.on("error", () => {}); // "close" follows
    socket.on("close", () => {
      for (const { reject } of this.waiting.values()) reject(new Error("the machine went off"));
      this.waiting.clear();
    });
  }

  /** QEMU makes the socket a moment after its start. */
  static async connect(path: string, isOn: () => boolean): Promise<QemuSocket> {
    for (;;) {
      const socket = createConnection(path);
      try {
        await once(socket, "connect");
        return new QemuSocket(socket);
      } catch (error) {
        if (!isOn()) throw error;
        await sleep(20);
      }
    }
  }

  /** Waits for the answer for as long as the machine is on. */
  ask(command: string, args: object = {}): Promise<Answer> {
    this.asked += 1;
    const id = this.asked;
    return new Promise((resolve, reject) => {
      if (this.socket.destroyed) return reject(new Error("the machine is off"));
      this.waiting.set(id, { resolve, reject });
      this.socket.write(`${JSON.stringify({ execute: command, arguments: args, id })}\n`);
    });
  }

  close(): void {
    this.socket.destroy();
  }

  /** Greetings and events have no ID. */
  private take(line: string): void {
    const { id, error, return: answer } = JSON.parse(line);
    const one = this.waiting.get(id);
    this.waiting.delete(id);
    if (error) one?.reject(new Error(error.desc));
    else one?.resolve(answer);
  }
}
