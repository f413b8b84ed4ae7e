/** The operations under way, and the one signal that ends them all. */
export class Running {
  #controller = new AbortController();
  readonly #operations = new Set<Promise<unknown>>();

  get idle(): boolean {
    return this.#operations.size === 0;
  }

  /** Runs an operation whose signal aborts on `cancel`, or after the time that the program gave it (0: none). */
  async run<T>(timeoutSeconds: number, operation: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const limit = new AbortController();
    const timer =
      timeoutSeconds > 0
        ? setTimeout(
            () => limit.abort(new Error(`the customTimeouts' ${timeoutSeconds} s are over`)),
            Math.min(timeoutSeconds * 1000, 2 ** 31 - 1),
          )
        : undefined;
    const work = operation(AbortSignal.any([this.#controller.signal, limit.signal]));
    this.#operations.add(work);
    try {
      return await work;
    } finally {
      clearTimeout(timer);
      this.#operations.delete(work);
    }
  }

  /** Ends what runs now. What starts later is not touched: an attached plugin is cancelled after each command. */
  cancel(): void {
    this.#controller.abort(new Error("cancelled"));
    this.#controller = new AbortController();
  }

  /** Until all that runs now has ended. */
  async ended(): Promise<void> {
    await Promise.allSettled(this.#operations);
  }
}
