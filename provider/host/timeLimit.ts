/**
 * A signal that aborts with another one, or when its time is over; `using` it ends the timer. AbortSignal.any with an
 * AbortSignal.timeout in it is no match: Node collects the timeout as garbage, and it never fires (nodejs/node#57736).
 */
export class TimeLimit implements Disposable {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #others: readonly AbortSignal[];
  readonly #follow = (event: Event) => this.#controller.abort((event.target as AbortSignal).reason);

  /** Infinity: no limit. `reason` is that of the end of the time. */
  constructor(ms: number, others: readonly AbortSignal[] = [], reason: unknown = overdue()) {
    this.#timer = Number.isFinite(ms)
      ? setTimeout(() => this.#controller.abort(reason), Math.min(Math.max(0, ms), longestTimer))
      : undefined;
    this.#others = others;
    for (const other of others) {
      if (other.aborted) this.#controller.abort(other.reason);
      else other.addEventListener("abort", this.#follow, { once: true });
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    for (const other of this.#others) other.removeEventListener("abort", this.#follow);
  }
}

/** What setTimeout takes. */
const longestTimer = 2 ** 31 - 1;

function overdue(): DOMException {
  return new DOMException("the time is over", "TimeoutError");
}
