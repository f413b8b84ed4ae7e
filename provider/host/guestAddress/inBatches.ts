import type { Host } from "../host";

/** Questions that wait for one command of their own. */
interface Batch<Q, A> {
  readonly questions: Q[];
  readonly answer: Promise<A>;
}

/**
 * One command for all questions that come while the one before it runs: a stack with 200 NICs on a host asks 200 times at
 * once. Each gets what was answered to all.
 */
export function inBatches<Q, A>(ask: (host: Host, questions: readonly Q[]) => Promise<A>) {
  const waiting = new WeakMap<Host, Batch<Q, A>>();
  const last = new WeakMap<Host, Promise<unknown>>();
  return (host: Host, questions: readonly Q[]): Promise<A> => {
    const there = waiting.get(host);
    if (there) {
      there.questions.push(...questions);
      return there.answer;
    }
    const all = [...questions];
    const turn = last.get(host) ?? new Promise((resolve) => setImmediate(resolve));
    const answer = turn.then(() => {
      waiting.delete(host);
      return ask(host, all);
    });
    waiting.set(host, { questions: all, answer });
    last.set(
      host,
      answer.catch(() => undefined),
    );
    return answer;
  };
}
