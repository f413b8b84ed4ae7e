import { parseFacts } from "../../../provider/host/facts/parseFacts";
import { bridge } from "../../../provider/resources/bridge/definition";
import { planBridge } from "../../../provider/resources/bridge/plan";
import { recordedHost } from "../support/recordedHosts";

/** A DHCP host whose networkd keeps no files of leases, and what it tells of them. */
const host = (leases: object | string | null) =>
  parseFacts(recordedHost("dhcpDebian13", { "lease:/run/systemd/netif/leases/2": null, leases }));
const inputs = bridge.inputs.parse({ connection: { host: "kvm1.example" } });
const told = (client: object | undefined, source = "DHCPv4") => ({
  Interfaces: [
    {
      Index: 2,
      Addresses: [{ Family: 2, Address: [192, 0, 2, 190], ConfigSource: source }],
      DNS: [
        { Family: 2, Address: [192, 0, 2, 1], ConfigSource: "DHCPv4" },
        { Family: 2, Address: [192, 0, 2, 2], ConfigSource: "static" },
      ],
      DHCPv4Client: client,
    },
  ],
});
const linkIn = (facts: ReturnType<typeof parseFacts>) => facts.links.find(({ name }) => name === "enp1s0");
const leaseIn = (facts: ReturnType<typeof parseFacts>) => linkIn(facts)?.lease;

test("a lease that networkd tells of is the link's, with the identity by which it is asked for", () => {
  const lease = { address: "192.0.2.190", clientId: "ff0102", nameservers: ["192.0.2.1"] };
  expect(linkIn(host(told({ ClientIdentifier: [255, 1, 2], Lease: {} })))).toMatchObject({ asksBy: "ff0102", lease });
  expect(leaseIn(parseFacts(recordedHost("dhcpForky")))).toEqual({
    ...lease,
    clientId: expect.stringMatching(/^fff4747b43/),
  });
});

test.each([
  [
    "1400",
    [
      { tag: 6, data: "c0000201" },
      { tag: 26, data: "0578" },
    ],
    1400,
  ],
  ["none", [{ tag: 6, data: "c0000201" }], undefined],
  ["none that can be read", [{ tag: 26, data: "05780578" }], undefined],
  ["none, by no answer", undefined, undefined],
])("the MTU that came with a lease is told as well: %s", (_, options, mtu) => {
  const answer = options && { Message: { options } };
  expect(leaseIn(host(told({ ClientIdentifier: [255, 1, 2], Lease: { ...answer } })))?.mtu).toBe(mtu);
});

test.each([
  ["that has no lease yet", told({ ClientIdentifier: [255, 1, 2] })],
  ["whose address is another's", told({ ClientIdentifier: [255, 1, 2], Lease: {} }, "foreign")],
  ["of a release that tells nothing of DHCP", { Interfaces: [{ Index: 2 }] }],
  ["that is not told of", null],
])("a link %s has none", (_, leases) => {
  expect(leaseIn(host(leases))).toBeUndefined();
});

describe("a lease that a change took away", () => {
  const undone = (address: string) =>
    parseFacts(
      recordedHost("dhcpDebian13", {
        "lease:/run/systemd/netif/leases/2": null,
        "keptLease:/run/kvmnet/leases/enp1s0": `ADDRESS=${address}\nCLIENTID=ff010203040506\n`,
      }),
    );

  test("tells by which identity the host has its address, until it has a new one", () => {
    expect(planBridge(undone("192.0.2.190"), inputs, "urn:x::br").config).toMatchObject({
      "/etc/systemd/network/10-netplan-br0.network.d/kvmnet-identity.conf": expect.stringContaining("IAID=16909060\n"),
    });
  });

  test("is asked for by an identity that networkd tells, without a lease too", () => {
    // As systemd 262 tells of a host that has gone back while the DHCP server was silent.
    const asking = host(told({ ClientIdentifier: [255, 1, 2, 3, 4, 0, 2] }, "foreign"));
    expect(leaseIn(asking)).toBeUndefined();
    expect(planBridge(asking, inputs, "urn:x::br").config).toMatchObject({
      "/etc/systemd/network/10-netplan-br0.network.d/kvmnet-identity.conf": expect.stringContaining(
        "[DHCPv4]\nIAID=16909060\nSendRelease=no\n",
      ),
    });
  });

  test("says nothing of another address", () => {
    expect(leaseIn(undone("192.0.2.191"))).toBeUndefined();
  });
});

test("what can't be read is told, and nothing of the network is begun", () => {
  const facts = host({ Interfaces: [{ Index: "two" }] });
  expect(facts.unreadable).toMatchObject([{ part: "links", what: expect.stringContaining("Interfaces.0.Index") }]);
  expect(() => planBridge(facts, inputs, "urn:x::br")).toThrow(/what networkd tells of its leases can't be read/);
});

test.each([
  ["nobody tells", null],
  ["the lease's identity is not told", told({ Lease: {} })],
])("where %s, a DHCP host is refused before anything is armed", (_, leases) => {
  expect(() => planBridge(host(leases), inputs, "urn:x::br")).toThrow(
    /^uplink: enp1s0 has its address from DHCP, and networkd does not tell by which identity/,
  );
  const addressing = { addresses: ["192.0.2.20/24"], routes: [], nameservers: [] };
  const fixed = bridge.inputs.parse({ connection: { host: "kvm1.example" }, addressing });
  expect(planBridge(host(leases), fixed, "urn:x::br").wanted.dhcp4).toBe(false);
});

test("a bridge from before its host's systemd gave leases back is told not to", () => {
  const path = "/etc/systemd/network/10-netplan-br0.network.d/kvmnet-identity.conf";
  const facts = parseFacts(recordedHost("bridged"));
  const links = facts.links.map((link) => (link.name === "br0" ? { ...link, asksBy: link.lease?.clientId } : link));
  const { differences, config } = planBridge({ ...facts, links }, inputs, "urn:x::br");
  expect(differences).toEqual([`${path} was changed by hand`]);
  expect(config[path]).toContain("[DHCPv4]\nSendRelease=no\nIAID=4101274435\n");
});
