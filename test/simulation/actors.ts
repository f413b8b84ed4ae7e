interface Waiter {
  done(): boolean;
  readonly deadline: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Who acts on a simulated machine. Its time passes when each of them waits for something, and stops when one goes on. */
export class Actors {
  private readonly waiters: Waiter[] = [];
  private count = 1;

  constructor(
    /** What the machine was asked so far is answered. */
    private readonly answered: () => Promise<unknown>,
    /** Something more happens; false where nothing does until that time. */
    private readonly step: (deadline: number) => Promise<boolean>,
  ) {}

  /** Waits until it is so, or the time has come, or nothing will ever happen. */
  until(done: () => boolean, deadline: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiters.push({ done, deadline, resolve, reject });
      this.go();
    });
  }

  async together<T>(acts: readonly (() => Promise<T>)[]): Promise<T[]> {
    this.count = acts.length;
    const ended = await Promise.allSettled(
      acts.map(async (act) => {
        try {
          return await act();
        } finally {
          this.count -= 1;
          this.go();
        }
      }),
    );
    this.count = 1;
    return ended.map((one) => {
      if (one.status === "rejected") throw one.reason;
      return one.value;
    });
  }

  private go(): void {
    if (this.waiters.length === 0 || this.waiters.length < this.count) return;
    this.next().then(
      (one) => one.resolve(),
      (error) => {
        for (const one of this.waiters.splice(0)) one.reject(error);
      },
    );
  }

  /** The one that goes on. */
  private async next(): Promise<Waiter> {
    for (;;) {
      await this.answered();
      const soonest = this.waiters.reduce((one, other) => (other.deadline < one.deadline ? other : one));
      const over =
        this.waiters.find((one) => one.done()) ?? ((await this.step(soonest.deadline)) ? undefined : soonest);
      if (over === undefined) continue;
      this.waiters.splice(this.waiters.indexOf(over), 1);
      return over;
    }
  }
}
