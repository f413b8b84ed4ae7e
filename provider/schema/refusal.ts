/** What is asked for can't or must not be done on this host; nothing was. The message says what to do instead. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}

/** What is planned, or why it can't be. */
export function unlessRefused<T>(plan: () => T): T | Refusal {
  try {
    return plan();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}
