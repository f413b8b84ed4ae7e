import { NewMachine } from "../../provider/host/ssh/hostError";
import { urnOf } from "./support/caller";
import { Rig } from "./support/rig";
import { Things } from "./support/thing";

const connection = { host: "kvm1.example" };
const inputs = { connection, name: "one", size: 3, tags: [] };
const properties = { name: "one", size: 3, tags: [], serial: "of the old machine", key: "k", drift: [] };
const isNew = async () => {
  throw new NewMachine("root@kvm1", "the machine is a new one.");
};
const told = (message: RegExp) => [
  { urn: urnOf("one"), severity: "warning", message: expect.stringMatching(message), ephemeral: false },
];

describe("a host that was installed anew, as the user says", () => {
  it("has nothing of before: a Read finds it gone, and a person is told", async () => {
    await using rig = await Rig.start([new Things().lifecycle({ read: isNew })]);
    expect((await rig.caller.read({ id: "thing/one", inputs, properties })).id).toBe("");
    expect(rig.engine.said).toEqual(told(/^root@kvm1: the machine is a new one\.\n.* is forgotten\.$/));
  });

  it("has nothing to delete", async () => {
    await using rig = await Rig.start([new Things().lifecycle({ delete: isNew })]);
    await rig.caller.delete({ id: "thing/one", oldInputs: inputs, properties });
    expect(rig.engine.said).toEqual(told(/there is nothing to delete\.$/));
  });

  it("gets what an update would have changed made anew, with nothing of the old state", async () => {
    const things = new Things();
    await using rig = await Rig.start([things.lifecycle({ update: isNew })]);
    const updated = await rig.caller.update({ id: "thing/one", oldInputs: inputs, olds: properties, news: inputs });
    expect(updated.properties).toMatchObject({ serial: "0001" });
    expect([...things.there.keys()]).toEqual(["thing/one"]);
    expect(rig.engine.said).toEqual(told(/It is made there as if it were new\.$/));
  });
});
