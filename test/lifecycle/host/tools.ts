import { createServer, type Server, type Socket } from "node:net";

/** How a tool ends and what it says; words alone are output of one that ends with 0. */
export type Answer = string | { readonly code?: number; readonly stdout?: string; readonly stderr?: string };
export type Tool = (args: readonly string[], input: string) => Answer | Promise<Answer>;

/** Something else than the tool's own answer; undefined: its own. */
export type Fault = (args: readonly string[]) => Answer | undefined | Promise<Answer | undefined>;

/** The tools of a simulated host that this process answers for: a call of each comes in over a socket, from tool.pl. */
export class Tools implements AsyncDisposable {
  /** Each call that there was, as one would have typed it. */
  readonly calls: string[] = [];
  readonly #faults = new Map<string, Fault>();

  private constructor(
    private readonly tools: Readonly<Record<string, Tool>>,
    private readonly server: Server,
  ) {}

  static async listen(path: string, tools: Readonly<Record<string, Tool>>): Promise<Tools> {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      const chunks: Buffer[] = [];
      socket.on("error", () => {});
      socket.on("data", (chunk) => chunks.push(chunk));
      socket.on("end", () => void started.#answer(socket, Buffer.concat(chunks)));
    });
    const started = new Tools(tools, server);
    await new Promise<void>((resolve) => server.listen(path, resolve));
    return started;
  }

  /** From now on, and until undefined takes its place. */
  break(tool: string, fault: Fault | undefined): void {
    if (fault) this.#faults.set(tool, fault);
    else this.#faults.delete(tool);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise((resolve) => this.server.close(resolve));
  }

  async #answer(socket: Socket, request: Buffer): Promise<void> {
    const { words, input } = parseCall(request);
    const [tool = "", ...args] = words;
    this.calls.push(words.join(" "));
    const answer: Answer = await this.#call(tool, args, input).catch((error: Error) => ({
      code: 70,
      stderr: `the simulated ${tool} does not know: ${error.message}\n`,
    }));
    const { code = 0, stdout = "", stderr = "" } = typeof answer === "string" ? { stdout: answer } : answer;
    const sizes = [code, Buffer.byteLength(stdout), Buffer.byteLength(stderr)];
    socket.end(`${sizes.join(" ")}\n${stdout}${stderr}`);
  }

  async #call(tool: string, args: readonly string[], input: string): Promise<Answer> {
    const instead = await this.#faults.get(tool)?.(args);
    if (instead !== undefined) return instead;
    const answer = this.tools[tool];
    if (!answer) throw new Error("there is no such tool");
    return answer(args, input);
  }
}

function parseCall(request: Buffer): { words: string[]; input: string } {
  let at = 0;
  const number = () => {
    const end = request.indexOf(10, at);
    const value = Number(request.subarray(at, end).toString());
    at = end + 1;
    return value;
  };
  const words = Array.from({ length: number() }, () => {
    const length = number();
    at += length;
    return request.subarray(at - length, at).toString("utf8");
  });
  return { words, input: request.subarray(at).toString("utf8") };
}
