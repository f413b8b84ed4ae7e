import type { Route } from "../../../../provider/host/facts/links";
import { completed } from "../../../../provider/plan/addressing/kept";
import { bridge } from "../../../../provider/resources/bridge/definition";

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

function said(addressing: object) {
  const inputs = bridge.inputs.parse({ connection: { host: "kvm1.example" }, addressing });
  if (inputs.addressing === "inherit") throw new Error("not said");
  return inputs.addressing;
}

const byHand = {
  stanza: {
    addresses: ["192.0.2.100/24"],
    routes: [
      { to: "default", via: "192.0.2.1" },
      { to: "default", via: "192.0.2.2", table: 100 },
    ],
    "routing-policy": [{ from: "192.0.2.100", table: 100 }],
    nameservers: { search: ["lab.test"], addresses: ["192.0.2.1"] },
  },
  addressing: { addresses: [], routes: [route({}), route({ gateway: "192.0.2.2", table: "100" })] },
  lease: undefined,
};
const byDhcp = {
  stanza: { dhcp4: true },
  addressing: { addresses: [], routes: [route({ protocol: "dhcp", metric: 100, source: "192.0.2.150" })] },
  lease: { address: "192.0.2.150", clientId: undefined, nameservers: ["192.0.2.53"] },
};

test("what a program leaves out stays as netplan's files and the kernel have it", () => {
  const { stanza, routes } = completed(said({ addresses: ["192.0.2.101/24"] }), byHand);
  const { routes: kept, nameservers, "routing-policy": policy } = byHand.stanza;
  expect(stanza).toEqual({
    ...{ dhcp4: false, dhcp6: false, addresses: ["192.0.2.101/24"] },
    ...{ routes: kept, "routing-policy": policy, nameservers },
  });
  expect(routes).toEqual(byHand.addressing.routes);
});

test("[] says none", () => {
  const { stanza, routes } = completed(said({ addresses: ["192.0.2.101/24"], routes: [], nameservers: [] }), byHand);
  expect(stanza).toEqual({ dhcp4: false, dhcp6: false, addresses: ["192.0.2.101/24"] });
  expect(routes).toEqual([]);
});

test("what a lease gave is the host's own once its program ends DHCP", () => {
  const { stanza, routes } = completed(said({ addresses: ["192.0.2.150/24"] }), byDhcp);
  expect(stanza).toMatchObject({
    routes: [{ to: "default", via: "192.0.2.1" }],
    nameservers: { addresses: ["192.0.2.53"] },
  });
  expect(routes).toEqual([route({})]);
  // And the next look at it says the same.
  const after = { stanza, addressing: { addresses: [], routes: [...routes] }, lease: undefined };
  expect(completed(said({ addresses: ["192.0.2.150/24"] }), after)).toEqual({ stanza, routes });
});

test("a lease's default route that can't stay has to be said", () => {
  expect(() => completed(said({ addresses: ["198.51.100.5/24"] }), byDhcp)).toThrow(
    /^addressing\.routes: the default route via 192\.0\.2\.1 can't stay.*Say the new one, or \[\] for none\.$/,
  );
  expect(completed(said({ addresses: ["198.51.100.5/24"], routes: [] }), byDhcp).routes).toEqual([]);
});

test("where DHCP is asked from now on, its server gives the IPv4 default route", () => {
  const { stanza, routes } = completed(said({ dhcp4: true }), byHand);
  expect(stanza).not.toHaveProperty("routes");
  expect(routes).toEqual([]);
});

test("a router's default route stays where its advertisements are not taken any more", () => {
  const advertised = route({ family: "inet6", gateway: "fe80::1", protocol: "ra", expires: 1700 });
  const now = { stanza: {}, addressing: { addresses: [], routes: [advertised] }, lease: undefined };
  const { stanza, routes } = completed(said({ addresses: ["2001:db8::5/64"], acceptRa: false }), now);
  expect(stanza.routes).toEqual([{ to: "default", via: "fe80::1" }]);
  expect(routes).toMatchObject([{ gateway: "fe80::1", protocol: "static", expires: undefined }]);
  expect(completed(said({ addresses: ["2001:db8::5/64"] }), now).stanza).not.toHaveProperty("routes");
});

test("a route that stays where DHCP begins does not wait for the address that its gateway is reached through", () => {
  const far = { to: "198.51.100.128/25", via: "192.0.2.1" };
  const there = {
    stanza: { addresses: ["192.0.2.100/24"], routes: [{ to: "default", via: "192.0.2.1" }, far] },
    addressing: { addresses: [], routes: [route({}), route({ destination: far.to })] },
    lease: undefined,
  };
  const asked = completed(said({ dhcp4: true }), there);
  expect(asked.stanza).toEqual({ dhcp4: true, dhcp6: false, routes: [{ ...far, "on-link": true }] });
  expect(asked.routes).toEqual([route({ destination: far.to, onlink: true })]);
  const near = completed(said({ dhcp4: true, addresses: ["192.0.2.101/24"] }), there);
  expect(near.stanza.routes).toEqual([far]);
  expect(near.routes).toEqual([route({ destination: far.to })]);
});

test("a route of netplan's files whose gateway is in no network any more has to be said, unless it is on the link", () => {
  const there = (onlink: boolean) => ({ ...byHand, addressing: { addresses: [], routes: [route({ onlink })] } });
  expect(() => completed(said({ addresses: ["198.51.100.5/24"], acceptRa: false }), there(false))).toThrow(
    /^addressing\.routes: the default route via 192\.0\.2\.1 can't stay.*Say the routes that there are to be, or \[\] for none\.$/,
  );
  expect(completed(said({ addresses: ["198.51.100.5/24"] }), there(true)).routes).toHaveLength(1);
});
