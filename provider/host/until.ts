/** What the work comes to, or the signal's reason as soon as it aborts: the work itself goes on, for those who share it. */
export function until<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  work.catch(() => undefined);
  return new Promise((resolve, reject) => {
    const left = () => reject(signal.reason);
    if (signal.aborted) return left();
    signal.addEventListener("abort", left, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", left));
  });
}

/** Why something was given up, in words: Ctrl-C, or a time that is over. */
export const reasonOf = (signal: AbortSignal | undefined): string =>
  signal?.reason instanceof Error && signal.reason.name !== "AbortError" ? signal.reason.message : "cancelled";

/** The same, that says what was waited for where the signal ends it. */
export function waitFor<T>(what: string, work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  return until(work, signal).catch((error) => {
    if (!signal?.aborted || error !== signal.reason) throw error;
    throw new Error(`the wait for ${what} was cut short: ${reasonOf(signal)}.`);
  });
}
