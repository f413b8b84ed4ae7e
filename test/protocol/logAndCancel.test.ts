import { urnOf } from "./support/caller";
import { FakeEngine } from "./support/fakeEngine";
import { Rig } from "./support/rig";
import { Things } from "./support/thing";

const connection = { host: "kvm1.example" };

describe("The log", () => {
  it("arrives in order, before the answer, beside the resource, never as an error", async () => {
    const lifecycle = new Things().lifecycle({
      create: async ({ log }) => {
        for (let n = 1; n <= 20; n++) log.progress(`step ${n}`);
        log.warn("mind the gap");
        log.info("done");
        return { id: "x", state: {} };
      },
    });
    await using rig = await Rig.start([lifecycle]);
    await rig.caller.create({ connection });
    const urn = urnOf("one");
    expect(rig.engine.said).toEqual([
      ...Array.from({ length: 20 }, (_, n) => ({ urn, severity: "info", message: `step ${n + 1}`, ephemeral: true })),
      { urn, severity: "warning", message: "mind the gap", ephemeral: false },
      { urn, severity: "info", message: "done", ephemeral: false },
    ]);
  });

  it("arrives before an error too", async () => {
    const lifecycle = new Things().lifecycle({
      create: async ({ log }) => {
        log.info("trying");
        throw new Error("no");
      },
    });
    await using rig = await Rig.start([lifecycle]);
    await rig.caller.create({ connection }).catch(() => undefined);
    expect(rig.engine.said).toMatchObject([{ message: "trying" }]);
  });

  it.each([
    ["colours", "\u001b[31mred\u001b[0m", "red"],
    ["a title", "\u001b]0;title\u0007text", "text"],
    ["the engine's colour tags", "<{%fg 1%}>red<{%reset%}>", "red"],
    ["a tag inside of a tag", "<{%<{%reset%}>fg 1%}>red", "red"],
    ["control characters", "a\u0000b\u0008c\u009bd", "abcd"],
    ["carriage returns", "one\r\ntwo\rthree", "one\ntwo\nthree"],
  ])("is stripped of %s, and keeps newline and tab", async (_, dirty, clean) => {
    const lifecycle = new Things().lifecycle({
      create: async ({ log }) => {
        log.info(`${dirty}\n\tend`);
        return { id: "x", state: {} };
      },
    });
    await using rig = await Rig.start([lifecycle]);
    await rig.caller.create({ connection });
    expect(rig.engine.said.map(({ message }) => message)).toEqual([`${clean}\n\tend`]);
  });

  it("goes to the engine that attached last", async () => {
    const lifecycle = new Things().lifecycle({
      create: async ({ log }) => {
        log.info("hello");
        return { id: "x", state: {} };
      },
    });
    await using rig = await Rig.start([lifecycle]);
    await using second = await FakeEngine.start();
    await using third = await FakeEngine.start();
    await rig.caller.attach(second.address);
    await rig.caller.create({ connection });
    expect(await rig.caller.handshake(third.address)).toMatchObject({ acceptSecrets: true, acceptResources: false });
    await rig.caller.create({ connection });
    expect([rig.engine.said.length, second.said.length, third.said.length]).toEqual([0, 1, 1]);
  });

  it("does not fail the work where no engine listens", async () => {
    const lifecycle = new Things().lifecycle({
      create: async ({ log }) => {
        log.info("hello");
        return { id: "x", state: {} };
      },
    });
    await using rig = await Rig.start([lifecycle]);
    await rig.engine[Symbol.asyncDispose]();
    expect((await rig.caller.create({ connection })).id).toBe("x");
  });
});

describe("Cancel", () => {
  it("ends what runs, and not what starts later", async () => {
    const started: AbortSignal[] = [];
    let arrived: () => void = () => undefined;
    const here = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const lifecycle = new Things().lifecycle({
      create: ({ signal }) => {
        started.push(signal);
        if (started.length > 1) return Promise.resolve({ id: "second", state: {} });
        return new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(new Error("rolled back")));
          arrived();
        });
      },
    });
    await using rig = await Rig.start([lifecycle]);
    const first = rig.caller.create({ connection }).catch((error) => error.details);
    await here;
    await rig.caller.cancel();
    expect(await first).toBe("rolled back");
    expect((await rig.caller.create({ connection })).id).toBe("second");
    expect(started.map((signal) => signal.aborted)).toEqual([true, false]);
  });

  it("makes no warning of a Read that it ended", async () => {
    let arrived: () => void = () => undefined;
    const here = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const lifecycle = new Things().lifecycle({
      read: ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(new Error("cancelled")));
          arrived();
        }),
    });
    await using rig = await Rig.start([lifecycle]);
    const read = rig.caller.read({ id: "thing/one", inputs: { connection }, properties: { serial: "0001" } });
    await here;
    await rig.caller.cancel();
    expect(await read).toMatchObject({ id: "thing/one", properties: { serial: "0001" } });
    expect(rig.engine.said).toEqual([]);
  });

  /** Hangs, as a host may, and heeds no signal. */
  async function hanging(ask: (rig: Rig) => Promise<unknown>): Promise<unknown> {
    let arrived: () => void = () => undefined;
    const here = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const hang = () => {
      arrived();
      return new Promise<never>(() => {});
    };
    const lifecycle = new Things().lifecycle({ read: hang, previewCreate: hang, previewUpdate: hang });
    await using rig = await Rig.start([lifecycle]);
    const answer = ask(rig).catch((error) => error.details);
    await here;
    await rig.caller.cancel();
    return answer;
  }

  it("ends what changes nothing, whatever its host does", async () => {
    const there = { id: "thing/one", inputs: { connection }, properties: { serial: "0001" } };
    expect(await hanging(({ caller }) => caller.read(there))).toMatchObject({ properties: { serial: "0001" } });
    expect(await hanging(({ caller }) => caller.create({ connection }, { preview: true }))).toBe("cancelled");
  });
});
