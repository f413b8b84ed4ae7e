import { HostError } from "../../provider/host/ssh/hostError";
import { secret, urnOf } from "./support/caller";
import { Rig } from "./support/rig";
import { Things } from "./support/thing";

const inputs = {
  connection: { host: "kvm1.example", password: secret("hunter2") },
  name: "one",
  size: 3,
  tags: [secret("b")],
};
const properties = { name: "one", size: 3, tags: [secret("b")], serial: "0001", key: secret("k"), drift: [] };
const failing = (error: unknown) =>
  new Things().lifecycle({
    read: async () => {
      throw error;
    },
  });

describe("Read", () => {
  it("gives an empty ID for what is gone, and says what was found", async () => {
    await using rig = await Rig.start([new Things().lifecycle()]);
    expect((await rig.caller.read({ id: "thing/one", inputs, properties })).id).toBe("");
    expect(rig.engine.said).toEqual([
      { urn: urnOf("one"), severity: "info", message: "there is no thing/one any more", ephemeral: false },
    ]);
  });

  it("keeps the state, secrets and all, where the host can't be asked, and warns once a host", async () => {
    await using rig = await Rig.start([failing(new HostError("unreachable", "root@kvm1", "no route to host"))]);
    const kept = { id: "thing/one", inputs, properties, refreshBeforeUpdate: true };
    expect(await rig.caller.read({ id: "thing/one", inputs, properties })).toEqual(kept);
    expect(await rig.caller.read({ id: "thing/two", inputs, properties, urn: urnOf("two") })).toMatchObject({
      id: "thing/two",
    });
    expect(rig.engine.said).toEqual([
      {
        urn: "",
        severity: "warning",
        message: expect.stringMatching(/^root@kvm1: no route to host\n.*kept as it was/),
        ephemeral: false,
      },
    ]);
  });

  it("warns again in the next operation of a plugin that outlives one", async () => {
    await using rig = await Rig.start([failing(new HostError("unreachable", "root@kvm1", "no route to host"))]);
    await rig.caller.read({ id: "thing/one", inputs, properties });
    await rig.caller.cancel();
    await rig.caller.read({ id: "thing/one", inputs, properties });
    expect(rig.engine.said).toHaveLength(2);
  });

  it.each([
    ["anything else goes wrong", new Error("the answer makes no sense")],
    ["kvmnet itself is wrong", new TypeError("x is not a function")],
    ["the reason is no error", "no"],
  ])("keeps the state and warns beside the resource where %s", async (_, error) => {
    await using rig = await Rig.start([failing(error)]);
    expect(await rig.caller.read({ id: "thing/one", inputs, properties })).toMatchObject({
      id: "thing/one",
      properties,
    });
    expect(rig.engine.said).toMatchObject([{ urn: urnOf("one"), severity: "warning" }]);
  });

  it("keeps the state where a lifecycle gives what no state can hold", async () => {
    const lifecycle = new Things().lifecycle({
      read: async (_, id, given) => ({ kind: "there", id, inputs: given, state: { serial: () => "0001" } }),
    });
    await using rig = await Rig.start([lifecycle]);
    expect(await rig.caller.read({ id: "thing/one", inputs, properties })).toMatchObject({
      id: "thing/one",
      properties,
    });
  });

  it("keeps the state of a resource that this kvmnet does not know any more", async () => {
    await using rig = await Rig.start([new Things().lifecycle()]);
    const urn = urnOf("one", "kvmnet:index:Gadget");
    expect(await rig.caller.read({ id: "x", inputs, properties, urn })).toMatchObject({ id: "x", inputs, properties });
    expect(rig.engine.said).toMatchObject([{ urn, severity: "warning" }]);
  });

  it("gives a lifecycle the defaults that an older kvmnet did not write into the state", async () => {
    let size: unknown;
    const lifecycle = new Things().lifecycle({
      read: async (_, id, given, state) => {
        size = given.size;
        return { kind: "there", id, inputs: given, state };
      },
    });
    await using rig = await Rig.start([lifecycle]);
    const { size: _, ...older } = inputs;
    await rig.caller.read({ id: "thing/one", inputs: older, properties });
    expect(size).toBe(3);
  });

  it("refuses an import in words, as there is no state to keep", async () => {
    await using rig = await Rig.start([new Things().lifecycle()]);
    await expect(rig.caller.read({ id: "thing/one" })).rejects.toMatchObject({
      details: expect.stringContaining("a Thing can't be imported"),
    });
  });

  it("imports where the lifecycle can", async () => {
    const lifecycle = new Things().lifecycle({
      import: async (_, id) => ({ kind: "there", id, inputs: { size: 5 }, state: { size: 5, key: "k" } }),
    });
    await using rig = await Rig.start([lifecycle]);
    expect(await rig.caller.read({ id: "thing/one" })).toMatchObject({
      id: "thing/one",
      inputs: { size: 5 },
      properties: { size: 5, key: secret("k") },
    });
  });
});
