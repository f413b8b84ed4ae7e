import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { addressingOf, withAddressing, withoutAddressing } from "../../../../provider/backends/entry/addressing";
import { definedIds, findDefinition, type NetplanDefinition } from "../../../../provider/backends/entry/definition";
import { expectGolden } from "../../support/golden";

const path = "/etc/netplan/01-host.yaml";

function definition(files: Record<string, string>): NetplanDefinition {
  const found = findDefinition(new Map(Object.entries(files)), "enp1s0");
  if (!found) throw new Error("no definition of enp1s0");
  return found;
}

describe("the uplink's addressing is taken out of its file, and nothing else", () => {
  const cases = join(__dirname, "takesTheUplinksAddressing");
  const read = (name: string, file: string) => readFileSync(join(cases, name, file), "utf8");

  test.each(readdirSync(cases))("%s", (name) => {
    const found = definition({ [path]: read(name, "before.yaml") });
    expectGolden(withoutAddressing(found).get(path) ?? "", join(cases, name, "after.yaml"));
    expectGolden(stringify(addressingOf(found), { lineWidth: 0 }), join(cases, name, "addressing.yaml"));
  });

  test.each(readdirSync(cases))("%s: what is left means the same as before, less the addressing", (name) => {
    const before = parse(read(name, "before.yaml"));
    const after = parse(withoutAddressing(definition({ [path]: read(name, "before.yaml") })).get(path) ?? "");
    for (const key of Object.keys(parse(read(name, "addressing.yaml")))) delete before.network.ethernets.enp1s0[key];
    expect(after).toEqual(before);
  });
});

test("over several files, later scalars win and lists add up", () => {
  const found = definition({
    "/etc/netplan/01.yaml": "network: {ethernets: {enp1s0: {dhcp4: true, addresses: [192.0.2.2/24]}}}",
    "/etc/netplan/02.yaml": "network: {ethernets: {enp1s0: {dhcp4: false, addresses: [192.0.2.3/24]}}}",
  });
  expect(addressingOf(found)).toEqual({ dhcp4: false, addresses: ["192.0.2.2/24", "192.0.2.3/24"] });
  expect([...withoutAddressing(found).keys()]).toEqual(["/etc/netplan/01.yaml", "/etc/netplan/02.yaml"]);
});

test.each([
  ["for all", "network: {renderer: NetworkManager, ethernets: {enp1s0: {}}}", "NetworkManager"],
  ["for a type", "network: {ethernets: {renderer: NetworkManager, enp1s0: {}}}", "NetworkManager"],
  [
    "for a type, over that for all",
    "network: {renderer: NetworkManager, ethernets: {renderer: networkd, enp1s0: {}}}",
    "networkd",
  ],
  [
    "for a NIC, over that for its type",
    "network: {ethernets: {renderer: NetworkManager, enp1s0: {renderer: networkd}}}",
    "networkd",
  ],
  [
    "for another type before it, which netplan lets go on",
    "network: {bonds: {renderer: NetworkManager}, ethernets: {enp1s0: {}}}",
    "NetworkManager",
  ],
  ["for a type, but after the NIC", "network: {ethernets: {enp1s0: {}, renderer: NetworkManager}}", "networkd"],
])("a renderer that is said %s", (_, text, renderer) => {
  expect(definition({ [path]: text }).renderer).toBe(renderer);
  expect(definedIds(new Map([[path, text]])).map(({ id }) => id)).toEqual(["enp1s0"]);
});

test("a NIC without addressing leaves its file alone", () => {
  expect(withoutAddressing(definition({ [path]: "network: {ethernets: {enp1s0: {mtu: 9000}}}\n" })).size).toBe(0);
});

test("into a file that was changed by hand since, only the addressing goes back", () => {
  const edited = "network:\n  ethernets:\n    enp1s0: {}\n    # new\n    enp9s0:\n      dhcp4: true\n";
  const text = withAddressing(definition({ [path]: edited }), { dhcp4: true }).get(path) ?? "";
  expect(parse(text)).toEqual({ network: { ethernets: { enp1s0: { dhcp4: true }, enp9s0: { dhcp4: true } } } });
  expect(text).toContain("# new");
});

test.each([
  ["an alias", "base: &b {dhcp4: true}\nnetwork: {ethernets: {enp1s0: *b}}"],
  ["a merge key", "base: &b {dhcp4: true}\nnetwork: {ethernets: {enp1s0: {<<: *b, mtu: 1500}}}"],
])("%s is refused: an edit would change what shares it", (_what, text) => {
  expect(() => definition({ [path]: text })).toThrow(/YAML anchors/);
});

test("invalid YAML is refused with the file's name", () => {
  expect(() => definition({ [path]: "network: [" })).toThrow(/^\/etc\/netplan\/01-host.yaml is no valid YAML/);
});
