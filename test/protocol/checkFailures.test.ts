import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { lifecycles } from "../../provider/resources/lifecycles";
import { type Json, urnOf } from "./support/caller";
import { Rig } from "./support/rig";
import { hasPath, type Schema } from "./support/schemaPath";

const schema: Schema = JSON.parse(readFileSync(join(__dirname, "../../provider/schema.json"), "utf8"));
const connection = { host: "kvm1.example" };
let rig: Rig;
beforeAll(async () => {
  rig = await Rig.start(lifecycles);
});
afterAll(() => rig[Symbol.asyncDispose]());

const failuresOf = async (type: string, news: Json) =>
  (await rig.caller.check(news, urnOf("one", `kvmnet:index:${type}`))).failures;

/** Every bad input of every resource that somebody is likely to write. */
const bad: readonly [type: string, news: Json, property: string][] = [
  ["Bridge", {}, "connection"],
  ["Bridge", { connection: "root@kvm1" }, "connection"],
  ["Bridge", { connection: { host: "" } }, "connection.host"],
  ["Bridge", { connection: { ...connection, port: 70_000 } }, "connection.port"],
  ["Bridge", { connection: { ...connection, perDialTimeout: -1 } }, "connection.perDialTimeout"],
  ["Bridge", { connection, name: "a-name-that-is-too-long" }, "name"],
  ["Bridge", { connection, uplink: "no nic" }, "uplink"],
  ["Bridge", { connection, uplnk: "eth0" }, ""],
  ["Bridge", { connection, addressing: "static" }, "addressing"],
  ["Bridge", { connection, addressing: ["192.0.2.10/24"] }, "addressing"],
  ["Bridge", { connection, addressing: { addresses: ["192.0.2.10"] } }, "addressing.addresses[0]"],
  ["Bridge", { connection, addressing: { routes: [{ to: "default" }] } }, "addressing.routes[0].via"],
  ["Bridge", { connection, addressing: { routes: [{ to: "all", via: "192.0.2.1" }] } }, "addressing.routes[0].to"],
  ["Bridge", { connection, addressing: { nameservers: ["dns"] } }, "addressing.nameservers[0]"],
  ["Bridge", { connection, addressing: { dhcp: true } }, "addressing"],
  ["Bridge", { connection, stp: true, forwardDelay: 1 }, "forwardDelay"],
  ["Bridge", { connection, mtu: 100 }, "mtu"],
  ["Bridge", { connection, macAddress: "53:54:00:00:00:01" }, "macAddress"],
  ["Bridge", { connection, confirm: { timeout: 1 } }, "confirm.timeout"],
  ["Network", { connection }, "bridge"],
  ["Network", { connection, bridge: "br 0" }, "bridge"],
  ["Network", { connection, bridge: "br0", name: "-x" }, "name"],
  ["Nic", { connection, network: "lan" }, "domain"],
  ["Nic", { connection, domain: "web" }, "network"],
  ["Nic", { connection, domain: "web", network: "lan", bridge: "br0" }, "bridge"],
  ["Nic", { connection, domain: "web", network: "lan", model: "ne2000" }, "model"],
  ["Nic", { connection, domain: "web", network: "lan", waitForAddress: 4000 }, "waitForAddress"],
];

describe("A check failure", () => {
  it.each(bad)("of a %s with %j is at %s, which the schema has", async (type, news, property) => {
    const failures = await failuresOf(type, news);
    expect(failures.map((failure) => failure.property)).toEqual([property]);
    expect(hasPath(schema, type, property)).toBe(true);
    expect(failures[0]?.reason).not.toMatch(/invalid|expected|received/i);
  });

  it.each(lifecycles.map(({ definition }) => definition))(
    "of a $name names a property that the schema has, whatever the program gives",
    async ({ name, inputs }) => {
      const keys = Object.keys(inputs.shape);
      const inner = ["host", "port", "routes", "addresses", "dhcp4", "timeout", "via", "to", "x y", "constructor"];
      const value = fc.letrec((tie) => ({
        any: fc.oneof(
          { maxDepth: 4 },
          fc.string(),
          fc.integer(),
          fc.double({ noNaN: true, noDefaultInfinity: true }),
          fc.boolean(),
          fc.array(tie("any"), { maxLength: 3 }),
          fc.dictionary(fc.constantFrom(...inner), tie("any"), { maxKeys: 4 }),
        ),
      })).any;
      const news = fc.dictionary(fc.constantFrom(...keys, "strange"), value);
      await fc.assert(
        fc.asyncProperty(news, async (given) => {
          for (const { property, reason } of await failuresOf(name, given as Json)) {
            expect([property, hasPath(schema, name, property)]).toEqual([property, true]);
            expect(reason).not.toBe("");
          }
        }),
        { numRuns: 150 },
      );
    },
  );
});
