import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { parse } from "yaml";
import type { Facts } from "../../../provider/host/facts/facts";
import { parseFacts } from "../../../provider/host/facts/parseFacts";
import type { Change } from "../../../provider/host/transaction/change";
import { bridge } from "../../../provider/resources/bridge/definition";
import { planUpdate } from "../../../provider/resources/bridge/planUpdate";
import { planRestore } from "../../../provider/resources/bridge/restore";
import { Refusal, unlessRefused } from "../../../provider/schema/refusal";
import { cases, many } from "../hostile/arbitraries";
import { handMade, handsOn } from "../hostile/handMade";
import { addBridge, applyBatch, applyVlans, deleteLink, networkOf } from "../support/kernel";
import { recordedHost } from "../support/recordedHosts";

const folder = join(__dirname, "bridge/cases");
const names = readdirSync(folder);
const owner = "urn:x::br";

/** What the transaction has the kernel do, in its order; what is made before the batch is the daemon's to make. */
function there(facts: Facts, change: Change): Facts {
  const made = change.createOnApply.reduce(addBridge, facts);
  const moved = applyVlans(applyBatch(made, [...change.apply, ...change.tidy]), change.vlansOnApply ?? []);
  return change.deleteOnApply.reduce(deleteLink, moved);
}

function back(facts: Facts, change: Change): Facts {
  const present = new Set(facts.links.map(({ name }) => name));
  const made = change.createOnRollback
    .filter((line) => !present.has(line.split(" ")[0] ?? ""))
    .reduce(addBridge, facts);
  const back = applyVlans(applyBatch(made, change.rollback), change.vlansOnRollback ?? []);
  return change.deleteOnRollback.reduce(deleteLink, back);
}

function read(name: string) {
  const { host, inputs } = parse(readFileSync(join(folder, name, "case.yaml"), "utf8"));
  const facts = parseFacts(recordedHost(host));
  return { facts, inputs: bridge.inputs.parse({ connection: { host: "kvm1.example" }, ...inputs }) };
}

type Case = ReturnType<typeof read>;

function changeOf({ facts, inputs }: Case): Change {
  const [was = inputs.name] = facts.records.keys();
  return planUpdate(facts, inputs, owner, was).change;
}

function restores({ facts }: Case): Change[] {
  return [...facts.records].map(
    ([name, { previousConfig }]) => planRestore(facts, name, previousConfig, { timeout: 60 }).change,
  );
}

/** Wherever it is struck: before its first line, after each of them, and at its end. */
function expectBack(facts: Facts, change: Change): void {
  const was = networkOf(facts);
  const made = change.createOnApply.reduce(addBridge, facts);
  for (let lines = 0; lines <= change.apply.length; lines += 1)
    expect(networkOf(back(applyBatch(made, change.apply.slice(0, lines)), change))).toEqual(was);
  expect(networkOf(back(there(facts, change), change))).toEqual(was);
}

/** What another NIC has, also where the kernel could take it for the uplink's. */
function othersIn(facts: Facts): string[] {
  return networkOf(facts).filter((line) => /^(enp9s0 |route .*"device":"enp9s0")/.test(line));
}

test.each(names)("%s: there and back is where it was", (name) => {
  const one = read(name);
  expectBack(one.facts, changeOf(one));
});

test.each(names.filter((name) => restores(read(name)).length > 0))("%s: destroyed and back is where it was", (name) => {
  const one = read(name);
  for (const change of restores(one)) expectBack(one.facts, change);
});

test("whatever hands have made of a host, there and back is where it was", () => {
  let changes = 0;
  fc.assert(
    fc.property(fc.constantFrom(...names), handMade, (name, made) => {
      const { facts, inputs } = read(name);
      const one = { inputs, facts: handsOn(facts, made) };
      // What is refused for what a hand has made has no way there.
      const planned = unlessRefused(() => changeOf(one));
      for (const change of [...(planned instanceof Refusal ? [] : [planned]), ...restores(one)]) {
        changes += 1;
        expectBack(one.facts, change);
        expect(othersIn(there(one.facts, change))).toEqual(othersIn(one.facts));
      }
    }),
    cases(300),
  );
  expect(changes).toBeGreaterThan(many(300));
});

test("a value that is missing is no line for the kernel", () => {
  const { facts, inputs } = read("theSameAgainChangesNothing");
  const links = facts.links.map((link) => ({ ...link, mtu: undefined as unknown as number }));
  expect(() => changeOf({ inputs, facts: { ...facts, links } })).toThrow(/^Not a line for ip -batch: .* mtu NaN"$/);
});
