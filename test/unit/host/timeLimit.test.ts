import { once } from "node:events";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { TimeLimit } from "../../../provider/host/timeLimit";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

test("ends when its time is over, whatever the garbage collector does", async () => {
  const inner = new TimeLimit(1000, [new TimeLimit(50).signal]).signal;
  collectGarbage();
  await once(inner, "abort");
  expect(inner.reason).toMatchObject({ name: "TimeoutError" });
});

test("ends with another signal, also with one that has ended", () => {
  const cancel = new AbortController();
  using limit = new TimeLimit(1000, [cancel.signal]);
  cancel.abort("cancelled");
  using late = new TimeLimit(1000, [cancel.signal]);
  expect([limit.signal.reason, late.signal.reason]).toEqual(["cancelled", "cancelled"]);
});

test("does not end any more once it is disposed of", () => {
  const cancel = new AbortController();
  const limit = new TimeLimit(1000, [cancel.signal]);
  limit[Symbol.dispose]();
  cancel.abort();
  expect(limit.signal.aborted).toBe(false);
});
