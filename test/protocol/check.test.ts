import { secret, unknown, urnOf } from "./support/caller";
import { Rig } from "./support/rig";
import { Things } from "./support/thing";

const connection = { host: "kvm1.example" };
let rig: Rig;
beforeAll(async () => {
  rig = await Rig.start([new Things().lifecycle()]);
});
afterAll(() => rig[Symbol.asyncDispose]());

describe("Check", () => {
  it("fills in every default, nested ones and those that come from the resource's name too", async () => {
    const { inputs, failures } = await rig.caller.check({ connection, place: {} }, urnOf("garden::one"));
    expect(failures).toEqual([]);
    expect(inputs).toEqual({ connection, name: "garden::one", size: 3, tags: [], place: { room: "cellar" } });
  });

  it("marks secrets, also those that the program gave in plain text inside of an object", async () => {
    const { inputs } = await rig.caller.check({
      connection: { ...connection, password: "hunter2", user: "root" },
      place: { pin: "1234" },
      token: "t",
    });
    expect(inputs).toMatchObject({
      connection: { host: "kvm1.example", user: "root", password: secret("hunter2") },
      place: { room: "cellar", pin: secret("1234") },
      token: secret("t"),
    });
  });

  it("keeps a secret that the program made of something that is none by itself", async () => {
    const { inputs, failures } = await rig.caller.check({ connection: secret(connection), tags: ["a", secret("b")] });
    expect(failures).toEqual([]);
    expect(inputs).toMatchObject({ connection: secret(connection), tags: ["a", secret("b")] });
  });

  it.each([
    ["a property", { size: unknown }],
    ["a part of an object", { place: { room: unknown } }],
    ["an item of a list", { tags: ["a", unknown] }],
    ["a whole object", { connection: unknown }],
    ["a part of the connection", { connection: { host: unknown } }],
    ["a secret", { token: secret(unknown) }],
  ])("lets %s pass that is not known yet, and still says what is wrong beside it", async (_, part) => {
    const right = await rig.caller.check({ connection, ...part });
    expect(right.failures).toEqual([]);
    expect(right.inputs).toMatchObject(part);
    const wrong = await rig.caller.check({ connection, ...part, nam: "x" });
    expect(wrong.failures).toEqual([{ property: "", reason: 'has no property "nam"; did you mean "name"?' }]);
  });

  it.each([
    [
      "a missing property",
      {},
      "connection.host",
      "is missing, here and in the provider's configuration (kvmnet:connection). The address of the machine, or its name: in DNS, or a Host in ~/.ssh/config.",
    ],
    [
      "a missing part",
      { connection: {} },
      "connection.host",
      "is missing, here and in the provider's configuration (kvmnet:connection). The address of the machine, or its name: in DNS, or a Host in ~/.ssh/config.",
    ],
    ["another type", { connection, size: "big" }, "size", "must be a number, not a string"],
    ["a fraction", { connection, size: 1.5 }, "size", "must be a whole number, not a fraction"],
    ["too much", { connection, size: 10 }, "size", "must be at most 9"],
    [
      "an item of a list",
      { connection, tags: ["a", 1] },
      "tags[1]",
      "must be a string, not a number: write it in quotes. Config of a YAML program that is digits alone is a number, whatever its type says: write such a value into the program",
    ],
    [
      "a word of YAML's own",
      { connection, tags: [true] },
      "tags[0]",
      "must be a string, not true or false: write it in quotes. Config of a YAML program that is true or false alone is no string, whatever its type says: write such a value into the program",
    ],
    ["no list", { connection, tags: "a" }, "tags", "must be a list"],
    ["no object", { connection, place: "x" }, "", "place must be an object with room and pin"],
    [
      "an unknown word",
      { connection: { ...connection, strictHostKeyChecking: "maybe" } },
      "connection.strictHostKeyChecking",
      'must be "yes", "accept-new" or "no"',
    ],
    [
      "a slip",
      { connection: { host: "x", pasword: "p" } },
      "connection.pasword",
      'has no property "pasword"; did you mean "password"?',
    ],
    [
      "a stranger",
      { connection, place: { colour: "red" } },
      "place.colour",
      'has no property "colour"; it has room and pin',
    ],
  ])("says where %s is and what to write", async (_, news, property, reason) => {
    expect((await rig.caller.check(news)).failures).toEqual([{ property, reason }]);
  });

  it("never repeats a secret in words", async () => {
    const { failures } = await rig.caller.check({
      connection: { host: "x", password: { of: "hunter2" } },
      token: 4711,
    });
    expect(failures).toHaveLength(2);
    expect(JSON.stringify(failures)).not.toMatch(/hunter2|4711/);
  });

  it("says which resources there are when asked for another", async () => {
    await expect(rig.caller.check({}, urnOf("x", "kvmnet:index:Gadget"))).rejects.toMatchObject({
      details: "kvmnet 0.1.0 has no resource kvmnet:index:Gadget; it has kvmnet:index:Thing",
    });
  });
});
