import type { Facts } from "../../../provider/host/facts/facts";
import type { OwnerMark } from "../../../provider/host/facts/records";
import type { Host } from "../../../provider/host/host";
import { stableMac } from "../../../provider/plan/libvirt/macAddress";
import type { BridgeState } from "../../../provider/resources/bridge/definition";
import { heldBy as bridgeHeldBy } from "../../../provider/resources/bridge/owner";
import { heldBy as filterHeldBy } from "../../../provider/resources/bridgeNetfilter/model";
import type { Operation } from "../../../provider/resources/lifecycle";
import type { NicState } from "../../../provider/resources/nic/definition";
import { heldBy as nicHeldBy } from "../../../provider/resources/nic/model";
import {
  clearPending,
  holderOf,
  isMine,
  markText,
  newMark,
  renewMark,
} from "../../../provider/resources/ownership/mark";
import { Ownership } from "../../../provider/resources/ownership/owned";
import { isToGo, refuseAnothers, seenOwner, takeBack } from "../../../provider/resources/ownership/whose";
import { heldBy as tapHeldBy } from "../../../provider/resources/tap/model";

const urnOf = (name: string, stack = "dev") => `urn:pulumi:${stack}::homelab::kvmnet:index:Bridge::${name}`;
const [one, two, foreign] = [urnOf("one"), urnOf("two"), urnOf("one", "prod")];
const id = "0123/br0";
const thing = { words: "kvm1: the bridge br0", importAs: "kvm1.example/br0" };
const made = "2026-01-01T00:00:00.000Z";
const mark = (parts: Partial<OwnerMark> = {}): OwnerMark => ({ owner: one, ownerId: "a", made, ...parts });

describe("A thing on the host is a resource's", () => {
  it.each<[string, Partial<OwnerMark>, { ownerId?: string; ownerUrn?: string }, string, boolean]>([
    ["whose ID it has, whatever its name, its stack or its project is now", {}, { ownerId: "a" }, foreign, true],
    ["that was another stack's until it was moved", { owner: foreign }, { ownerId: "a", ownerUrn: foreign }, one, true],
    [
      "but of the stack that has it since this state was backed up",
      { owner: foreign },
      { ownerId: "a", ownerUrn: one },
      one,
      false,
    ],
    ["and of no other, not even of one with its URN", {}, { ownerId: "b", ownerUrn: one }, one, false],
    ["of 0.1.0 by its URN", { ownerId: undefined }, {}, one, true],
    ["of 0.1.0 no more, once another is on record", { ownerId: undefined, owner: two }, {}, one, false],
    ["whose record 0.1.0 wrote last", { ownerId: undefined }, { ownerId: "a" }, one, true],
    ["whose state 0.1.0 wrote last", {}, {}, one, true],
    ["by the URN that it had when the host was read last", { ownerId: undefined }, { ownerUrn: one }, two, true],
    ["but not of the one without an ID that it was created in place of", { replaces: true }, {}, one, false],
  ])("%s", (_, there, state, urn, mine) => {
    expect(isMine(mark(there), state, urn)).toBe(mine);
  });
});

describe("A state without words of whose its thing is", () => {
  it("has the URN that 0.1.0 wrote, and what was imported none until it is changed", () => {
    expect(filterHeldBy({ owner: one })).toEqual({ ownerUrn: one });
    expect(filterHeldBy({ owner: foreign, ownerId: "a" })).toEqual({ ownerId: "a" });
    expect(filterHeldBy({ owner: one, ownerId: "a", ownerUrn: two })).toEqual({ ownerId: "a", ownerUrn: two });
    expect(tapHeldBy({ madeBy: one })).toEqual({ ownerUrn: one });
    expect(tapHeldBy({ madeBy: foreign, ownerId: "a" })).toEqual({ ownerId: "a" });
    expect(tapHeldBy({ madeBy: "" })).toEqual({});
  });

  const previousConfig = { "/etc/netplan/50-cloud-init.yaml": "network: {}\n" };
  it.each<[string, string, Partial<OwnerMark>, object, object]>([
    ["of the same resource under its stack's new name", foreign, {}, previousConfig, { ownerUrn: one }],
    ["not where other files were there before", foreign, {}, { ...previousConfig, "/etc/netplan/90.yaml": "" }, {}],
    ["not of another resource, which has it from this one", two, {}, previousConfig, {}],
    ["not of another stack's other resource", urnOf("two", "prod"), {}, previousConfig, {}],
    ["not where the record has an ID", foreign, { ownerId: "b" }, previousConfig, {}],
  ])("is a bridge's of 0.1.0, %s", (_, urn, there, files, holder) => {
    const record = { owner: one, uplink: "enp1s0", previousConfig, ...there };
    const facts = { unreadable: [], records: new Map([["br0", record]]) } as unknown as Facts;
    expect(bridgeHeldBy(facts, urn, { name: "br0", previousConfig: files } as BridgeState)).toEqual(holder);
  });
});

