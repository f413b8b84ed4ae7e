import { bridgeLifecycle } from "../../provider/resources/bridge/lifecycle";
import { networkLifecycle } from "../../provider/resources/network/lifecycle";
import type { AnyLifecycle } from "../../provider/server/resourceType";
import { type Json, secret, unknown, urnOf } from "./support/caller";
import { Rig } from "./support/rig";
import { Things } from "./support/thing";

const connection = { host: "kvm1.example", user: "root", password: secret("old") };
const inputs = { connection, name: "one", size: 3, tags: ["a", "b"], place: { room: "cellar", pin: secret("1") } };
let rig: Rig;
beforeAll(async () => {
  const real = [bridgeLifecycle, networkLifecycle] as unknown as AnyLifecycle[];
  rig = await Rig.start([new Things().lifecycle(), ...real]);
});
afterAll(() => rig[Symbol.asyncDispose]());
const diff = (change: Json, olds: Json = {}) =>
  rig.caller.diff({ oldInputs: inputs, news: JSON.parse(JSON.stringify({ ...inputs, ...change })), olds });

describe("Diff", () => {
  it("is none where nothing changed", async () => {
    expect(await diff({}, { drift: [] })).toEqual({
      changes: false,
      diffs: [],
      replaces: [],
      deleteBeforeReplace: false,
      detailed: {},
    });
  });

  it.each([
    ["another value", { size: 4 }, { size: "update" }],
    ["another item", { tags: ["a", "c"] }, { "tags[1]": "update" }],
    ["one item more", { tags: ["a", "b", "c"] }, { "tags[2]": "add" }],
    ["one item less", { tags: ["a"] }, { "tags[1]": "delete" }],
    ["another part", { place: { room: "attic", pin: secret("1") } }, { "place.room": "update" }],
    ["another secret", { place: { room: "cellar", pin: secret("2") } }, { "place.pin": "update" }],
    ["what is said newly", { token: secret("t") }, { token: "add" }],
    ["what is gone from the program", { place: undefined }, { place: "delete" }],
    ["what only up will know", { size: unknown }, { size: "update" }],
    ["a part that only up will know", { place: { room: unknown, pin: secret("1") } }, { "place.room": "update" }],
  ])("shows %s by its path, as an update", async (_, change, detailed) => {
    expect(await diff(change)).toMatchObject({ changes: true, replaces: [], deleteBeforeReplace: false, detailed });
  });

  it("replaces, the old one first, where it becomes another thing", async () => {
    expect(await diff({ name: "two" })).toMatchObject({
      replaces: ["name"],
      deleteBeforeReplace: true,
      detailed: { name: "update-replace" },
    });
    expect((await diff({ name: unknown })).replaces).toEqual(["name"]);
  });

  it("goes by the name that the state has, where a change that was cut short is taken back, or goes on", async () => {
    const urn = urnOf("br", "kvmnet:index:Bridge");
    const br = { connection, name: "br0" };
    const cut = { oldInputs: br, olds: { name: "br1" }, urn };
    expect(await rig.caller.diff({ ...cut, news: br })).toMatchObject({ detailed: { name: "update" } });
    const goneOn = await rig.caller.diff({ ...cut, news: { ...br, name: "br1" } });
    expect(goneOn.detailed).not.toHaveProperty("name");
  });

  it("replaces, the new one first, where both can be there and others hang on the old one", async () => {
    const urn = urnOf("lan", "kvmnet:index:Network");
    const lan = { connection, name: "lan", bridge: "br0", autostart: true, active: true };
    expect(await rig.caller.diff({ oldInputs: lan, news: { ...lan, name: "dmz" }, urn })).toMatchObject({
      replaces: ["name"],
      deleteBeforeReplace: false,
    });
  });

  it.each([
    ["user", "admin"],
    ["password", secret("new")],
    ["password", undefined],
    ["privateKey", secret("key")],
    ["privateKey", secret(unknown)],
    ["privateKeyPassword", secret("p")],
    ["agentSocketPath", "/run/agent"],
    ["hostKey", "ssh-ed25519 AAAA"],
    ["dialErrorLimit", 3],
    ["perDialTimeout", 5],
    ["strictHostKeyChecking", "accept-new"],
  ])("is none where only the way to log in changed: %s", async (part, value) => {
    expect((await diff({ connection: { ...connection, [part]: value } })).changes).toBe(false);
  });

  it.each([
    ["host", "kvm2.example", "update"],
    ["port", 2222, "add"],
  ])("is an update, never a replacement, where the machine is dialled elsewhere: %s", async (part, value, kind) => {
    expect(await diff({ connection: { ...connection, [part]: value } })).toMatchObject({
      changes: true,
      replaces: [],
      detailed: { [`connection.${part}`]: kind },
    });
  });

  it("shows drift as an output that goes away, and none where there is none", async () => {
    expect(await diff({}, { drift: ["br0 has lost its port"] })).toMatchObject({
      changes: true,
      diffs: ["drift"],
      replaces: [],
      detailed: { drift: "delete of an output" },
    });
    expect((await diff({}, { drift: secret(["x"]) })).changes).toBe(true);
  });

  it("does not take a default for a change that an older kvmnet did not write into the state", async () => {
    const { size: _, ...older } = inputs;
    expect((await rig.caller.diff({ oldInputs: older, news: inputs, urn: urnOf("one") })).changes).toBe(false);
  });
});
