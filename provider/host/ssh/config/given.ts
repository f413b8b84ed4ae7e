/** A line of ssh_config(5). */
export interface GivenSetting {
  readonly name: string;
  readonly values: readonly string[];
}

/** What who runs this process says beside ssh's files. */
export interface Given {
  /** Read instead of the user's file and the system's: ssh's -F. */
  readonly file?: string | undefined;
  /** Of the host itself, and before what files say: ssh's -o. No jump host has them. */
  readonly settings: readonly GivenSetting[];
}

let given: Given = { settings: [] };

/** For a process that takes ssh's own options, as the command line does. A plugin takes none: one of it serves many hosts. */
export function give(what: Given): void {
  given = what;
}

export const readGiven = (): Given => given;
