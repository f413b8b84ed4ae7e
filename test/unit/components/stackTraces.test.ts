import * as pulumi from "@pulumi/pulumi";
import { resources } from "../../../index";

const args = { name: "lan", bridge: "br0", connection: { host: "kvm1.example" } };

beforeAll(() => pulumi.runtime.setMocks({ newResource: ({ name }) => ({ id: name, state: {} }), call: () => ({}) }));

describe("A resource's stack traces", () => {
  const { stackTraceLimit, prepareStackTrace } = Error;
  afterEach(() => {
    Error.prepareStackTrace = prepareStackTrace;
    delete process.env.PULUMI_DEBUG_PROMISE_LEAKS;
  });

  /** How many of them have frames, which is what takes time. */
  function taken(make: () => unknown): number {
    let count = 0;
    Error.prepareStackTrace = (error, frames) => {
      if (frames.length > 0) count += 1;
      return String(error);
    };
    make();
    return count;
  }

  it("is the one that says where it stands in the program", () => {
    expect(taken(() => new resources.Network("one", args))).toBe(1);
  });

  it("are all of them where somebody looks for a promise that nothing settles", () => {
    process.env.PULUMI_DEBUG_PROMISE_LEAKS = "1";
    expect(taken(() => new resources.Network("two", args))).toBeGreaterThan(20);
  });

  it("are there again after it, also after one that the SDK refuses, whose error says where", () => {
    const wrong = { parent: "kvm1" as unknown as pulumi.Resource };
    const error = (() => {
      try {
        return new resources.Network("three", args, wrong);
      } catch (error) {
        return error as Error;
      }
    })();
    expect(error).toMatchObject({
      message: expect.stringMatching(/parent/i),
      stack: expect.stringContaining(__filename),
    });
    expect(Error.stackTraceLimit).toBe(stackTraceLimit);
  });
});
