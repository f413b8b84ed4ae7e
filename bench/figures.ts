/** What one thing took, or counted, in each run. */
export interface Measured {
  readonly what: string;
  readonly unit: "s" | "ms" | "MB" | "";
  readonly values: readonly number[];
}

export function measured(what: string, unit: Measured["unit"], values: readonly number[]): Measured {
  return { what, unit, values };
}

/** The middle one; between two, their mean. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.ceil((sorted.length - 1) / 2)]];
  if (low === undefined || high === undefined) throw new Error("there is no median of nothing");
  return (low + high) / 2;
}

export function text(value: number, unit: Measured["unit"]): string {
  const digits = unit === "s" ? 2 : unit === "MB" || unit === "ms" || Number.isInteger(value) ? 0 : 1;
  return `${value.toFixed(digits)}${unit && ` ${unit}`}`;
}

/** A line: the least, the median, the most, and of how many runs. */
export function line({ what, unit, values }: Measured): string {
  const shown = [Math.min(...values), median(values), Math.max(...values)].map((value) => text(value, unit));
  return `  ${what.padEnd(widest)}  ${shown.map((value) => value.padStart(8)).join("  ")}  (${values.length})`;
}

const widest = 52;

export const header = `  ${"".padEnd(widest)}  ${["min", "median", "max"].map((word) => word.padStart(8)).join("  ")}  (runs)`;

/** How many times the one is the others together, by their medians. */
export function ratio(one: Measured, others: readonly Measured[], by: string): string {
  const sum = others.reduce((total, other) => total + median(other.values), 0);
  return `  ratio: ${one.what} is ${(median(one.values) / sum).toFixed(2)} × ${by}`;
}

/** A goal, and whether this run met it. */
export function goal(words: string, got: number, most: number, unit: Measured["unit"]): string {
  const end = got <= most ? "met" : `missed by ${text(got - most, unit)}`;
  return `  goal: ${words}: ${text(got, unit)}, at most ${text(most, unit)}: ${end}`;
}
