import { setImmediate as nextTurn } from "node:timers/promises";

/** Work that yields wherever it may be left for a moment. */
export type Steps<T> = Generator<void, T>;

/** Does it at once. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** For how long it goes on without a look at what else there is to do, other hosts and a Cancel. */
const sliceMs = 10;

/** Does it in slices. */
export async function inTurns<T>(steps: Steps<T>, signal?: AbortSignal): Promise<T> {
  for (let began = performance.now(); ; ) {
    const { done, value } = steps.next();
    if (done) return value;
    if (performance.now() - began < sliceMs) continue;
    await nextTurn();
    signal?.throwIfAborted();
    began = performance.now();
  }
}
