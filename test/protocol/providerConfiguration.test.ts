import { z } from "zod";
import type { Values } from "../../provider/codec/decode";
import { parseImportId } from "../../provider/resources/importId";
import { type Connection, resourceConnection } from "../../provider/schema/connection";
import type { AnyFunction } from "../../provider/server/invoke";
import type { AnyLifecycle } from "../../provider/server/resourceType";
import { type Json, secret, unknown } from "./support/caller";
import { Rig } from "./support/rig";
import { Things } from "./support/thing";

const key = "-----BEGIN OPENSSH PRIVATE KEY-----\nhunter2\n";
const provided = { host: "kvm1.example", user: "root", privateKey: key };

/** A rig whose provider is configured, and the connections that its things were reached by, with what for. */
async function configured(connection: Json | string, own: Partial<AnyLifecycle> = {}) {
  const asked: unknown[] = [];
  const ask = (what: string, inputs: Values) => asked.push([what, inputs.connection]);
  const things = new Things();
  const plain = things.lifecycle(own);
  const form = { resource: "Thing", example: "kvm1/one", parts: { name: z.string() } };
  const lifecycle: AnyLifecycle = {
    ...plain,
    check: (name, inputs, before) => {
      ask("check", inputs);
      return plain.check?.(name, inputs, before) ?? { inputs, failures: [] };
    },
    create: (operation, inputs) => {
      ask("create", inputs);
      return plain.create(operation, inputs);
    },
    read: (operation, id, inputs, state) => {
      ask("read", inputs);
      return plain.read(operation, id, inputs, state);
    },
    import: async (_operation, id, defaults) => {
      const inputs = parseImportId(id, form, defaults);
      ask("import", inputs);
      return { kind: "there", id, inputs, state: { serial: "0001", key: "k", drift: [] } };
    },
    update: (operation, id, old, inputs) => {
      ask("update of", old.inputs);
      ask("update", inputs);
      return plain.update(operation, id, old, inputs);
    },
    delete: (operation, id, inputs, state) => {
      ask("delete", inputs);
      return plain.delete(operation, id, inputs, state);
    },
  };
  const getThing: AnyFunction = {
    definition: {
      name: "getThing",
      description: "A thing.",
      inputs: z.strictObject({ connection: resourceConnection }),
      outputs: z.object({}),
    },
    call: async (_call, inputs) => {
      ask("invoke", inputs);
      return {};
    },
  };
  const rig = await Rig.start([lifecycle], [getThing]);
  await rig.caller.configure({ connection });
  return { rig, asked };
}

