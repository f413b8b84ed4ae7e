import { Running } from "../../../provider/server/running";

const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

describe("Running", () => {
  afterEach(() => jest.useRealTimers());

  it("is idle before and after an operation, also one that failed", async () => {
    const running = new Running();
    const failed = running.run(0, async () => Promise.reject(new Error("no")));
    expect(running.idle).toBe(false);
    await expect(failed).rejects.toThrow("no");
    expect(running.idle).toBe(true);
  });

  it("ends an operation after the program's customTimeouts, and no other", async () => {
    jest.useFakeTimers();
    const running = new Running();
    const limited = running.run(30, untilAborted);
    const unlimited = running.run(0, untilAborted);
    const ended = expect(limited).rejects.toThrow("it took longer than the 30 s that customTimeouts allows");
    await jest.advanceTimersByTimeAsync(30_000);
    await ended;
    expect(running.idle).toBe(false);
    running.cancel();
    await expect(unlimited).rejects.toThrow("cancelled");
  });

  it("has ended when the last operation has, however it ended", async () => {
    const running = new Running();
    const one = running.run(0, untilAborted).catch(() => "rolled back");
    const all = running.waitForEnd();
    running.cancel();
    await all;
    expect(await one).toBe("rolled back");
    expect(running.idle).toBe(true);
  });
});
