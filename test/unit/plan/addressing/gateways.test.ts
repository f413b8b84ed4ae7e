import { bridgeLifecycle } from "../../../../provider/resources/bridge/lifecycle";
import { UNKNOWN } from "../../../../provider/schema/unknown";

/** What Check says of an addressing. */
const failures = (addressing: unknown) => bridgeLifecycle.check?.("br", { addressing } as never)?.failures;
const one = (to: unknown, via: unknown, parts: object = {}) => ({
  ...{ dhcp4: false, dhcp6: false, addresses: ["192.0.2.10/24"], routes: [{ to, via }] },
  ...parts,
});

it.each([
  [
    "a gateway outside of every network",
    one("default", "198.51.100.1"),
    "via",
    "is in no network of addressing.addresses (192.0.2.10/24)",
  ],
  ["a gateway where there is no address", one("default", "192.0.2.1", { addresses: [] }), "via", "is in no network"],
  ["an IPv6 gateway that nothing gives", one("default", "2001:db8::1", { acceptRa: false }), "via", "is in no network"],
  ["the host as its own gateway", one("default", "192.0.2.10"), "via", "is the bridge's own address (192.0.2.10/24)"],
  ["a network's own address", one("default", "192.0.2.0"), "via", "is the first or the last address"],
  ["a broadcast address", one("default", "192.0.2.255"), "via", "is the first or the last address"],
  [
    "a gateway of the other family",
    one("2001:db8:1::/64", "192.0.2.1"),
    "via",
    "must be of the family of 2001:db8:1::/64",
  ],
  ["an address for a network", one("198.51.100.7/24", "192.0.2.1"), "to", 'write "198.51.100.0/24"'],
])("Check refuses %s, with its path and what to write", (_, addressing, property, words) => {
  expect(failures(addressing)).toEqual([
    { property: `addressing.routes[0].${property}`, reason: expect.stringContaining(words) },
  ]);
});

it.each([
  ["a gateway in the network", one("default", "192.0.2.1")],
  ["one that DHCP may bring near", one("default", "198.51.100.1", { dhcp4: true })],
  ["one that a router may bring near", one("default", "2001:db8::1")],
  ["a router's own address", one("default", "fe80::1", { acceptRa: false })],
  ["the other end of a line", one("default", "192.0.2.11", { addresses: ["192.0.2.10/31"] })],
  ["what is not known yet", one("default", UNKNOWN)],
  ["addresses that are not known yet", one("default", "198.51.100.1", { addresses: [UNKNOWN] })],
  ["an addressing that is not known yet", UNKNOWN],
  ["the uplink's", "inherit"],
])("Check takes %s", (_, addressing) => {
  expect(failures(addressing)).toEqual([]);
});
