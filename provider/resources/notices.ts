/** What one operation of the engine has said already. Of equal things the first is told in full, the others in a line. */
export class Notices {
  readonly #first = new Map<string, string>();

  /** Who said this first; undefined: `name` does now. */
  first(words: string, name: string): string | undefined {
    const first = this.#first.get(words);
    if (first === undefined) this.#first.set(words, name);
    return first;
  }
}
