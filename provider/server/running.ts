import { TimeLimit } from "../host/timeLimit";

/** The operations under way, and the one signal that ends them all. */
export class Running {
  #controller = new AbortController();
  readonly #operations = new Set<Promise<unknown>>();

  get idle(): boolean {
    return this.#operations.size === 0;
  }

  /** Runs an operation whose signal aborts on `cancel`, or after the time that the program gave it (0: none). */
  async run<T>(timeoutSeconds: number, operation: (signal: AbortSignal) => Promise<T>): Promise<T> {
    using limit = new TimeLimit(
      timeoutSeconds > 0 ? timeoutSeconds * 1000 : Number.POSITIVE_INFINITY,
      [this.#controller.signal],
      new Error(`it took longer than the ${timeoutSeconds} s that customTimeouts allows`),
    );
    const work = operation(limit.signal);
    this.#operations.add(work);
    try {
      return await work;
    } finally {
      this.#operations.delete(work);
    }
  }

  /** Ends what runs now. What starts later is not touched: an attached plugin is cancelled after each command. */
  cancel(): void {
    this.#controller.abort(new Error("cancelled"));
    this.#controller = new AbortController();
  }

  /** Until all that runs now has ended. */
  async waitForEnd(): Promise<void> {
    await Promise.allSettled(this.#operations);
  }
}
