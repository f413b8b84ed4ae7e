import { kvmnet } from "../../../cli/kvmnet";

export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command line in this process, without a terminal, and what it prints. */
export async function run(...args: string[]): Promise<Said> {
  const said = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((stream) =>
    jest.spyOn(process[stream], "write").mockImplementation((text) => {
      said[stream] += text;
      return true;
    }),
  );
  Object.defineProperty(process.stdin, "isTTY", { value: false, configurable: true });
  try {
    return { code: await kvmnet(args), ...said };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
