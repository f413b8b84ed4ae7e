import { z } from "zod";
import { WrongArgument } from "../../provider/functions/function";
import { resourceConnection as connection } from "../../provider/schema/connection";
import type { AnyFunction } from "../../provider/server/invoke";
import { secret, unknown } from "./support/caller";
import { Rig } from "./support/rig";

const token = "kvmnet:index:getThing";
const host = { host: "kvm1.example" };

/** A function as simple as one can be; what it was asked is in `asked`. */
function getThing(own: AnyFunction["call"] = async (_call, { size, room }) => ({ size, room, key: "k" })) {
  const asked: unknown[] = [];
  const known: AnyFunction = {
    definition: {
      name: "getThing",
      description: "A thing.",
      inputs: z.strictObject({ connection, room: z.string().optional(), size: z.int().max(9).default(3) }),
      outputs: z.object({ size: z.int(), room: z.string().optional(), key: z.string().meta({ secret: true }) }),
    },
    call: (call, inputs) => {
      asked.push(inputs);
      return own(call, inputs);
    },
  };
  return { asked, known };
}

describe("Invoke", () => {
  it("fills in defaults, opens secrets for the function, and marks what is secret in the answer", async () => {
    const { known, asked } = getThing();
    await using rig = await Rig.start([], [known]);
    const args = { connection: { ...host, password: secret("hunter2") }, room: secret("cellar") };
    expect(await rig.caller.invoke(token, args)).toEqual({
      result: { size: 3, room: secret("cellar"), key: secret("k") },
      failures: [],
    });
    expect(asked).toEqual([{ connection: { ...host, password: "hunter2" }, room: "cellar", size: 3 }]);
  });

  it.each([
    [
      "is missing",
      {},
      "connection.host",
      "is missing, here and in the provider's configuration (kvmnet:connection). The address of the machine, or its name: in DNS, or a Host in ~/.ssh/config.",
    ],
    ["is too big", { connection: host, size: 10 }, "size", "must be at most 9"],
    ["is a slip", { connection: host, sise: 1 }, "", 'has no property "sise"; did you mean "size"?'],
    ["is not known yet", { connection: { host: unknown } }, "connection", "is not known yet in a preview"],
  ])("names the argument that %s, and asks no host", async (_, args, property, reason) => {
    const { known, asked } = getThing();
    await using rig = await Rig.start([], [known]);
    expect((await rig.caller.invoke(token, args)).failures).toEqual([{ property, reason }]);
    expect(asked).toEqual([]);
  });

  it("names the argument that the host has nothing for; any other error is one", async () => {
    const { known } = getThing(async (_call, { room }) => {
      if (room === "attic") throw new WrongArgument("room", "kvm1: there is no attic");
      throw new Error("kvm1: nobody answers");
    });
    await using rig = await Rig.start([], [known]);
    expect((await rig.caller.invoke(token, { connection: host, room: "attic" })).failures).toEqual([
      { property: "room", reason: "kvm1: there is no attic" },
    ]);
    await expect(rig.caller.invoke(token, { connection: host })).rejects.toMatchObject({
      details: "kvm1: nobody answers",
    });
  });

  it("answers with what a host says made visible", async () => {
    const room = "\u001b]0;owned\u0007cel\u202elar<{%fg 1%}>";
    const { known } = getThing(async () => ({ size: 3, room, key: "k" }));
    await using rig = await Rig.start([], [known]);
    expect(await rig.caller.invoke(token, { connection: host })).toMatchObject({ result: { room: "cellar" } });
  });

  it("says which functions there are when asked for another", async () => {
    await using rig = await Rig.start([], [getThing().known]);
    await expect(rig.caller.invoke("kvmnet:index:getMoon")).rejects.toMatchObject({
      details: "kvmnet 0.1.0 has no function kvmnet:index:getMoon; it has kvmnet:index:getThing",
    });
  });
});
