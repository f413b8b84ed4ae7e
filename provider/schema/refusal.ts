/** What is asked for can't or must not be done on this host; nothing was. The message says what to do instead. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}
