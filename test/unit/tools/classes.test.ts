import * as pulumi from "@pulumi/pulumi";
import { resources } from "../../../index";
import { FakeEngine, settled } from "../support/engine";

const connection = { host: "kvm1.example", password: "hunter2" };
const given = (args: resources.BridgeArgs) =>
  new Promise<Record<string, unknown>>((resolve) => {
    // What the class hands on, before the SDK turns it into messages.
    const transform: pulumi.ResourceTransformation = ({ props, opts }) => {
      resolve(props);
      return { props, opts };
    };
    new resources.Bridge("kvm1", args, { transformations: [transform] });
  });

describe("A generated class", () => {
  beforeEach(() => FakeEngine.start());

  it("marks the connection's secrets as secrets, one by one", async () => {
    const { connection: passed } = await given({ connection });
    const { host, password } = passed as Record<string, unknown>;
    expect(host).toBe("kvm1.example");
    expect(await pulumi.isSecret(password as pulumi.Output<string>)).toBe(true);
    await settled();
  });

  it("marks a connection that comes later as a whole, where it has a secret", async () => {
    const { connection: secret } = await given({ connection: pulumi.output(connection) });
    const { connection: open } = await given({ connection: Promise.resolve({ host: "kvm1.example" }) });
    expect(await pulumi.isSecret(secret as pulumi.Output<unknown>)).toBe(true);
    expect(await pulumi.isSecret(open as pulumi.Output<unknown>)).toBe(false);
    await settled();
  });

  it.each([
    ["a text", "root:hunter2@kvm1.example"],
    ["a list", [connection]],
    ["a text that comes later", pulumi.output("root:hunter2@kvm1.example")],
  ])(
    "marks %s in a connection's place as a whole, and hands it on as it is: Check says what it has to be",
    async (_, wrong) => {
      const { connection: passed } = await given({ connection: wrong } as unknown as resources.BridgeArgs);
      expect(await pulumi.isSecret(passed as pulumi.Output<unknown>)).toBe(true);
      const known = (value: unknown) => (pulumi.output(value) as unknown as { promise(): Promise<unknown> }).promise();
      expect(await known(passed)).toEqual(await known(wrong));
      await settled();
    },
  );

  it("hands on what is none of its properties too, so that Check can say so", async () => {
    expect(await given({ connection, uplnk: "eth0" } as resources.BridgeArgs)).toMatchObject({ uplnk: "eth0" });
    await settled();
  });

  it("says what is missing before the engine does", () => {
    expect(() => new resources.Tap("tap0", {} as resources.TapArgs)).toThrow('Tap "tap0": bridge: is missing');
  });

  it("knows its own", async () => {
    const bridge = new resources.Bridge("kvm1", { connection });
    expect(resources.Bridge.isInstance(bridge)).toBe(true);
    expect(resources.Network.isInstance(bridge)).toBe(false);
    expect(resources.Bridge.isInstance(undefined)).toBe(false);
    await settled();
  });
});
