import type { CommandName } from "./commands";

/** EX_USAGE of sysexits.h: 2 is a host that can't be looked at, and a script can tell the two apart. */
export const usageCode = 64;

/** What was typed can't be understood; nothing was done. One line says what is wrong and what to write instead. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  constructor(
    message: string,
    /** Whose help has more. */
    readonly command?: CommandName,
  ) {
    super(message);
  }
}
