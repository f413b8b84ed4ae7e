import fc from "fast-check";
import { addressingText, halvesOf } from "../../../../provider/backends/networkd/sections";
import { unitFilesIn, unitNames } from "../../../../provider/backends/networkd/units";
import { stanzaOfUnit } from "../../../../provider/host/facts/inNetplansWords";
import { sectionsOf, wholeUnit } from "../../../../provider/host/facts/networkUnit";

const path = "/etc/systemd/network/20-wired.network";
const halves = (text: string) => halvesOf([[path, text]], "enp1s0");

describe("a NIC's file by hand", () => {
  test("goes over to the bridge, but for what is the NIC's own", () => {
    const { bridge, port } = halves(`
# the uplink
[Match]
MACAddress=02:00:00:00:00:01

[Link]
MTUBytes=9000
RequiredForOnline=no

[Network]
DHCP=ipv4
VLAN=enp1s0.20
; for the switch
EmitLLDP=yes
Domains=lab.test \\
  example.test

[DHCPv4]
RouteMetric=300
UseMTU=no

[SR-IOV]
VirtualFunction=0

[CAKE]
Bandwidth=1G
`);
    expect(bridge).toBe(
      "[Link]\nRequiredForOnline=no\n\n[Network]\nDHCP=ipv4\nDomains=lab.test  example.test\n\n[DHCPv4]\nRouteMetric=300\nUseMTU=no\n",
    );
    expect(port).toBe(
      "[Link]\nMTUBytes=9000\n\n[Network]\nVLAN=enp1s0.20\nEmitLLDP=yes\n\n[SR-IOV]\nVirtualFunction=0\n\n[CAKE]\nBandwidth=1G\n",
    );
  });

  test.each([
    ["[Network]\nBond=bond0", /Bond=bond0 in \/etc\/systemd\/network\/20-wired\.network, with which it can't become/],
    ["[Network]\nBridge=lan0", /it is the port of another bridge/],
    ["[Link]\nUnmanaged=yes", /networkd leaves it alone/],
    ["[Link]\nActivationPolicy=manual", /a bridge whose port is not brought up reaches nothing/],
    ["[CAN]\nBitRate=1", /the section \[CAN\] in .*20-wired\.network, which kvmnet does not know/],
  ])("is refused by name with %j", (text, why) => {
    expect(() => halves(text)).toThrow(why);
  });

  test.each(["[Link]\nUnmanaged=no", "[Link]\nActivationPolicy=up"])("may say what is so anyway: %j", (text) => {
    expect(() => halves(text)).not.toThrow();
  });

  test("says addresses, routes and name servers in whatever form networkd takes", () => {
    const text = `[Network]
Address=198.51.100.1
Address=
Address=192.0.2.10/24
Gateway=192.0.2.1
DNS=192.0.2.1 192.0.2.2
IPv6AcceptRA=false
LinkLocalAddressing=no
[Address]
Address=2001:db8::10/64
PreferredLifetime=0
[Route]
Gateway=_dhcp4
Destination=203.0.113.0/24
[Route]
Destination=198.51.100.0/24
Gateway=192.0.2.9
GatewayOnLink=yes
Metric=7
Table=100
`;
    expect(stanzaOfUnit(sectionsOf(text))).toEqual({
      dhcp4: false,
      dhcp6: false,
      "accept-ra": false,
      "link-local": [],
      addresses: ["192.0.2.10/24", "2001:db8::10/64"],
      routes: [
        { to: "default", via: "192.0.2.1" },
        { to: "198.51.100.0/24", via: "192.0.2.9", metric: 7, "on-link": true, Table: "100" },
      ],
      nameservers: { addresses: ["192.0.2.1", "192.0.2.2"] },
    });
  });
});

test("an addressing in networkd's words says what it said", () => {
  const ip = fc.nat(253).map((last) => `192.0.2.${last + 1}`);
  const route = fc.record(
    { to: fc.constantFrom("default", "198.51.100.0/24"), via: ip, metric: fc.nat(), "on-link": fc.boolean() },
    { requiredKeys: ["to", "via"] },
  );
  const stanza = fc.record(
    {
      dhcp4: fc.boolean(),
      dhcp6: fc.boolean(),
      "accept-ra": fc.boolean(),
      addresses: fc.array(
        ip.map((one) => `${one}/24`),
        { minLength: 1 },
      ),
      routes: fc.array(route, { minLength: 1 }),
      nameservers: fc.record({ addresses: fc.array(ip, { minLength: 1 }) }),
    },
    { requiredKeys: ["dhcp4", "dhcp6"] },
  );
  fc.assert(
    fc.property(stanza, (said) => {
      expect(stanzaOfUnit(sectionsOf(addressingText(said)))).toEqual(said);
    }),
  );
});

test("drop-ins of all folders add to a file, by their names, each name once", () => {
  const units = new Map([
    [path, "a"],
    ["/usr/lib/systemd/network/20-wired.network.d/10-first.conf", "hidden"],
    ["/etc/systemd/network/20-wired.network.d/10-first.conf", "b"],
    ["/run/systemd/network/20-wired.network.d/20-second.conf", "c"],
    ["/run/systemd/network/20-wired.network.d/kvmnet-transition.conf", "kvmnet's own"],
    ["/etc/systemd/network/21-other.network.d/10-other.conf", "another's"],
  ]);
  expect(wholeUnit(units, path).map(([, text]) => text)).toEqual(["a", "b", "c"]);
});

test.each([
  ["20-wired.network", "05-kvmnet-bridge-br0.network"],
  ["05-lan.network", "05-kvmnet-bridge-br0.network"],
  ["05-a.network", "0-kvmnet-bridge-br0.network"],
  ["00-lan.network", "0-kvmnet-bridge-br0.network"],
])("beside %s, kvmnet's file is %s, which comes before it", (users, own) => {
  const names = unitNames("br0", `/etc/systemd/network/${users}`);
  expect(names.bridge).toBe(own);
  for (const name of [names.bridge, names.port]) expect(name < users).toBe(true);
});

test("of kvmnet's files, those of one bridge are known by its name alone", () => {
  const files = ["br0", "br0-x", "port-br0"].flatMap((bridge) =>
    Object.values(unitNames(bridge, "20-wired.network")).map((name) => `/etc/systemd/network/${name}`),
  );
  for (const bridge of ["br0", "br0-x", "port-br0"])
    expect(unitFilesIn(files, bridge)).toEqual(
      Object.values(unitNames(bridge, "20-wired.network")).map((name) => `/etc/systemd/network/${name}`),
    );
});
