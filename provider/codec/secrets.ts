import type { Path } from "../schema/path";

/** The places of the values that came in as secrets: they go out as secrets too. */
export class Secrets {
  readonly #places: ReadonlySet<string>;

  constructor(places: Iterable<Path> = []) {
    this.#places = new Set([...places].map((path) => JSON.stringify(path)));
  }

  /** Both ones' places. */
  and(other: Secrets): Secrets {
    const all = [...this.#places, ...other.#places].map((place): Path => JSON.parse(place));
    return new Secrets(all);
  }

  /** Whether the value itself came in as a secret. */
  has(path: Path): boolean {
    return this.#places.has(JSON.stringify(path));
  }

  /** Whether the value, or an object or list that it stands in, came in as a secret. */
  covers(path: Path): boolean {
    return path.some((_, end) => this.has(path.slice(0, end + 1)));
  }
}
