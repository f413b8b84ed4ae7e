import type { Facts } from "../../../../provider/host/facts/facts";
import { parseFacts } from "../../../../provider/host/facts/parseFacts";
import type { Change } from "../../../../provider/host/transaction/change";
import { bridge } from "../../../../provider/resources/bridge/definition";
import { isAdopted, planLeave } from "../../../../provider/resources/bridge/leave";
import { planUpdate } from "../../../../provider/resources/bridge/planUpdate";
import { applyBatch, networkOf } from "../../support/kernel";
import { recordedHost } from "../../support/recordedHosts";

const confirm = { timeout: 60 };
const recordPath = "/var/lib/kvmnet/bridges/br0.json";
const own = "/etc/netplan/80-kvmnet-br0.yaml";

/** The host after a change that was confirmed: its links, its files and its record. */
function after(facts: Facts, change: Change): Facts {
  const netplan = new Map(facts.netplan);
  for (const [path, text] of change.files) if (path.endsWith(".yaml")) netplan.set(path, text);
  for (const path of change.remove) netplan.delete(path);
  const record = change.files.get(recordPath);
  const records = new Map(record === undefined ? [] : [["br0", JSON.parse(record)]]);
  return { ...applyBatch(facts, [...change.apply, ...change.tidy]), netplan, records };
}

function changed(facts: Facts, inputs: object): Facts {
  const wanted = bridge.inputs.parse({ connection: { host: "kvm1.example" }, ...inputs });
  const { change } = planUpdate(facts, wanted, facts.records.get("br0")?.owner ?? "urn:x::br", "br0");
  const then = after(facts, change);
  // What leaves is there until the change is confirmed.
  const lines = change.leaving.map((cidr) => `address del ${cidr} dev br0`);
  return { ...applyBatch(then, lines), records: then.records, netplan: then.netplan };
}

function left(facts: Facts) {
  const plan = planLeave(facts, "br0", facts.records.get("br0")?.previousConfig ?? {}, confirm);
  if (!plan) return { facts, plan };
  const then = after(facts, plan.change);
  return {
    plan,
    facts: {
      ...applyBatch(
        then,
        plan.change.leaving.map((cidr) => `address del ${cidr} dev br0`),
      ),
      netplan: then.netplan,
    },
  };
}

/** iproute2 says the scope that a route has by itself only where it was asked for in detail. */
const shown = (facts: Facts) =>
  networkOf(facts).map((line) => line.replace('"scope":"global",', (all) => (line.startsWith("route") ? "" : all)));

const fixed = {
  addresses: ["192.0.2.101/24"],
  routes: [{ to: "default", via: "192.0.2.1" }],
  nameservers: ["192.0.2.1"],
};
const twice = { ...fixed, addresses: ["192.0.2.102/24", "198.51.100.7/28"] };

const changes: [string, string, object[]][] = [
  ["its addressing", "handMadeBridge", [{ addressing: fixed }]],
  ["its addressing, twice", "handMadeBridge", [{ addressing: fixed }, { addressing: twice, mtu: 1400 }]],
  [
    "its addressing, there and back",
    "handMadeBridge",
    [{ addressing: fixed }, { addressing: { ...fixed, addresses: ["192.0.2.100/24"] } }],
  ],
  ["its MTU", "handMadeBridge", [{ mtu: 1400 }]],
  ["STP and forward delay", "handMadeBridge", [{ stp: true, forwardDelay: 4 }]],
  ["its MAC address", "handMadeBridge", [{ macAddress: "02:00:00:00:00:77" }]],
  ["the forward delay of one with DHCP", "handMadeBridgeWithDelay", [{}]],
];

test.each(changes)("destroy gives back a hand-made bridge as it was, of which %s was changed", (_, host, steps) => {
  const facts = parseFacts(recordedHost(host));
  const there = steps.reduce((now: Facts, inputs) => changed(now, inputs), facts);
  expect(there.netplan.has(own)).toBe(true);
  const { facts: then, plan } = left(there);
  const { apply = [], tidy = [], rollback = [] } = plan?.change ?? {};
  expect(networkOf(applyBatch(there, [...apply, ...tidy, ...rollback]))).toEqual(networkOf(there));
  expect(shown(then)).toEqual(shown(facts));
  expect(then.netplan).toEqual(facts.netplan);
  expect(plan?.change.remove).toContain(recordPath);
  expect(plan?.change.deleteOnApply).toEqual([]);
});

test("one that was never changed is left alone", () => {
  const facts = parseFacts(recordedHost("handMadeBridge"));
  expect(isAdopted(facts, "br0", {})).toBe(true);
  expect(planLeave(facts, "br0", {}, confirm)).toBeUndefined();
});

test("a file that was changed by hand since keeps that, and gets the addressing back", () => {
  const facts = parseFacts(recordedHost("handMadeBridge"));
  const there = changed(facts, { addressing: fixed });
  const path = "/etc/netplan/60-bridge.yaml";
  const text = (there.netplan.get(path) ?? "").replace("spare0", "spare1");
  const { plan } = left({ ...there, netplan: new Map([...there.netplan, [path, text]]) });
  expect(plan?.kept).toEqual([path]);
  expect(plan?.change.files.get(path)).toMatch(/192\.0\.2\.100\/24[\s\S]*spare1/);
});

test("what 0.1.0 took away, and kept no original of, goes into the user's file as it is now", () => {
  const facts = parseFacts(recordedHost("handMadeBridge"));
  const there = changed(facts, { addressing: fixed });
  const record = there.records.get("br0");
  if (!record) throw new Error("the change wrote no record");
  const records = new Map([["br0", { ...record, previousConfig: {} }]]);
  const { plan, facts: then } = left({ ...there, records });
  expect(plan?.change.files.get("/etc/netplan/60-bridge.yaml")).toMatch(/- 192\.0\.2\.101\/24/);
  expect(networkOf(then)).toEqual(networkOf(there));
});

test("without its record, what kvmnet took away tells that it was there before", () => {
  const facts = changed(parseFacts(recordedHost("handMadeBridge")), { addressing: fixed });
  const previousConfig = facts.records.get("br0")?.previousConfig ?? {};
  expect(Object.keys(previousConfig)).toEqual(["/etc/netplan/60-bridge.yaml"]);
  expect(isAdopted({ ...facts, records: new Map() }, "br0", previousConfig)).toBe(true);
  const nics = { "/etc/netplan/01-netcfg.yaml": "network: {ethernets: {enp1s0: {dhcp4: true}}}\n" };
  expect(isAdopted({ ...facts, records: new Map() }, "br0", nics)).toBe(false);
});
