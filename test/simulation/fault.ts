/** What of the disk is left by a power cut: what was synced; all that was written; new files that were not synced are empty. */
export type Disk = "synced" | "written" | "emptied";

/**
 * What strikes a command: it fails, or fails after it has done its work, or hangs; its whole unit is killed; the power goes.
 */
export type Strike =
  | { readonly kind: "fails" | "fails late" | "hangs" | "is killed" }
  | { readonly kind: "power goes"; readonly disk: Disk };

/** A command of a run, found again in another run of the same: its unit, its words, and the how manieth of these. */
export interface Point {
  readonly unit: string;
  readonly words: string;
  readonly turn: number;
}

export interface Fault {
  readonly point: Point;
  readonly strike: Strike;
  /** It strikes each later call of the same program, too, until it is lifted. */
  readonly lasting: boolean;
}

export function describeFault({ point, strike, lasting }: Fault): string {
  const disk = strike.kind === "power goes" ? ` (${strike.disk})` : "";
  return `${strike.kind}${disk}${lasting ? " from then on" : ""}: ${describePoint(point)}`;
}

export function describePoint({ unit, words, turn }: Point): string {
  return `${unit}: ${words}${turn > 1 ? ` (${turn})` : ""}`;
}