it("A NIC of 0.1.0's state is the same resource's under its stack's new name, where its address was made of the old one", () => {
  const nic = (name: string, stack: string) => `urn:pulumi:${stack}::homelab::kvmnet:index:Nic::${name}`;
  const of = { machineId: "0123", domainId: "d", project: "homelab", stack: "dev", name: "one" };
  const held = (urn: string, macAddress: string) =>
    nicHeldBy(urn, { ...thing, mark: mark({ owner: nic("one", "dev") }) }, {
      ...{ hostId: "0123", domainId: "d", macAddress },
    } as NicState);
  expect(held(nic("one", "prod"), stableMac(of))).toEqual({ ownerUrn: nic("one", "dev") });
  expect(held(nic("two", "prod"), stableMac(of))).toEqual({});
  expect(held(nic("one", "prod"), stableMac({ ...of, stack: "other" }))).toEqual({});
  expect(held(nic("one", "prod"), "52:54:00:00:00:01")).toEqual({});
});

describe("What 0.1.0 wrote last, and another stack's name is on record for", () => {
  const host = { label: "kvm1" } as Host;
  const network = (stack: string) => `urn:pulumi:${stack}::homelab::kvmnet:index:Network::lan`;
  const marked = { words: "the network lan", importAs: "kvm1.example/lan", mark: mark({ owner: network("dev") }) };
  const at = (owned: Ownership) => {
    const log = { info: () => {}, warn: () => {} };
    return { urn: network("prod"), log, owned } as unknown as Operation;
  };
  const others = (owned: Ownership) =>
    seenOwner({ ...at(owned), urn: foreign }, host, { ...thing, words: "", mark: mark() }, { ownerUrn: one });

  it.each([
    ["before", [others, seen]],
    ["after", [seen, others]],
  ])("is this one's, where another resource was one of that stack's, read %s it", (_, reads) => {
    const owned = new Ownership();
    for (const read of reads) read(owned);
    refuseAnothers(at(owned), host, marked, {});
    expect(isToGo(at(owned), host, marked, {})).toBe(true);
    // By the next change, as soon as it is in the program.
    expect(owned.isDecided(network("prod"))).toBe(false);
    owned.recordCheck(network("prod"), true);
    expect(owned.isDecided(network("prod"))).toBe(true);
  });

  function seen(owned: Ownership) {
    expect(seenOwner(at(owned), host, marked, {})).toEqual({ drift: [] });
  }

  it("is the other stack's, where nothing tells", () => {
    const owned = new Ownership();
    seen(owned);
    owned.recordCheck(network("prod"), true);
    expect(owned.isDecided(network("prod"))).toBe(false);
    expect(() => refuseAnothers(at(owned), host, marked, {})).toThrow(
      /belongs to the Network "lan" of the stack dev .*pulumi state delete 'urn:pulumi:prod::.*', then pulumi import .* If it is the other one's: To hand it over, /,
    );
    expect(isToGo(at(owned), host, marked, {})).toBe(false);
  });
});

