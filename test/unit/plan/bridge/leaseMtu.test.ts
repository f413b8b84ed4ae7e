import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { Facts } from "../../../../provider/host/facts/facts";
import { parseFacts } from "../../../../provider/host/facts/parseFacts";
import { diagnose } from "../../../../provider/plan/diagnose/diagnose";
import { bridge } from "../../../../provider/resources/bridge/definition";
import { planBridge } from "../../../../provider/resources/bridge/plan";
import { recordedHost } from "../../support/recordedHosts";

/** A bridge of kvmnet's with a lease that has option 26, as it is after a reboot: networkd gives the MTU to what has the lease. */
const name = "theSameAgainChangesNothing";
const { host, differs, inputs } = parse(readFileSync(join(__dirname, "cases", name, "case.yaml"), "utf8"));
const withLease = (mtu: string) => {
  const path = "lease:/run/systemd/netif/leases/3";
  const recorded = parse(readFileSync(join(__dirname, "../../hosts", `${host}.yaml`), "utf8"))[path];
  return parseFacts(recordedHost(host, { ...differs, [path]: `${recorded}${mtu}` }));
};
const withMtu = (facts: Facts, mtus: Readonly<Record<string, number>>): Facts => ({
  ...facts,
  links: facts.links.map((link) => ({ ...link, mtu: mtus[link.name] ?? link.mtu })),
});
const differences = (facts: Facts) => {
  const wanted = bridge.inputs.parse({ connection: { host: "kvm1.example" }, ...inputs });
  return planBridge(facts, wanted, "urn:x::br").differences;
};
const mtuFindings = (facts: Facts) =>
  diagnose(facts, []).flatMap(({ check, evidence }) => (check === "mtu" ? [evidence] : []));

test("the MTU that its lease says is no drift, and no fault", () => {
  const facts = withMtu(withLease("MTU=1400\n"), { br0: 1400 });
  expect(facts.links.find((link) => link.name === "br0")?.lease?.mtu).toBe(1400);
  expect(differences(facts)).toEqual([]);
  expect(mtuFindings(facts)).toEqual([]);
});

test.each([
  ["another than the lease's", "MTU=1400\n", 1300],
  ["one that no lease says", "", 1400],
  ["a lease's that is no number", "MTU=many\n", 1400],
])("%s is both", (_, line, mtu) => {
  const facts = withMtu(withLease(line), { br0: mtu });
  expect(differences(facts)).toEqual([`the MTU of br0 is ${mtu} instead of 1500`]);
  expect(mtuFindings(facts)).toEqual([expect.stringContaining(`br0 mtu ${mtu}, enp1s0 mtu 1500`)]);
});

test("what the program says is wanted, whatever the lease has", () => {
  const facts = withMtu(withLease("MTU=1400\n"), { br0: 1400 });
  const wanted = bridge.inputs.parse({ connection: { host: "kvm1.example" }, ...inputs, mtu: 1500 });
  expect(planBridge(facts, wanted, "urn:x::br").differences).toContain("the MTU of br0 is 1400 instead of 1500");
});
