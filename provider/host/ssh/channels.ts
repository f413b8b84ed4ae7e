import { setTimeout as wait } from "node:timers/promises";
import { NoChannel } from "./command";

/** OpenSSH's own limit, sshd_config(5) MaxSessions. */
const usual = 10;
/** A server may take its time to free the channel that has just ended. */
const patience = { times: 20, ms: 50 };

/** Lets in as many commands at once as the server opens channels; what is more waits for its turn. */
export class Channels {
  #limit = usual;
  #open = 0;
  readonly #waiting: (() => void)[] = [];

  async run<T>(command: () => Promise<T>): Promise<T> {
    for (let alone = 0; ; ) {
      await this.#enter();
      try {
        return await command();
      } catch (error) {
        if (!(error instanceof NoChannel)) throw error;
        // With others open, the server's limit is what they are; alone, it opens none at all.
        if (this.#open === 1 && ++alone > patience.times) throw error;
        if (this.#open === 1) await wait(patience.ms);
        this.#limit = Math.max(1, Math.min(this.#limit, this.#open - 1));
      } finally {
        this.#open -= 1;
        if (this.#open < this.#limit) this.#waiting.shift()?.();
      }
    }
  }

  async #enter(): Promise<void> {
    while (this.#open >= this.#limit) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#open += 1;
  }
}