describe("A provider's connection", () => {
  it.each([
    ["as an object", provided],
    ["as JSON, as a stack's config has it", JSON.stringify(provided)],
    ["as JSON that is a secret", secret(JSON.stringify(provided))],
  ])("has the fields that a resource leaves out, %s, and is in none of its inputs", async (_, connection) => {
    const { rig, asked } = await configured(connection as Json);
    await using _rig = rig;
    const { caller } = rig;
    const all = { ...provided, user: "admin" };
    const { inputs, failures } = await caller.check({ connection: { user: "admin" } });
    expect(failures).toEqual([]);
    expect(inputs.connection).toEqual({ user: "admin" });
    const { id, properties } = await caller.create(inputs);
    expect((await caller.read({ id, inputs, properties })).inputs.connection).toEqual({ user: "admin" });
    await caller.update({ id, oldInputs: inputs, olds: properties, news: { ...inputs, size: 4 } });
    await caller.delete({ id, oldInputs: inputs, properties });
    expect((await caller.invoke("kvmnet:index:getThing", { connection: { user: "admin" } })).failures).toEqual([]);
    const asks = ["check", "create", "read", "update of", "update", "delete", "invoke"];
    expect(asked).toEqual(asks.map((what) => [what, all]));
  });

  it("is all that a resource or a function needs that has none", async () => {
    const { rig, asked } = await configured(provided);
    await using _rig = rig;
    const { inputs, failures } = await rig.caller.check({});
    expect({ connection: inputs.connection, failures }).toEqual({ connection: undefined, failures: [] });
    await rig.caller.create(inputs);
    await rig.caller.invoke("kvmnet:index:getThing");
    expect(asked).toEqual([
      ["check", provided],
      ["create", provided],
      ["invoke", provided],
    ]);
  });

  it("is taken field by field, but a jump host and sudo as a whole", async () => {
    const { rig, asked } = await configured({
      ...provided,
      proxy: { host: "jump", user: "me" },
      sudo: { password: "p" },
    });
    await using _rig = rig;
    const own = { host: "kvm2.example", port: 2222, proxy: { host: "other" }, sudo: false };
    await rig.caller.check({ connection: own });
    expect(asked).toEqual([["check", { ...provided, ...own }]]);
  });

  it("is what an import by ID goes by; what is imported has nothing of it but the host", async () => {
    const { rig, asked } = await configured({ ...provided, port: 2222 });
    await using _rig = rig;
    const { inputs } = await rig.caller.read({ id: "kvm1.example/one" });
    expect(asked).toEqual([["import", { ...provided, port: 2222 }]]);
    expect(inputs.connection).toEqual({ host: "kvm1.example" });
    const other = await rig.caller.read({ id: "admin@kvm2.example:22/one" });
    expect(other.inputs.connection).toEqual({ host: "kvm2.example", user: "admin", port: 22 });
    // What the program says of the same host is no other one.
    const after = (await rig.caller.check({ ...inputs, connection: {} })).inputs;
    expect(await rig.caller.diff({ oldInputs: { ...after, ...inputs }, news: after })).toMatchObject({
      changes: false,
    });
  });

  it("is no change of a resource that says the same no more, and is one where it is another host", async () => {
    const { rig } = await configured(provided);
    await using _rig = rig;
    const { inputs: news } = await rig.caller.check({});
    const diffTo = (connection: Json) => rig.caller.diff({ oldInputs: { ...news, connection }, news });
    expect(await diffTo({ host: "kvm1.example", user: "root" })).toMatchObject({ changes: false });
    expect(await diffTo({ host: "kvm2.example" })).toMatchObject({
      replaces: [],
      detailed: { "connection.host": "update" },
    });
  });

  it("is the next operation's where a process is configured again", async () => {
    const { rig, asked } = await configured(provided);
    await using _rig = rig;
    await rig.caller.check({});
    await rig.caller.configure({ connection: { host: "kvm2.example" } });
    await rig.caller.check({});
    await rig.caller.configure();
    expect((await rig.caller.check({})).failures).toMatchObject([{ property: "connection.host" }]);
    expect((asked as [string, Connection][]).map(([, { host }]) => host)).toEqual(["kvm1.example", "kvm2.example"]);
  });
});

