import { steps } from "../../lab/strike";
import { rows } from "./rows";

/** Cells that were run, as a table: a row a fault, a column a step, in each the end and how long nothing was safe. */
export class Matrix {
  readonly #results = new Map<string, Record<string, string>>();

  /** "FAILED" stays where the cell does not come to its end. */
  begin(fault: string, step: string, release: string): void {
    this.#set(fault, step, release, "FAILED");
  }

  note(fault: string, step: string, release: string, text: string): void {
    // A run of all cells takes a while.
    process.stderr.write(`${fault}, ${step}, ${release}: ${text}\n`);
    this.#set(fault, step, release, text);
  }

  #set(fault: string, step: string, release: string, text: string): void {
    const key = `${fault}/${step}`;
    this.#results.set(key, { ...this.#results.get(key), [release]: text });
  }

  toString(): string {
    const table = [
      ["", ...steps],
      ...rows.map(({ name, cells }) => [
        name,
        ...steps.map((step) => {
          const results = this.#results.get(`${name}/${step}`);
          if (results) return Object.values(results).join(" | ");
          return cells.some(({ at }) => at === step) ? "not run" : "-";
        }),
      ]),
    ];
    const widths = ["", ...steps].map((_, column) => Math.max(...table.map((line) => (line[column] ?? "").length)));
    const lines = table.map((line) =>
      line
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    );
    return [...lines, "", "Why a cell is -:", ...rows.map((row) => `${row.name}: ${row.otherwise}`)].join("\n");
  }
}
