import { Hosts } from "../../../provider/host/hosts";

const later = () => {
  let done = () => {};
  const promise = new Promise<void>((resolve) => {
    done = resolve;
  });
  return { promise, done };
};

test("a change that is cut short before its turn is none, says why, and holds up nobody", async () => {
  const hosts = new Hosts();
  const [first, limit] = [later(), new AbortController()];
  const done: string[] = [];
  const one = hosts.exclusive("m", undefined, () => first.promise.then(() => void done.push("one")));
  const two = hosts.exclusive("m", limit.signal, async () => void done.push("two"));
  const three = hosts.exclusive("m", undefined, async () => void done.push("three"));
  limit.abort(new Error("it took longer than the 5 s that customTimeouts allows"));
  await expect(two).rejects.toThrow(
    "nothing was changed: the wait for another change of this host was cut short: it took longer than the 5 s that customTimeouts allows.",
  );
  first.done();
  await Promise.all([one, three]);
  expect(done).toEqual(["one", "three"]);
});
