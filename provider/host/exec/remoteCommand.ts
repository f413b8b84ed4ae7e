import { lastLine, visible } from "./visible";

/** How a command on a host ended; success and failure have the one shape. */
export interface RemoteResult {
  /** user@host, as people write it. */
  readonly host: string;
  /** What it was for, as it goes on after "could not": "read the host's facts". */
  readonly purpose: string;
  /** Its exit status, undefined where a signal or a lost connection ended it. */
  readonly code: number | undefined;
  readonly signal: string | undefined;
  readonly durationMs: number;
  readonly stdout: string;
  /** The same, where bytes count. */
  readonly stdoutBytes: Buffer;
  readonly stderr: string;
}

/** A command that did not do what it was for. The message has the host, the purpose, the end, the last line and the next step. */
export class RemoteCommandError extends Error {
  override readonly name = "RemoteCommandError";
  constructor(
    readonly result: RemoteResult,
    nextStep?: string,
  ) {
    const { host, purpose, durationMs } = result;
    const said = lastLine(result.stderr) || lastLine(result.stdout);
    super(
      [
        `${host}: could not ${purpose}: ${describeEnd(result)} after ${(durationMs / 1000).toFixed(1)} s`,
        said && `: ${said}`,
        nextStep && `\n${visible(nextStep)}`,
      ]
        .filter(Boolean)
        .join(""),
    );
  }
}

function describeEnd(result: RemoteResult): string {
  if (result.signal) return `ended by signal ${result.signal}`;
  return result.code === undefined ? "the connection was lost" : `exit code ${result.code}`;
}
