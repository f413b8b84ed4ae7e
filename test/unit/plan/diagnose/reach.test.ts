import { noDefaultRoute, noNameServer } from "../../../../provider/plan/diagnose/reach";
import { factsWith, link } from "../../support/facts";

const entry = (more: string) => `network:\n  ethernets:\n    enp1s0:\n      addresses: [192.0.2.100/24]\n${more}`;
const whole = entry("      routes: [{to: default, via: 192.0.2.1}]\n      nameservers: {addresses: [192.0.2.53]}\n");
const path = "/etc/netplan/01-netcfg.yaml";
const nic = link("enp1s0", { networkFile: "/run/systemd/network/10-netplan-enp1s0.network" });
const route = {
  family: "inet",
  type: "unicast",
  destination: "default",
  gateway: "192.0.2.1",
  device: "enp1s0",
} as never;

test("a host that has neither, and by its configuration has both", () => {
  const facts = factsWith({ links: [nic], netplan: new Map([[path, whole]]) });
  expect(noDefaultRoute(facts)).toMatchObject([
    { check: "no-default-route", evidence: expect.stringContaining(`${path}: a default route via 192.0.2.1`) },
  ]);
  expect(noNameServer(facts)).toMatchObject([
    { check: "no-name-server", evidence: expect.stringContaining(`${path}: nameservers 192.0.2.53`) },
  ]);
});

test("a host whose NIC had both before it became a bridge's port", () => {
  const record = { owner: "urn:x::br", uplink: "enp1s0", previousConfig: { [path]: whole } };
  const now = new Map([[path, entry("")]]);
  const facts = factsWith({ links: [nic], netplan: now, records: new Map([["br0", record]]) });
  expect(noDefaultRoute(facts)).toHaveLength(1);
  expect(noNameServer(facts)).toHaveLength(1);
});

test("a host that has both, or is to have neither", () => {
  const has = factsWith({
    links: [nic],
    netplan: new Map([[path, whole]]),
    routes: [route],
    nameservers: ["192.0.2.1"],
  });
  const none = factsWith({ links: [nic], netplan: new Map([[path, entry("")]]) });
  for (const facts of [has, none]) expect([...noDefaultRoute(facts), ...noNameServer(facts)]).toEqual([]);
});
