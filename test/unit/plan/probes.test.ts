import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseFacts } from "../../../provider/host/facts/parseFacts";
import { probesFor } from "../../../provider/plan/probes";

const facts = {
  ...parseFacts(readFileSync(join(__dirname, "bridge/cases/dhcpOnDebian13/facts.txt"))),
  resolved: false,
};
const v4 = "192.0.2.1";
const v6 = "2001:db8::1";
const advertised = "fe80::1";

test.each([
  { before: [v4, undefined, v4], wanted: [], again: [v4], anyhow: [] },
  { before: [v4, v6], wanted: [v4], again: [v4, v6], anyhow: [] },
  { before: [advertised], wanted: [], again: [advertised], anyhow: [] },
  { before: [v4, v6], wanted: ["192.0.2.3"], again: [v6], anyhow: ["192.0.2.3"] },
  { before: [v4, advertised], wanted: [v6], again: [v4], anyhow: [v6] },
  { before: [], wanted: [v6], again: [], anyhow: [v6] },
])("gateways $before, and $wanted wanted: $again are tried before, $anyhow must answer anyhow", (one) => {
  const { probes, required } = probesFor(facts, one.before, one.wanted);
  const gateways = (addresses: readonly string[]) => addresses.map((address) => ({ kind: "gateway", address }));
  expect(probes).toEqual(gateways(one.again));
  expect(required).toEqual(gateways(one.anyhow));
});
