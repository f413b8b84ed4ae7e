import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { lifecycles } from "../../provider/resources/lifecycles";
import { secret as asSecret, type Json, urnOf } from "./support/caller";
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
  ["Bridge", {}, "connection.host"],
  ["Bridge", { connection: "root@kvm1" }, ""],
  ["Bridge", { connection: { host: "" } }, "connection.host"],
  ["Bridge", { connection: { ...connection, port: 70_000 } }, "connection.port"],
  ["Bridge", { connection: { ...connection, perDialTimeout: -1 } }, "connection.perDialTimeout"],
  ["Bridge", { connection, name: "a-name-that-is-too-long" }, "name"],
  ["Bridge", { connection, uplink: "no nic" }, "uplink"],
  ["Bridge", { connection, uplnk: "eth0" }, ""],
  ["Bridge", { connection, uplink: { link: "eth0" } }, "uplink.vlan"],
  ["Bridge", { connection, uplink: { link: "eth0", vlan: 4095 } }, "uplink.vlan"],
  ["Bridge", { connection, uplink: { link: "no nic", vlan: 20 } }, "uplink.link"],
  ["Bridge", { connection, uplink: "none", addressing: { dhcp4: true } }, "addressing.dhcp4"],
  ["Bridge", { connection, addressing: "static" }, "addressing"],
  ["Bridge", { connection, addressing: ["192.0.2.10/24"] }, ""],
  ["Bridge", { connection, addressing: { addresses: ["192.0.2.10"] } }, "addressing.addresses[0]"],
  ["Bridge", { connection, addressing: { routes: [{ to: "default" }] } }, "addressing.routes[0].via"],
  ["Bridge", { connection, addressing: { routes: [{ to: "all", via: "192.0.2.1" }] } }, "addressing.routes[0].to"],
  ["Bridge", { connection, addressing: { nameservers: ["dns"] } }, "addressing.nameservers[0]"],
  ["Bridge", { connection, addressing: { dhcp4: 1 } }, "addressing.dhcp4"],
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
  ["Nic", { connection, domain: "web", network: "lan", device: "enp1s0" }, "device"],
  ["Nic", { connection, domain: "web", bridge: "br0", device: "enp1s0" }, "device"],
  ["Nic", { connection, domain: "web", device: "../net" }, "device"],
  ["Nic", { connection, domain: "web", device: "enp1s0", mode: "passthru" }, "mode"],
  ["Nic", { connection, domain: "web", network: "lan", mode: "private" }, "mode"],
  ["Nic", { connection, domain: "web", device: "enp1s0", isolated: true }, "isolated"],
  ["Nic", { connection, domain: "web", device: "enp1s0", filter: { name: "clean-traffic" } }, "filter"],
  ["Nic", { connection, domain: "web", network: "lan", isolated: "very" }, "isolated"],
  ["Nic", { connection, domain: "web", device: "enp1s0", vlan: { tag: 20 } }, "vlan"],
  ["Nic", { connection, domain: "web", network: "lan", vlan: {} }, "vlan"],
  ["Nic", { connection, domain: "web", network: "lan", vlan: { tag: 20, trunk: [30] } }, "vlan"],
  ["Nic", { connection, domain: "web", network: "lan", vlan: { trunk: [] } }, "vlan.trunk"],
  ["Nic", { connection, domain: "web", network: "lan", vlan: { tag: 4095 } }, "vlan.tag"],
  ["Bridge", { connection, vlans: [20] }, "vlans"],
  ["Bridge", { connection, vlanFiltering: true, vlans: [20, "30-29"] }, "vlans[1]"],
  ["Bridge", { connection, vlanFiltering: true, vlans: [1] }, "vlans[0]"],
  ["Bridge", { connection, vlanFiltering: true, uplink: "none" }, "vlanFiltering"],
  ["Nic", { connection, domain: "web", network: "lan", vlan: { tag: 20, native: 20 } }, "vlan.native"],
  ["Nic", { connection, domain: "web", network: "lan", vlan: { trunk: [20, 30], native: 40 } }, "vlan.native"],
  ["Nic", { connection, domain: "web", network: "lan", vlan: { trunk: [20, 30, 20] } }, "vlan.trunk[2]"],
  ["Nic", { connection, domain: "web", network: "lan", vlan: { trunk: [20, 0] } }, "vlan.trunk[1]"],
  ["Nic", { connection, domain: "web", network: "lan", filter: { addresses: [] } }, "filter.name"],
  ["Nic", { connection, domain: "web", network: "lan", filter: { name: "a/b" } }, "filter.name"],
  [
    "Nic",
    { connection, domain: "web", network: "lan", filter: { name: "clean-traffic", addresses: ["fe80::1"] } },
    "filter.addresses[0]",
  ],
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
            // Of one that there is not, what it stands in.
            const known = reason.startsWith("has no property")
              ? property.replace(/(\.?[\w-]+|\["[^"]*"\])$/, "")
              : property;
            expect([property, hasPath(schema, name, known)]).toEqual([property, true]);
            expect(reason).not.toBe("");
          }
        }),
        { numRuns: 150 },
      );
    },
  );

  /** Every place of the inputs that takes a secret, right and misspelt, beside something that is wrong. */
  const secret = "s3cret";
  const hidden: readonly [type: string, news: Json][] = lifecycles.flatMap(({ definition: { name } }) => [
    ...[
      "password",
      "privateKey",
      "privateKeyPassword",
      "pasword",
      "privatekey",
      "Password",
      "x y",
      "__proto__",
      "key",
    ].flatMap((key): [string, Json][] => [
      [name, { connection: { ...connection, [key]: secret } }],
      [name, { connection: { ...connection, [key]: secret, port: "many" } }],
      [name, { connection: { ...connection, proxy: { host: "jump", [key]: secret } } }],
      [name, { connection: { ...connection, sudo: { [key]: secret } } }],
      [name, { connection: { ...connection, [key]: { [key]: [secret] } } }],
      [name, { conection: { ...connection, [key]: secret } }],
      [name, { [key]: secret }],
    ]),
    [name, { connection: secret }],
    [name, { connection: [secret] }],
    [name, { connection: { ...connection, user: `root:${secret}` } }],
    [name, { connection: { host: `root:${secret}@kvm1.example` } }],
    [name, { connection: { host: `ssh://root:${secret}@kvm1.example` } }],
    [name, { connection: { ...connection, proxy: { host: "jump", user: `root:${secret}` } } }],
    [name, { connection: { host: secret.repeat(100) } }],
    [name, { connection, addressing: { password: secret }, confirm: { password: secret }, name: { password: secret } }],
  ]);

  it.each(hidden)("of a %s with %j has no value printed that may be a secret", async (type, news) => {
    for (const { property, reason } of await failuresOf(type, news)) {
      expect(reason).not.toContain(secret);
      // As the engine does: the value of what is named, if it is a top-level property.
      const printed = Object.hasOwn(news, property) ? JSON.stringify(news[property]) : "";
      expect(printed).not.toContain(secret);
    }
  });

  it.each<[string, Json, RegExp]>([
    ["Bridge", { name: asSecret("not an interface") }, /^name must be an interface name/],
    ["Bridge", { mtu: asSecret("hunter2") }, /^mtu must be a number, not a string/],
    ["Bridge", { stp: true, forwardDelay: asSecret(1) }, /^forwardDelay /],
    ["Network", { bridge: asSecret("br 0") }, /^bridge must be an interface name/],
    ["Nic", { domain: "web", network: "lan", bridge: asSecret("br0") }, /^bridge /],
  ])("of a %s with %j names no property whose value the program has as a secret", async (type, news, reason) => {
    const failures = await failuresOf(type, { connection, ...(news as object) });
    expect(failures).toEqual([{ property: "", reason: expect.stringMatching(reason) }]);
  });

  it.each([{ user: "root:hunter2" }, { host: "root:hunter2@kvm1" }, { proxy: { host: "jump", user: "me:hunter2" } }])(
    "refuses a password in what is printed of a connection, and does not repeat it: %j",
    async (part) => {
      const [failure, ...more] = await failuresOf("Bridge", { connection: { ...connection, ...part } });
      expect(more).toEqual([]);
      expect(failure?.property).toMatch(/^connection\.(proxy\.)?(user|host)$/);
      expect(failure?.reason).toMatch(/alone/);
      expect(failure?.reason).not.toContain("hunter2");
    },
  );

  it("names the very key that is misspelt", async () => {
    const failures = await failuresOf("Bridge", {
      connection: { ...connection, privatekey: secret, proxy: { hots: "x" } },
    });
    expect(failures.map(({ property }) => property)).toEqual([
      "connection.privatekey",
      "connection.proxy.hots",
      "connection.proxy.host",
    ]);
  });
});