describe("CheckConfig", () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.start([]);
  });
  afterAll(() => rig[Symbol.asyncDispose]());

  it("takes what the engine itself adds, a connection in part, and what is not known yet", async () => {
    for (const connection of [{}, { user: "root" }, JSON.stringify({ port: 22 }), unknown, { privateKey: unknown }]) {
      const { failures } = await rig.caller.checkConfig({ version: "0.1.0", pluginDownloadURL: "x", connection });
      expect({ connection, failures }).toEqual({ connection, failures: [] });
    }
  });

  it.each([
    [
      "an object",
      { connection: { user: "root", privateKey: key } },
      { connection: { user: "root", privateKey: secret(key) } },
    ],
    ["JSON", { connection: JSON.stringify(provided) }, { connection: secret(JSON.stringify(provided)) }],
    [
      "JSON with a jump host",
      { connection: '{"proxy":{"host":"x"}}' },
      { connection: secret('{"proxy":{"host":"x"}}') },
    ],
    ["JSON without a secret", { connection: '{"user":"root"}' }, { connection: '{"user":"root"}' }],
    ["a secret", { connection: secret('{"user":"root"}') }, { connection: secret('{"user":"root"}') }],
  ])("marks what is secret in %s", async (_, news, inputs) => {
    expect(await rig.caller.checkConfig({ version: "0.1.0", ...news })).toEqual({
      inputs: { version: "0.1.0", ...inputs },
      failures: [],
    });
  });

  it.each([
    ["a key of none", { host: "kvm1" }, "kvmnet:host: is no configuration of kvmnet's; it has connection"],
    ["a path as a key", { "connection.user": "root" }, "pulumi config set --path 'kvmnet:connection.user'"],
    ["a wrong part", { connection: '{"port":"22"}' }, "kvmnet:connection.port: must be a number, not a string"],
    [
      "a part of none",
      { connection: { usr: "x" } },
      'kvmnet:connection.usr: has no property "usr"; did you mean "user"?',
    ],
    ["a part of a part", { connection: { proxy: { host: 1 } } }, "kvmnet:connection.proxy.host: must be a string"],
    ["no JSON", { connection: key }, "kvmnet:connection: must be an object, or one as JSON; this text is no JSON"],
    ["a list", { connection: "[1]" }, "kvmnet:connection: must be an object with host"],
  ])("says where %s is, by its path and without a value", async (_, news, reason) => {
    const { failures } = await rig.caller.checkConfig(news);
    expect(failures).toEqual([{ property: "", reason: expect.stringContaining(reason) }]);
  });

  it("says the path in the program of a provider of the program's own", async () => {
    const { failures } = await rig.caller.checkConfig({ connection: { port: 0 } }, "mine");
    expect(failures).toEqual([{ property: "", reason: "connection.port: must be at least 1" }]);
  });

  it("says of a program's own config in a project called as the provider is that it is the project's name", async () => {
    const urn = "urn:pulumi:home::kvmnet::pulumi:providers:kvmnet::default_0_1_0";
    const { failures } = await rig.caller.checkConfig({ host: "kvm1", vm: "web" }, "", urn);
    expect(failures).toEqual(
      ["host", "vm"].map((key) => ({
        property: "",
        reason: `kvmnet:${key}: is no configuration of kvmnet's. This project is named kvmnet too, so that its own config is handed to the provider: write another \`name\` into Pulumi.yaml, and that in place of kvmnet before the config's keys`,
      })),
    );
  });

  it("repeats no value, whatever is wrong with it, and keeps text that can't be read a secret", async () => {
    for (const connection of [
      key,
      { privateKey: { of: "hunter2" } },
      '{"privateKey":["hunter2"]}',
      '{"password": hunter2}',
    ]) {
      const { failures, inputs } = await rig.caller.checkConfig({ connection });
      expect(failures).toHaveLength(1);
      expect(JSON.stringify(failures)).not.toContain("hunter2");
      if (typeof connection === "string") expect(inputs).toEqual({ connection: secret(connection) });
    }
  });
});

describe("DiffConfig", () => {
  it.each([
    ["the same in another form", { connection: provided }, { connection: secret(JSON.stringify(provided)) }, []],
    ["what the engine adds", { version: "0.1.0" }, { version: "0.2.0" }, []],
    ["another host", { connection: provided }, { connection: { ...provided, host: "kvm2" } }, ["connection"]],
    ["another key", { connection: provided }, { connection: { ...provided, privateKey: "k" } }, ["connection"]],
    ["none any more", { connection: provided }, {}, ["connection"]],
    ["one", {}, { connection: unknown }, ["connection"]],
  ])("replaces nothing for %s", async (_, before, after, diffs) => {
    await using rig = await Rig.start([]);
    expect(await rig.caller.diffConfig(before, after)).toEqual({ changes: diffs.length > 0, diffs, replaces: [] });
  });
});
