import { linkNamed } from "../../../provider/host/facts/facts";
import { parseFacts } from "../../../provider/host/facts/parseFacts";
import { addressingOn } from "../../../provider/kernel/addressingOn";
import { transition } from "../../../provider/kernel/transition";
import { recordedHost } from "../support/recordedHosts";

const recorded = recordedHost("dhcpDebian13").toString("latin1");
const hop = (gateway: string) => ({ gateway, dev: "enp1s0", weight: 1, flags: [] });
const printed = JSON.stringify([
  { dst: "2001:db8:7::/64", gateway: "fe80::1", dev: "enp1s0", protocol: "ra", metric: 100, expires: 1790 },
  { dst: "default", protocol: "static", metric: 1024, flags: [], nexthops: [hop("fe80::1"), hop("2001:db8::1")] },
]);
const facts = parseFacts(
  Buffer.from(recorded.replace(/^routes6 0 \d+\n.*$/m, `routes6 0 ${printed.length}\n${printed}`), "latin1"),
);
const of = (routes: typeof facts.routes) =>
  routes.filter(({ family, destination }) => family === "inet6" && destination === "default");

test("a route with two hops is one by each gateway", () => {
  expect(of(facts.routes)).toMatchObject([
    { gateway: "fe80::1", device: "enp1s0", metric: 1024 },
    { gateway: "2001:db8::1", device: "enp1s0", metric: 1024 },
  ]);
});

test("of them the one that nobody advertises moves", () => {
  const link = linkNamed(facts, "enp1s0");
  expect(link && of(addressingOn(facts, link).routes)).toMatchObject([{ gateway: "2001:db8::1" }]);
});

test("one that a router advertised moves with the time that it has left", () => {
  const link = linkNamed(facts, "enp1s0");
  if (!link) throw new Error("the host has no enp1s0");
  const target = { links: [{ name: "enp1s0", addressing: addressingOn(facts, link) }], gone: [] };
  expect(transition(facts, target).there.links).toContain(
    "route replace 2001:db8:7::/64 via fe80::1 dev enp1s0 proto ra metric 100 expires 1790",
  );
});
