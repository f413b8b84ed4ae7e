import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv";
import { parse, stringify } from "yaml";
import { checkConfig } from "../../../stacks/checkConfig";
import { fences } from "../../lab/documented";
import { exampleConfig, homelabOf, uncommented } from "./exampleConfig";

const repository = join(__dirname, "../../..");
const path = join(repository, "stacks/homelab.schema.json");
const validate = new Ajv({ strict: false, allErrors: true }).compile(JSON.parse(readFileSync(path, "utf8")));
const errorsOf = (value: unknown) => (validate(value) ? [] : (validate.errors ?? []).map((one) => one.instancePath));
const stack = (hosts: object, vms: object = {}) => ({ config: { "homelab:hosts": hosts, "homelab:vms": vms } });
const kvm1 = { connection: { host: "kvm1.example" } };

test("an editor takes the example, as it is and with all of its options, and so does the program", () => {
  for (const text of [exampleConfig, uncommented(exampleConfig)]) {
    expect(errorsOf(parse(text))).toEqual([]);
    expect(() => checkConfig(homelabOf(text))).not.toThrow();
  }
  const options = uncommented(exampleConfig).split("\n").length;
  expect(options).toBe(exampleConfig.split("\n").length);
  expect(
    Object.keys((homelabOf(uncommented(exampleConfig)).hosts as { kvm1: { bridge: object } }).kvm1.bridge),
  ).toEqual([...["selfTest", "netfilter", "vlanFiltering", "vlans", "uplink", "addressing", "confirm", "name"]]);
});

test("an editor and the program take the whole home, and each stack that docs/severalBridges.md and docs/nics.md show", () => {
  const home = readFileSync(join(repository, "examples/wholeHome/Pulumi.home.yaml"), "utf8");
  const pages = ["docs/severalBridges.md", "docs/nics.md"].map((page) => fences(page, "yaml"));
  for (const texts of pages) expect(texts.length).toBeGreaterThan(0);
  const shown = pages.flat().map((text) => stringify({ config: parse(text) }));
  for (const text of [home, ...shown]) {
    expect(errorsOf(parse(text))).toEqual([]);
    expect(() => checkConfig(homelabOf(text))).not.toThrow();
  }
});

test.each<[string, object]>([
  ["`lan:` with nothing after it", stack({ kvm1: { ...kvm1, bridge: null, networks: { lan: null } } })],
  ["what Pulumi has encrypted", stack({ kvm1: { connection: { ...kvm1.connection, password: { secure: "v1:x" } } } })],
  ["another project's config", { config: { "homelab:hosts": { kvm1 }, "aws:region": "eu" }, encryptionsalt: "v1:x" }],
])("an editor takes %s", (_, value) => {
  expect(errorsOf(value)).toEqual([]);
});

test.each<[string, object, string]>([
  ["a misspelt key", stack({ kvm1: { ...kvm1, brige: {} } }), "/config/homelab:hosts/kvm1"],
  ["another type", stack({ kvm1: { ...kvm1, bridge: { mtu: "big" } } }), "/config/homelab:hosts/kvm1/bridge/mtu"],
  ["a host without an address", stack({ kvm1: { connection: {} } }), "/config/homelab:hosts/kvm1/connection"],
  ["a misspelt key at the top", { config: { "homelab:host": { kvm1 } } }, "/config/homelab:host"],
  [
    "no MAC address",
    stack({ kvm1: { ...kvm1, bridge: { macAddress: "x" } } }),
    "/config/homelab:hosts/kvm1/bridge/macAddress",
  ],
])("an editor marks %s where it is, which the program refuses too", (_, value, at) => {
  expect(errorsOf(value)).toContain(at);
  expect(() => checkConfig(homelabOf(JSON.stringify(value)))).toThrow();
});