describe("The mark", () => {
  it("says for people what the URN says, and keeps what was there before", () => {
    const before = { xml: "<interface/>" };
    const created = newMark(one, undefined, before);
    expect(JSON.parse(markText(created))).toEqual({
      ...{ owner: one, ownerId: created.ownerId, project: "homelab", stack: "dev" },
      ...{ made: created.made, pending: true, before },
    });
    expect(clearPending(created)).not.toHaveProperty("pending");
  });

  it("gets another ID with each create, and keeps it with each update", () => {
    const first = newMark(one, undefined);
    expect(newMark(one, first).ownerId).not.toBe(first.ownerId);
    expect(newMark(two, first)).toMatchObject({ owner: two, made: first.made });
    expect(renewMark(two, first, holderOf(first))).toMatchObject({ owner: two, ownerId: first.ownerId });
    expect(renewMark(one, undefined, { ownerId: "a" })).toMatchObject({ owner: one, ownerId: "a" });
    expect(renewMark(one, mark({ ownerId: undefined }), {}).ownerId).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe("What is there is taken over", () => {
  const owned = () => {
    const ownership = new Ownership();
    ownership.recordRead(one, id, {}, { ownerId: "a", ownerUrn: one });
    return ownership;
  };

  it("by a new name of a resource of the same state that the program has no more", () => {
    const ownership = owned();
    ownership.recordCheck(two, false);
    ownership.take(mark(), two, thing);
    expect(ownership.taker(one)).toBe(two);
  });

  it("by the one that replaces it", () => {
    const ownership = owned();
    ownership.recordCheck(one, true);
    ownership.recordDiff(one, id, { ownerId: "a" });
    ownership.take(mark(), one, thing);
    expect(ownership.taker(one)).toBeUndefined();
  });

  it("by the same resource in another provider's process, which read nothing of the state", () => {
    const ownership = new Ownership();
    ownership.recordCheck(one, true);
    ownership.take(mark(), one, thing);
  });

  it("by the next create of one that was cut off before anybody recorded it", () => {
    new Ownership().take(mark({ pending: true }), one, thing);
    expect(() => new Ownership().take(mark(), one, thing)).toThrow(
      /the bridge br0 belongs to the Bridge "one" .*\)\. If the state does not have it any more, import it/,
    );
    expect(() => new Ownership().take(mark(), two, thing)).toThrow(/give it the alias "one"\. If the state/);
  });

  it("by nobody while the program has the one that it is of, by whatever name", () => {
    const ownership = owned();
    ownership.recordCheck(one, true);
    expect(() => ownership.take(mark(), two, thing)).toThrow(
      /belongs to the Bridge "one" .*, which this program has too/,
    );
    const renamed = owned();
    renamed.recordCheck(urnOf("three"), true);
    renamed.recordDiff(urnOf("three"), id, { ownerId: "a" });
    expect(() => renamed.take(mark(), two, thing)).toThrow(
      /belongs to the Bridge "three" .*, which this program has too/,
    );
  });

  it("and the one that it was of is told so when it comes later", () => {
    const ownership = owned();
    ownership.take(mark(), two, thing);
    ownership.recordCheck(urnOf("three"), true);
    ownership.recordDiff(urnOf("three"), id, { ownerId: "a" });
    expect(ownership.taker(urnOf("three"))).toBe(two);
  });

  it("by nobody of another stack, who is told whose it is and how it is handed over", () => {
    const ownership = new Ownership();
    ownership.recordRead(foreign, id, {}, { ownerId: "b" });
    expect(() => ownership.take(mark(), foreign, thing)).toThrow(
      /^kvm1: the bridge br0 belongs to the Bridge "one" of the stack dev of the project homelab \(urn:.*pulumi state delete 'urn:.*pulumi import kvmnet:index:Bridge 'one' kvm1\.example\/br0/s,
    );
  });
});

describe("What has another owner ID than the state", () => {
  const host = { label: "kvm1" } as Host;
  const marked = { ...thing, words: "the bridge br0", mark: mark() };
  const at = (urn: string, owned = new Ownership()) => {
    const said: string[] = [];
    const log = { warn: (text: string) => void said.push(text) };
    return { said, state: { ownerId: "b", ownerUrn: urn }, operation: { urn, log, owned } as unknown as Operation };
  };
  const read = (urn: string) => {
    const { said, state, operation } = at(urn);
    expect(seenOwner(operation, host, marked, state)).toEqual({ ...state, drift: [] });
    return said.join("\n");
  };
  const update = (urn: string, owned?: Ownership) => () => {
    const { state, operation } = at(urn, owned);
    refuseAnothers(operation, host, marked, state);
  };

  it("is another stack's, which is to hand it over", () => {
    const said =
      /^kvm1: the bridge br0 belongs to the Bridge "one" of the stack dev .* not to this resource: .*state move/;
    expect(read(foreign)).toMatch(said);
    expect(update(foreign)).toThrow(said);
  });

  it.each([
    ["this resource's of another time", one, "has another owner ID on record than this state has"],
    ["another one's of the stack", two, 'belongs to the Bridge "one"'],
  ])("or %s, and nobody is sent to destroy it", (_, urn, whose) => {
    const [said, way] = [
      `^kvm1: the bridge br0 ${whose}.*`,
      `pulumi state delete '${urn}', then pulumi import .* kvm1`,
    ];
    expect(read(urn)).toMatch(new RegExp(`${said}: it is left as it is\\. .* next .pulumi up., .*${way}`));
    expect(read(urn)).not.toMatch(/destroy/);
    expect(update(urn)).toThrow(new RegExp(`${said}: nothing of it is changed\\. If .*${way}`));
  });

  it("or one's that the state has too: it is to have another name", () => {
    const owned = new Ownership();
    owned.recordRead(one, id, {}, { ownerId: "a" });
    expect(update(two, owned)).toThrow(
      /belongs to the Bridge "one" .*: nothing of it is changed\. .*take another name/,
    );
  });
});

describe("What a rename that was cut off has left twice in the state", () => {
  const host = { label: "kvm1" } as Host;
  const marked = { ...thing, words: "the bridge br0", mark: mark({ owner: two, ownerId: "b" }) };
  const before = { ownerId: "a", ownerUrn: one };

  /** Both are in the state, and the program has `names`. */
  const read = (...names: string[]) => {
    const owned = new Ownership();
    const operation = { urn: one, log: { info: () => {}, warn: () => {} }, owned } as unknown as Operation;
    for (const [urn, ownerId] of [
      [one, "a"],
      [two, "b"],
    ] as const)
      owned.recordRead(urn, id, {}, { ownerId });
    seenOwner(operation, host, marked, before);
    for (const urn of names) owned.recordCheck(urn, true);
    return { owned, change: () => takeBack(operation, host, marked, before) };
  };

  it("comes back to the first where the program has that one again, and the next one stays away from it", () => {
    const { owned, change } = read(one);
    expect(owned.isTakenBack(one)).toBe(true);
    change();
    expect(owned.taker(two)).toBe(one);
    const renewed = renewMark(one, marked.mark, before);
    expect(renewed).toMatchObject({ owner: one, ownerId: "a" });
    expect(isMine(renewed, { ownerId: "b" }, two)).toBe(false);
    // Of 0.1.0, one without an ID: it gets one of its own.
    expect(renewMark(one, marked.mark, {}).ownerId).not.toBe("b");
  });

  it.each([
    ["the second", [two]],
    ["both", [one, two]],
  ])("is the second one's where the program has %s", (_, names) => {
    const { owned, change } = read(...names);
    expect(owned.isTakenBack(one)).toBe(false);
    expect(change).toThrow(/the bridge br0 belongs to the Bridge "two" .*: nothing of it is changed/);
  });
});

it("What was imported under another name goes with the last resource that has it", () => {
  const of = (urn: string) => ({ urn, type: "kvmnet:index:Bridge", id, inputs: {}, state: { ownerId: "a" } });
  const ownership = new Ownership();
  for (const urn of [one, two]) ownership.recordRead(urn, id, {}, { ownerId: "a" });
  expect(ownership.listDeletions()).toHaveLength(2);
  expect(ownership.sharer(of(one))).toBeUndefined();
  const destroyed = new Ownership();
  destroyed.recordDelete(of(one));
  expect([destroyed.goesWith(of(one)), destroyed.goesWith(of(two))]).toEqual([undefined, one]);
  ownership.recordCheck(two, true);
  ownership.recordDiff(two, id, { ownerId: "a" });
  expect(ownership.sharer(of(one))).toBe(two);
  expect(ownership.sharer(of(two))).toBeUndefined();
  expect(ownership.listDeletions()).toEqual([]);
  // With an alias and a replacement, it is one resource.
  const aliased = new Ownership();
  aliased.recordRead(one, id, {}, { ownerId: "a" });
  aliased.recordCheck(two, true);
  aliased.recordDiff(two, id, { ownerId: "a" });
  expect(aliased.sharer(of(one))).toBeUndefined();
});

it("What goes is what was read and is not in the program, by whatever name", () => {
  const ownership = new Ownership();
  ownership.recordRead(one, id, {}, { ownerId: "a" });
  ownership.recordRead(two, "0123/br1", {}, { ownerId: "b" });
  // The engine compares what it has read, before there is a program.
  ownership.recordDiff(two, "0123/br1", { ownerId: "b" });
  ownership.recordCheck(urnOf("three"), true);
  ownership.recordDiff(urnOf("three"), id, { ownerId: "a" });
  expect(ownership.listDeletions().map(({ urn }) => urn)).toEqual([two]);
});
