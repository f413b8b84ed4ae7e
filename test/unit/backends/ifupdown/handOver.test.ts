import { clientOn } from "../../../../provider/backends/ifupdown/handOver";
import { withInterfaces } from "../../../../provider/backends/ifupdown/owner";
import { parseFacts } from "../../../../provider/host/facts/parseFacts";
import { bridge } from "../../../../provider/resources/bridge/definition";
import { planUpdate } from "../../../../provider/resources/bridge/planUpdate";
import { recordedHost } from "../../support/recordedHosts";

const leases = (text: string) => ({ "dhcpLease:/var/lib/dhcp/dhclient.enp1s0.leases": text });
const process = "-pf /run/dhclient.enp1s0.pid";
const file = "-lf /var/lib/dhcp/dhclient.enp1s0.leases";
const client = `dhclient dhclient -4 -v -i ${process} ${file} enp1s0 \n`;
const well = {
  ...{ "netplan:/etc/netplan/01-netcfg.yaml": null, "link:/run/systemd/netif/links/2": null },
  ...{ "lease:/run/systemd/netif/leases/2": null, ifstate: "lo=lo\nenp1s0=enp1s0\n" },
  "interfaces:/etc/network/interfaces": "auto enp1s0\niface enp1s0 inet dhcp\n",
  dhcpClients: client,
  ...leases('lease {\n  interface "enp1s0";\n  fixed-address 192.0.2.190;\n}\n'),
};
const planned = (differs: object, inputs: object = {}) =>
  planUpdate(
    parseFacts(recordedHost("dhcpDebian12", { ...well, ...differs })),
    bridge.inputs.parse({ connection: { host: "kvm1.example" }, ...inputs }),
    "urn:x::br",
    "br0",
  );

test("a lease goes over from the NIC's client to the bridge's, with an address that has no end until then", () => {
  const { change } = planned({});
  expect(change.handOver).toEqual({ client: "dhclient", from: "enp1s0", to: "br0" });
  expect(change.apply).toContain("address replace 192.0.2.190/24 broadcast 192.0.2.255 dev br0 metric 100");
});

test("a bridge that has its lease already gets its NIC back without one, where a hand has taken that out", () => {
  const { change } = planned({});
  const facts = parseFacts(recordedHost("dhcpDebian12", well));
  const [record] = [...change.files].filter(([path]) => path.endsWith("/br0.json")).map(([, text]) => JSON.parse(text));
  const links = facts.links.flatMap((one) =>
    one.name === "enp1s0"
      ? [
          { ...one, addresses: [], lease: undefined },
          { ...one, name: "br0", kind: "bridge", stp: false, forwardDelay: 0 },
        ]
      : [one],
  );
  const now = withInterfaces(
    {
      ...{ ...facts, links, records: new Map([["br0", record]]), ifstate: new Map([["br0", "br0"]]) },
      dhcpClients: facts.dhcpClients?.map((one) => clientOn(one, "enp1s0", "br0")) ?? [],
    },
    new Map([...facts.interfaces, ...[...change.files].filter(([path]) => facts.interfaces.has(path))]),
  );
  const wanted = bridge.inputs.parse({ connection: { host: "kvm1.example" } });
  const again = planUpdate(now, wanted, "urn:x::br", "br0");
  expect(again.differences).toEqual(["the uplink enp1s0 is not a port of br0"]);
  expect(again.change.handOver).toBeUndefined();
  expect(() => planUpdate({ ...now, dhcpClients: [] }, wanted, "urn:x::br", "br0")).toThrow(
    /^uplink: br0 asks DHCP by ifupdown's files, and no DHCP client runs for it/,
  );
});

test("dhcpcd's lease is what DHCP gave, whatever it has made up beside it while no server answered", () => {
  const dumped = `reason=BOUND
interface=enp1s0
protocol=dhcp
ip_address=192.0.2.190
domain_name_servers='192.0.2.1 192.0.2.2'

reason=IPV4LL
interface=enp1s0
protocol=ipv4ll
ip_address=169.254.23.28
`;
  const asked = (text: string) =>
    planned({ dhcpClients: "dhcpcd dhcpcd: enp1s0 [ip4] [ip6]\n", "dhcpcdLease:enp1s0": text }).change.handOver;
  expect(asked(dumped)).toEqual({ client: "dhcpcd", from: "enp1s0", to: "br0" });
  const [dhcp = "", madeUp = ""] = dumped.split("\n\n");
  expect(asked(`${madeUp}\n${dhcp}\n`)).toEqual({ client: "dhcpcd", from: "enp1s0", to: "br0" });
  expect(() => asked(madeUp)).toThrow(/has no address of a lease that this tells of/);
});

describe("what would give the host another address is refused, with what to do", () => {
  test.each([
    ["no client runs", { dhcpClients: "" }, {}, /no DHCP client runs for it\. Run ifdown and ifup enp1s0/],
    [
      "a client of another kind",
      { dhcpClients: "udhcpc udhcpc -n -i enp1s0\n" },
      {},
      /asks DHCP by udhcpc.*Install dhcpcd-base or/,
    ],
    [
      "a client that a hand has started",
      { dhcpClients: "dhclient dhclient enp1s0\n" },
      {},
      /keeps its lease in a file of its own, and ifupdown's in \/var\/lib\/dhcp\/dhclient\.enp1s0\.leases/,
    ],
    [
      "two clients",
      { dhcpClients: `${client}dhcpcd dhcpcd: enp1s0 [ip4]\n` },
      {},
      /beside ifupdown's client\. Have ifupdown's alone/,
    ],
    [
      "a client that has all links",
      { dhcpClients: "dhcpcd dhcpcd: [manager] [ip4]\n" },
      {},
      /dhcpcd of another one than ifupdown, for all links/,
    ],
    [
      "DHCPv6 beside it",
      { dhcpClients: `${client}dhclient dhclient -6 ${process} ${file} enp1s0\n` },
      {},
      /beside ifupdown's client/,
    ],
    [
      "a lease of another address than it has",
      leases('lease {\n  interface "enp1s0";\n  fixed-address 192.0.2.7;\n}\n'),
      {},
      /has no address of a lease that this tells of/,
    ],
    ["a lease that can't be read", leases("lease {\n"), {}, /has no address of a lease that this tells of/],
    [
      "a file of the client's that names the NIC",
      { mentions: "enp1s0 /etc/dhcp/dhclient.conf\n" },
      {},
      /\/etc\/dhcp\/dhclient\.conf says what dhclient does on enp1s0.*for all links/,
    ],
    ["another MAC address", {}, { macAddress: "02:00:00:00:00:77" }, /^macAddress: .*Leave macAddress out/],
    ["other addressing", {}, { addressing: { dhcp4: true } }, /^addressing: .*Leave addressing out/],
  ] as const)("%s", (_, differs, inputs, words) => {
    expect(() => planned(differs, inputs)).toThrow(words);
  });
});
