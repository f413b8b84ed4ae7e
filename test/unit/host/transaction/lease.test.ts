import type { RemoteResult } from "../../../../provider/host/exec/remoteCommand";
import type { Host } from "../../../../provider/host/host";
import { withLease } from "../../../../provider/host/transaction/lease";

const over = new Error("it took longer than the 6 s that customTimeouts allows");
const held = { code: 4, stdout: "pulumi up of another\n" } as RemoteResult;

/** A host that another engine changes, and that does not answer the question of a number: the time is over then. */
async function ask(silent: number) {
  const limit = new AbortController();
  let asked = 0;
  const run = (_: readonly string[], { signal }: { signal?: AbortSignal }): Promise<RemoteResult> => {
    asked += 1;
    if (signal === undefined || asked < silent) return Promise.resolve(held);
    setImmediate(() => limit.abort(over));
    return new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(new Error("could not take the lease of its network")));
    });
  };
  const log = { progress: () => {}, info: () => {}, warn: () => {} };
  const host = { label: "kvm1", run } as unknown as Host;
  await withLease(host, { who: "me", log, signal: limit.signal }, async () => "changed");
}

test.each([
  { silent: 1, words: "its word whether another change of its network is under way" },
  { silent: 2, words: "another change of this host's network (pulumi up of another)" },
])("what is waited for is named, also where a question to the host is cut short: number $silent", ({ silent, words }) =>
  expect(ask(silent)).rejects.toThrow(
    `kvm1: nothing was changed: the wait for ${words} was cut short: it took longer than the 6 s that customTimeouts allows.`,
  ),
);
