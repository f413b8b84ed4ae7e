import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { addressingOf } from "../../../../provider/backends/entry/addressing";
import { findDefinition } from "../../../../provider/backends/entry/definition";
import { fates, refusedKeys } from "../../../../provider/backends/netplan/keys";
import { expectGolden } from "../../support/golden";

/** The keys of netplan-yaml(5), 1.2, that an ethernet's, a bond's or a VLAN's entry may have, by the reference's chapters. */
const reference: Record<string, string[]> = parse(readFileSync(join(__dirname, "reference.yaml"), "utf8"));

test("what becomes of each key of netplan's reference is decided, and of no other", () => {
  expect(Object.keys(fates).sort()).toEqual([...new Set(Object.values(reference).flat())].sort());
  expectGolden(stringify(fates, { lineWidth: 0, aliasDuplicateObjects: false }), join(__dirname, "fates.yaml"));
});

test("a key that netplan has only later is refused by its name, and one of an object's own is none", () => {
  expect(refusedKeys(["mtu", "later", "toString", "auth"]).map(({ key }) => key)).toEqual([
    "later",
    "toString",
    "auth",
  ]);
});

test("overrides of what routers say go over too", () => {
  const entry =
    "network: {ethernets: {enp1s0: {ra-overrides: {use-dns: false}, ignore-carrier: true, emit-lldp: true}}}";
  const found = findDefinition(new Map([["/etc/netplan/01.yaml", entry]]), "enp1s0");
  expect(found && addressingOf(found)).toEqual({ "ra-overrides": { "use-dns": false }, "ignore-carrier": true });
});
