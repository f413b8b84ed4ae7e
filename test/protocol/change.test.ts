import { HostError } from "../../provider/host/ssh/hostError";
import { PartlyDone } from "../../provider/resources/lifecycle";
import { initFailure, type Json, secret, unknown, urnOf } from "./support/caller";
import { Rig } from "./support/rig";
import { Things } from "./support/thing";

const connection = { host: "kvm1.example", password: secret("hunter2") };
const program = { connection, token: secret("t"), place: { pin: secret("1234") }, tags: ["a", secret("b")] };
const state = {
  name: "one",
  size: 3,
  tags: ["a", secret("b")],
  place: { room: "cellar", pin: secret("1234") },
  token: secret("t"),
  serial: "0001",
  key: secret("k"),
  drift: [],
};

describe("The life of a resource", () => {
  it("keeps every secret a secret, asks for a read before each update, and shows no diff when nothing changed", async () => {
    const things = new Things();
    await using rig = await Rig.start([things.lifecycle()]);
    const { caller } = rig;
    const { inputs } = await caller.check(program);
    const planned = await caller.create(inputs, { preview: true });
    expect(planned.id).toBe("");
    expect(planned.properties).toMatchObject({ name: "one", serial: unknown, key: secret(unknown), drift: unknown });
    expect(things.there.size).toBe(0);

    const made = await caller.create(inputs);
    expect(made).toEqual({ id: "thing/one", properties: state, refreshBeforeUpdate: true });
    expect((await caller.diff({ oldInputs: inputs, news: inputs, olds: made.properties })).changes).toBe(false);

    const read = await caller.read({ id: made.id, inputs, properties: made.properties });
    expect(read).toEqual({ id: made.id, inputs, properties: state, refreshBeforeUpdate: true });
    expect((await caller.diff({ oldInputs: read.inputs, news: inputs, olds: read.properties })).changes).toBe(false);

    const { inputs: news } = await caller.check({ ...program, size: 4 });
    const change = { id: made.id, oldInputs: inputs, olds: read.properties, news };
    const updated = await caller.update(change);
    expect(updated).toEqual({ properties: { ...state, size: 4 }, refreshBeforeUpdate: true });

    await caller.configure();
    const last = { id: made.id, oldInputs: news, properties: updated.properties };
    await caller.delete(last);
    expect(things.there.size).toBe(0);
    await caller.delete(last);
  });

  it("makes visible what a host says of its drift", async () => {
    const drift = ["no \u001b[31mNIC\u202e any more"];
    const things = new Things();
    await using rig = await Rig.start([
      things.lifecycle({ create: async () => ({ id: "thing/one", state: { ...state, drift } }) }),
    ]);
    const { inputs } = await rig.caller.check(program);
    expect((await rig.caller.create(inputs)).properties).toMatchObject({ drift: ["no NIC any more"] });
  });

  it("never puts the connection into the outputs, whatever a lifecycle returns", async () => {
    const lifecycle = new Things().lifecycle({ create: async (_, inputs) => ({ id: "x", state: inputs }) });
    await using rig = await Rig.start([lifecycle]);
    const { inputs } = await rig.caller.check(program);
    expect((await rig.caller.create(inputs)).properties).not.toHaveProperty("connection");
  });

  it("hands a preview the values that are known, marks those that are not, and says which these are", async () => {
    let seen: unknown;
    const lifecycle = new Things().lifecycle({
      previewCreate: async (operation, inputs) => {
        seen = [operation.preview, operation.name, inputs.size === inputs.name];
        return inputs;
      },
      previewUpdate: () => {
        throw new Error("a change that is not known can't be told");
      },
    });
    await using rig = await Rig.start([lifecycle]);
    const { inputs } = await rig.caller.check(program);
    const news = { ...inputs, size: unknown, name: unknown };
    expect((await rig.caller.create(news, { preview: true })).properties).toMatchObject({
      name: unknown,
      size: unknown,
    });
    expect(seen).toEqual([true, "one", true]);

    const change = { id: "thing/one", oldInputs: inputs, olds: state, news, preview: true };
    expect((await rig.caller.update(change)).properties).toEqual({ ...state, name: unknown, size: unknown });
    const message = "name and size are not known yet. What they change on the host is shown once they are known.";
    expect(rig.engine.said).toMatchObject([{ message }, { message }]);
  });

  it("says of a way to the host that a resource of the program brings along that it waits for that, once in full", async () => {
    await using rig = await Rig.start([new Things().lifecycle()]);
    const { inputs } = await rig.caller.check(program);
    const news = { ...inputs, connection: { host: unknown, user: unknown } };
    for (const name of ["one", "two"]) await rig.caller.create(news, { preview: true, urn: urnOf(name) });
    expect(rig.engine.said).toMatchObject([
      {
        message: expect.stringMatching(
          /^The way to the host depends on a resource that does not exist yet, or that can't be read now/,
        ),
      },
      { message: "As of one: that is not known yet." },
    ]);
  });

  it("leaves in the state what was only partly done, with the reasons and the secrets", async () => {
    const partly = async (_: unknown, given: Json | string): Promise<never> => {
      const made = typeof given === "string" ? state : { ...given, serial: "0001", key: "k", drift: [] };
      throw new PartlyDone("thing/one", { ...made, token: "t", key: "k" }, ["the lamp is off", "the door is open"]);
    };
    await using rig = await Rig.start([new Things().lifecycle({ create: partly, update: partly, read: partly })]);
    const { caller } = rig;
    const { inputs } = await caller.check(program);
    for (const call of [
      () => caller.create(inputs),
      () => caller.update({ id: "thing/one", oldInputs: inputs, olds: state, news: inputs }),
      () => caller.read({ id: "thing/one", inputs, properties: state }),
    ]) {
      const error = await call().then(
        () => undefined,
        (reason) => reason,
      );
      expect(error.details).toBe("the lamp is off\nthe door is open");
      expect(initFailure(error)).toMatchObject({
        type: "type.googleapis.com/pulumirpc.ErrorResourceInitFailed",
        id: "thing/one",
        properties: { token: secret("t"), key: secret("k"), serial: "0001" },
        inputs,
        reasons: ["the lamp is off", "the door is open"],
        refreshBeforeUpdate: true,
      });
    }
  });

  it("can leave a large state behind what was only partly done", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 40 }, (_, n) => [`/etc/netplan/${n}.yaml`, "x".repeat(1000)]),
    );
    const lifecycle = new Things().lifecycle({
      create: async () => {
        throw new PartlyDone("thing/one", { serial: "0001", files }, ["partly"]);
      },
    });
    await using rig = await Rig.start([lifecycle]);
    const error = await rig.caller.create({ connection }).catch((reason) => reason);
    expect(initFailure(error).properties).toMatchObject({ files });
  });

  it("ends in words, without a stack and without what a host could do to a terminal", async () => {
    const lifecycle = new Things().lifecycle({
      create: async () => {
        throw new Error("kvm1: \u001b[31mrefused\u001b[0m <{%reset%}>by the host\u0007");
      },
      delete: async () => {
        throw new AggregateError([
          new Error("connect ECONNREFUSED ::1:22"),
          new Error("connect ECONNREFUSED 127.0.0.1:22"),
        ]);
      },
    });
    await using rig = await Rig.start([lifecycle]);
    await expect(rig.caller.create({ connection })).rejects.toMatchObject({ details: "kvm1: refused by the host" });
    await expect(rig.caller.delete({ id: "x", oldInputs: { connection }, properties: {} })).rejects.toMatchObject({
      details: "connect ECONNREFUSED ::1:22; connect ECONNREFUSED 127.0.0.1:22",
    });
  });

  it.each([
    [
      "unreachable",
      /^kvm1: no answer\nIf the host is gone for good: pulumi state delete 'urn:\S+' has Pulumi forget this/,
    ],
    ["hostKey", /^kvm1: no answer$/],
  ] as const)("says at an error of kind %s how a host is forgotten, where it may be gone", async (kind, words) => {
    const lifecycle = new Things().lifecycle({
      delete: async () => {
        throw new HostError(kind, "kvm1", "no answer");
      },
    });
    await using rig = await Rig.start([lifecycle]);
    await expect(rig.caller.delete({ id: "x", oldInputs: { connection }, properties: {} })).rejects.toMatchObject({
      details: expect.stringMatching(words),
    });
  });

  it("says that there is no such resource", async () => {
    await using rig = await Rig.start([new Things().lifecycle()]);
    await expect(rig.caller.create({}, { urn: urnOf("x", "kvmnet:index:Moon") })).rejects.toMatchObject({
      details: expect.stringContaining("has no resource kvmnet:index:Moon"),
    });
  });
});
