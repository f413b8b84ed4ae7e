import { probesFor } from "../../../provider/plan/probes";
import { factsWith } from "../support/facts";

const facts = factsWith({ names: ["deb.example"] });
const stays = (gateways: readonly string[]): Parameters<typeof probesFor>[1] => ({
  gateways,
  leased: [],
  nameService: "stays",
});
const v4 = "192.0.2.1";
const v6 = "2001:db8::1";
const advertised = "fe80::1";

test.each([
  { before: [v4, v4], wanted: [], again: [v4], anyhow: [] },
  { before: [v4, v6], wanted: [v4], again: [v4, v6], anyhow: [] },
  { before: [advertised], wanted: [], again: [advertised], anyhow: [] },
  { before: [v4, v6], wanted: ["192.0.2.3"], again: [v6], anyhow: ["192.0.2.3"] },
  { before: [v4, advertised], wanted: [v6], again: [v4], anyhow: [v6] },
  { before: [], wanted: [v6], again: [], anyhow: [v6] },
])("gateways $before, and $wanted wanted: $again are tried before, $anyhow must answer anyhow", (one) => {
  const { probes, required } = probesFor(facts, stays(one.before), one.wanted);
  const gateways = (addresses: readonly string[]) =>
    addresses.flatMap((address) => [
      { kind: "gateway", address },
      { kind: "route", address },
    ]);
  expect(probes).toEqual([...gateways(one.again), { kind: "dns" }, { kind: "names", names: ["deb.example"] }]);
  expect(required).toEqual(gateways(one.anyhow));
});

test("names are not asked for where the program takes the name servers away, and must be known where it brings new ones", () => {
  expect(probesFor(facts, { ...stays([]), nameService: "none" }, [])).toEqual({ probes: [], required: [] });
  expect(probesFor(facts, { ...stays([]), nameService: "new" }, []).required).toEqual([{ kind: "dns" }]);
});
