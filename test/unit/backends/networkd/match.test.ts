import { matches, unitFor } from "../../../../provider/backends/networkd/match";
import { link } from "../../support/facts";

const isIts = (match: string) => matches(`[Match]\n${match}\n`, link("enp1s0", { mac: "02:00:00:00:00:0a" }));

test.each([
  ["Name=enp1s0", true],
  ["Name=en*", true],
  ["Name=eth* enp?s0", true],
  ["Name=enp[1-3]s0", true],
  ["Name=enp[!1]s0", false],
  ["Name=!enp*", false],
  ["Name=enp2s0", false],
  ["MACAddress=02-00-00-00-00-0A", true],
  ["Name=enp2s0\nName=", true],
  ["Name=en*\nMACAddress=02:00:00:00:00:0b", false],
  ["Kind=bridge", false],
  // Of what is not known, and of what can't be read, it may be.
  ["KernelVersion=>=4", true],
  ["Name=[z-a]", true],
])("a unit with %j is the NIC's: %j", (match, is) => {
  expect(isIts(match)).toBe(is);
});

test("a name of stars alone is looked at within a moment", () => {
  const began = process.cpuUsage();
  expect(isIts(`Name=${"*".repeat(5000)}x`)).toBe(false);
  expect(process.cpuUsage(began).user / 1000).toBeLessThan(1000);
});

test("the first file by name that matches is a link's, and /etc hides the others of its name", () => {
  const units = new Map([
    ["/usr/lib/systemd/network/10-first.network", "[Match]\nName=en*\n"],
    ["/etc/systemd/network/10-first.network", "[Match]\nName=eth0\n"],
    ["/run/systemd/network/30-third.network", "[Match]\nName=enp1s0\n"],
    ["/etc/systemd/network/20-second.network", "[Match]\nName=enp1s0\n"],
  ]);
  expect(unitFor(units, link("enp1s0"))).toBe("/etc/systemd/network/20-second.network");
});
