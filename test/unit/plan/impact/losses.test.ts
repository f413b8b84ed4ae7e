import type { Route } from "../../../../provider/host/facts/links";
import { lossesOf } from "../../../../provider/plan/impact/losses";
import { factsWith, link } from "../../support/facts";

const route = (parts: Partial<Route>): Route => ({
  family: "inet",
  type: "unicast",
  destination: "default",
  gateway: "192.0.2.1",
  device: "enp1s0",
  protocol: "static",
  scope: undefined,
  source: undefined,
  metric: undefined,
  table: undefined,
  onlink: false,
  expires: undefined,
  ...parts,
});
const v6 = route({ family: "inet6", gateway: "fe80::1" });
const table = route({ gateway: "192.0.2.2", table: "100" });
const links = ["enp1s0", "br0"];
const was = { nameservers: { addresses: ["192.0.2.53"] } };
const facts = factsWith({ links: [link("enp1s0")], routes: [route({}), v6, table], nameservers: ["192.0.2.53"] });
const before = facts.routes;

test("nothing is lost where all moves", () => {
  const lost = lossesOf(facts, { links, before, after: undefined, was, stanza: was });
  expect(lost).toEqual({
    sentences: [],
    gateways: ["192.0.2.1", "fe80::1", "192.0.2.2"],
    leased: [],
    nameService: "stays",
  });
});

test("each default route that the program takes away is said, of both families and of other tables", () => {
  const { sentences, gateways } = lossesOf(facts, { links, before, after: [], was, stanza: was });
  expect(sentences).toEqual([
    "the default route via 192.0.2.1 goes away: the host will have no IPv4 default route",
    "the default route via fe80::1 goes away: the host will have no IPv6 default route",
    "the default route via 192.0.2.2 of table 100 goes away: the host will have no IPv4 default route of table 100",
  ]);
  expect(gateways).toEqual([]);
});

test("a default route on another NIC is left", () => {
  const other = factsWith({ ...facts, routes: [...before, route({ device: "enp2s0", gateway: "198.51.100.1" })] });
  expect(lossesOf(other, { links, before, after: [v6, table], was, stanza: was }).sentences).toEqual([
    "the default route via 192.0.2.1 goes away",
  ]);
});

test("DHCP gives a default route, by whatever gateway", () => {
  const stanza = { dhcp4: true };
  const lost = lossesOf(facts, { links, before: [route({})], after: [], was, stanza });
  expect(lost).toMatchObject({ sentences: [], gateways: [], leased: ["inet"], nameService: "stays" });
});

test.each([
  ["the link's own are taken away", {}, facts, "none"],
  ["those of its lease are", {}, { lease: true }, "none"],
  ["another file has some too", {}, { nameservers: ["192.0.2.53", "198.51.100.53"] }, "stays"],
  ["there were none", {}, { nameservers: [] }, "stays"],
  ["the program brings others", { nameservers: { addresses: ["192.0.2.99"] } }, facts, "new"],
  ["it says them once more", was, facts, "stays"],
])("name servers, where %s", (_, stanza, now, nameService) => {
  const lease = { address: "192.0.2.150", clientId: undefined, nameservers: ["192.0.2.53"] };
  const leased = "lease" in now;
  const host = factsWith({
    links: [link("enp1s0", leased ? { lease } : {})],
    nameservers: "nameservers" in now ? now.nameservers : facts.nameservers,
  });
  const lost = lossesOf(host, { links, before: [], after: [], was: leased ? {} : was, stanza });
  expect(lost.nameService).toBe(nameService);
  expect(lost.sentences).toEqual(nameService === "none" ? ["the host will have no name server"] : []);
});
