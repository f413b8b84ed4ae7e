import type { CommandResult } from "./command";

/** What a `pulumi` command printed that must end well; where it does not, the test shows what it said. */
export async function succeeds(operation: Promise<CommandResult>): Promise<string> {
  const { code, stdout, stderr } = await operation;
  expect({ code, said: code === 0 ? "" : stdout + stderr }).toEqual({ code: 0, said: "" });
  return stdout;
}
