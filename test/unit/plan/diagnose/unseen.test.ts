import { diagnose } from "../../../../provider/plan/diagnose/diagnose";
import { factsWith, link } from "../../support/facts";

/** Faults that no host of the lab can have. */
const bridge = (parts: Parameters<typeof link>[1] = {}) => link("br0", { kind: "bridge", ...parts });
const found = (facts: Parameters<typeof factsWith>[0]) =>
  diagnose(factsWith(facts)).map(({ check, severity, evidence }) => ({ check, severity, evidence }));

it("a bridge on Wi-Fi is found before anything is sent", () => {
  const links = [bridge(), link("wlan0", { master: "br0" })];
  expect(found({ links, wireless: new Set(["wlan0"]) })).toEqual([
    {
      check: "foreign-mac",
      severity: "warning",
      evidence: "/sys/class/net/wlan0/phy80211; wlan0 master br0",
    },
  ]);
});

it("a bridge that has its uplink's MAC address by chance is found, one whose address was set is not", () => {
  const port = link("enp1s0", { master: "br0" });
  expect(found({ links: [bridge({ macFollowsPorts: true }), port] })).toMatchObject([{ check: "bridge-mac" }]);
  expect(found({ links: [bridge(), port] })).toEqual([]);
});

it("a NIC that comes and goes, or is matched by its MAC address or a pattern, is not taken for a renamed one", () => {
  const netplan = (text: string) => new Map([["/etc/netplan/01.yaml", `network: {ethernets: {${text}}}`]]);
  const links = [bridge(), link("enp1s0", { master: "br0" })];
  for (const text of [
    "usb0: {optional: true}",
    "lan: {match: {macaddress: '02:00:00:00:00:01'}}",
    "any: {match: {name: 'en*'}}",
    "wan: {match: {name: eth0}, set-name: enp1s0}",
  ])
    expect(found({ links, netplan: netplan(text) })).toEqual([]);
  expect(found({ links, netplan: netplan("eth0: {dhcp4: true}") })).toMatchObject([{ check: "nic-renamed" }]);
});
