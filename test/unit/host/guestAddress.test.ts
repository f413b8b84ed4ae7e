import { spawnSync } from "node:child_process";
import { type Claimable, canHave } from "../../../provider/host/guestAddress/claimable";
import { waitForGuestAddress } from "../../../provider/host/guestAddress/guestAddress";
import { readLibvirtAddresses } from "../../../provider/host/guestAddress/libvirtAddresses";
import type { Host } from "../../../provider/host/host";
import { Hosts } from "../../../provider/host/hosts";
import { claimable } from "../../../provider/plan/guestAddress";
import { nicState } from "../../../provider/resources/nic/model";
import { ensurePackages } from "../../lab/ensurePackages";
import { addressOf, factsWith, link } from "../support/facts";
import { answer, SshServer } from "../support/sshServer";

const mac = "52:54:00:00:00:01";
const other = "52:54:00:00:00:02";
const nic = (of: string) => ({
  ...{ mac: of, type: "bridge", network: undefined, bridge: "br0", device: undefined, model: "virtio", tap: "vnet0" },
  ...{ linkState: "up" as const, element: {} },
});
const vm = (name: string, of: string) => ({ name, uuid: name, running: true, live: [nic(of)], inactive: [nic(of)] });
const facts = factsWith({
  links: [
    link("lo", { loopback: true, addresses: [addressOf("127.0.0.1/8"), addressOf("192.0.2.200/32")] }),
    link("br0", { kind: "bridge", addresses: [addressOf("192.0.2.10/24"), addressOf("2001:db8::10/64")] }),
    link("eno2", { addresses: [addressOf("198.51.100.10/24")] }),
  ],
  neighbours: [
    { mac: other, address: "192.0.2.66", device: "br0", reachable: true },
    { mac: "02:00:00:00:00:99", address: "192.0.2.77", device: "br0", reachable: true },
    { mac, address: "192.0.2.55", device: "br0", reachable: true },
  ],
  libvirt: { networks: [], domains: [vm("web", mac), vm("mail", other)], silent: false },
});

const forged = [
  ...["127.0.0.1", "127.9.9.9", "0.0.0.0", "0.0.0.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255"],
  ...[
    "169.254.1.1",
    "192.0.2.10",
    "192.0.2.200",
    "198.51.100.10",
    "192.0.2.66",
    "192.0.2.0",
    "192.0.2.255",
    "198.51.100.7",
  ],
];

/** As a host may say, or a state of before have it: a guest's own claims are of IPv4. */
const six = [
  "::1",
  "::",
  "ff02::1",
  "fe80::1",
  "::ffff:127.0.0.1",
  "::ffff:192.0.2.10",
  "2001:db8::10",
  "192.0.2",
  "web",
];

test.each([...forged, ...six])("a guest that claims %s does not have it", (address) => {
  expect(canHave(address, claimable(facts, "br0", mac))).toBe(false);
});

test("a guest has an address of its LAN, also one that somebody else on the LAN had, or that it has as the router", () => {
  const claims = claimable(facts, "br0", mac);
  expect(claims.networks).toEqual(["192.0.2.0/24"]);
  expect(["192.0.2.55", "192.0.2.77"].map((address) => canHave(address, claims))).toEqual([true, true]);
});

test("where the bridge has no address its network is not known: what is nobody's, or somebody's, is refused all the same", () => {
  const claims = claimable({ ...facts, links: [...facts.links, link("br1", { kind: "bridge" })] }, "br1", mac);
  expect(canHave("203.0.113.7", claims)).toBe(true);
  const network = ["192.0.2.0", "192.0.2.255", "198.51.100.7"];
  expect(forged.filter((address) => canHave(address, claims))).toEqual(network);
});

test("what a state of before has of such addresses is dropped", () => {
  const [web] = facts.libvirt?.domains ?? [];
  if (!web) throw new Error("no VM");
  const inputs = {
    connection: { host: "kvm1" },
    domain: "web",
    bridge: "br0",
    model: "virtio",
    linkState: "up",
  } as const;
  const state = nicState(
    facts,
    { ...inputs, waitForAddress: 60 },
    { domain: web, live: web.live[0], inactive: web.inactive[0] },
    { macAddress: mac, ipAddresses: ["127.0.0.1", "192.0.2.55"] },
  );
  expect(state.ipAddresses).toEqual(["192.0.2.55"]);
});

describe("an address that was empty once", () => {
  const inputs = {
    connection: { host: "kvm1" },
    domain: "web",
    bridge: "br0",
    model: "virtio",
    linkState: "up",
  } as const;
  const read = (kept: string[], neighbours: typeof facts.neighbours, running = true) => {
    const web = vm("web", mac);
    const found = { domain: { ...web, running }, live: running ? web.live[0] : undefined, inactive: web.inactive[0] };
    const kvm = { ...facts, neighbours };
    return nicState(kvm, { ...inputs, waitForAddress: 60 }, found, { macAddress: mac, ipAddresses: kept }).ipAddresses;
  };
  const known = (address: string, parts = {}) => ({ mac, address, device: "br0", reachable: true, ...parts });

  test("is taken from the host's neighbour table, whoever reads it", () => {
    expect(read([], [known("192.0.2.55")])).toEqual(["192.0.2.55"]);
    expect(read([], [known("192.0.2.55", { reachable: false }), known("192.0.2.56")])).toEqual(["192.0.2.56"]);
  });

  test("of IPv6 comes after those of IPv4, where it lasts, and what is known already keeps its place", () => {
    const stable = "2001:db8::5054:ff:fe00:1";
    const all = ["2001:db8::5d1c:9a3b:77f0:1e2d", stable, "2001:db8::10", "fe80::5054:ff:fe00:1"].map((one) =>
      known(one),
    );
    expect(read([], all)).toEqual([stable]);
    expect(read([], [...all, known("192.0.2.55")])).toEqual(["192.0.2.55", stable]);
    expect(read(["192.0.2.55"], [...all, known("192.0.2.5")])).toEqual(["192.0.2.55", stable]);
    expect(read([stable], [known("192.0.2.55"), known("2001:db8::7")])).toEqual([stable, "192.0.2.55"]);
    expect(read([stable, "192.0.2.55"], all)).toEqual([stable, "192.0.2.55"]);
    expect(read([], [known("2001:db8::7"), known("2001:db8:1::7"), known("fd00::7")])).toEqual(["2001:db8::7"]);
  });

  test("is not taken from another link, nor of what is no address of the guest's", () => {
    expect(
      read([], [known("192.0.2.55", { device: "br1" }), known("169.254.1.1"), known("192.0.2.10"), known("fe80::1")]),
    ).toEqual([]);
  });

  test("stays the one that is known, and what was last known of a VM that is off", () => {
    expect(read(["192.0.2.55"], [known("192.0.2.56")])).toEqual(["192.0.2.55"]);
    expect(read([], [known("192.0.2.55")], false)).toEqual([]);
  });
});

test("libvirt's sources are asked in one virsh for all, and tell of each NIC alone", async () => {
  const [uuid, second] = ["00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"];
  const last = "52:54:00:00:00:03";
  const printed = [
    `agent: lo         00:00:00:00:00:00    ipv4         127.0.0.1/8`,
    ` eth0       ${mac.toUpperCase()}    ipv4         192.0.2.55/24`,
    ` eth0       ${mac}    ipv6         fe80::1/64`,
    `lease: eth1       ${other}    ipv4         192.0.2.66/24`,
    `agent: eth1       ${last}    N/A          N/A`,
    "lease:agent:lease:",
  ].join("\n");
  const asked: string[] = [];
  await using server = await SshServer.start({
    onExec: (channel, _client, command) => {
      asked.push(command);
      answer(printed)(channel);
    },
  });
  const hosts = new Hosts();
  const host = await hosts.reach(server.connection);
  const of = (macAddress: string, domainId = uuid) => readLibvirtAddresses(host, { domainId, macAddress });
  expect(await Promise.all([of(mac), of(other, second), of(last, second)])).toEqual([
    { addresses: ["192.0.2.55", "fe80::1"], byAgent: true },
    { addresses: ["192.0.2.66"], byAgent: false },
    { addresses: [], byAgent: true },
  ]);
  const about = (id: string) =>
    ["agent", "lease"].map((source) => `echo ${source}:; domifaddr ${id} --full --source ${source}`).join("; ");
  expect(asked).toEqual([expect.stringContaining(`${about(uuid)}; ${about(second)}`)]);
  expect(await of(mac, "web; undefine web")).toEqual({ addresses: [], byAgent: false });
  expect(asked).toHaveLength(1);
  hosts.close();
});

test("what the host says that a guest claimed is looked at again", async () => {
  await using server = await SshServer.start({ onExec: answer("127.0.0.1\n192.0.2.55\n192.0.2.10\n") });
  const hosts = new Hosts();
  const host = await hosts.reach(server.connection);
  const query = { macAddress: mac, claimable: claimable(facts, "br0", mac), seconds: 1 };
  const { signal } = new AbortController();
  expect(await waitForGuestAddress(host, { ...query, signal })).toEqual(["192.0.2.55"]);
  hosts.close();
});

/** Says as a guest, in ARP and in neighbour advertisements: a MAC address, and what it claims. */
const announce = `
use Socket;
my ($mac, @claims) = @ARGV;
my $hardware = pack "H*", $mac =~ s/://gr;
socket my $socket, 17, 3, 0x0608 or die $!;
bind $socket, pack("SnlSCCa8", 17, 0, $ENV{INDEX}, 0, 0, 0, "") or die $!;
sub arp {
  my $ip = inet_aton shift;
  return pack("n n n C C n", 0x806, 1, 0x800, 6, 4, 1) . $hardware . $ip . ("\\0" x 6) . $ip;
}
sub advertisement {
  my $ip = Socket::inet_pton AF_INET6, shift;
  my $all = Socket::inet_pton AF_INET6, "ff02::1";
  return pack("n N n C C", 0x86dd, 6 << 28, 24, 58, 255) . $ip . $all . pack("C C n N", 136, 0, 0, 1 << 29) . $ip;
}
for (@claims) {
  send $socket, ("\\xff" x 6) . $hardware . (/:/ ? advertisement($_) : arp($_)), 0 or die $!;
}`;

// It has nft.
beforeAll(() => ensurePackages(), 120_000);

/** A bridge with a guest's port in a network namespace of its own. */
const scene = `
ip link add br0 type bridge && ip link set br0 up
ip link add v0 type veth peer name v1 && ip link set v0 master br0 up && ip link set v1 up
INDEX=$(ip -o link show v1 | cut -d: -f1) && export INDEX
perl=$1 again=$2 claims=$3; shift 3
"$@" & waiting=$!
until [ -n "$(nft list tables)" ]; do kill -0 $waiting || exit 1; sleep 0.05; done
if [ "$again" = flushed ]; then
  nft flush ruleset
  until [ -n "$(nft list tables)" ] || ! kill -0 $waiting 2>/dev/null; do sleep 0.05; done
fi
perl -e "$perl" -- ${mac} $claims
wait $waiting`;

/** What is heard of a guest that claims such addresses, one after the other. */
async function heard(claims: readonly string[], of: Partial<Claimable> = {}, { seconds = 30, again = "kept" } = {}) {
  const run = async (argv: readonly string[]) => {
    const inside = [announce, again, claims.join(" "), ...argv];
    const { status, stdout } = spawnSync("unshare", ["-n", "sh", "-c", scene, "scene", ...inside], {
      encoding: "utf8",
    });
    return { code: status, stdout };
  };
  const query = { macAddress: mac, claimable: { ...claimable(facts, "br0", mac), ...of }, seconds };
  return waitForGuestAddress({ run } as unknown as Host, { ...query, signal: new AbortController().signal });
}

const inNobodys = forged.filter((one) => !/\.(0|255)$/.test(one));

test.each<[string, Partial<Claimable>, string[], string]>([
  ["of the LAN is waited for through all that is none of it", {}, inNobodys, "kept"],
  ["is learned although a firewall was loaded anew meanwhile", {}, [], "flushed"],
  [
    "is taken where the network is not known",
    { networks: [], networks6: [] },
    inNobodys.filter((one) => one !== "198.51.100.7"),
    "kept",
  ],
])("on a real bridge, an address %s", async (_, of, claims, again) => {
  expect(await heard([...claims, "192.0.2.55"], of, { again })).toEqual(["192.0.2.55"]);
});

const [stable, low] = ["2001:db8::5054:ff:fe00:1", "2001:db8::20"];
const temporary = ["2001:db8::5d1c:9a3b:77f0:1e2d", "fe80::5054:ff:fe00:1", "2001:db8::10", "2001:db8:1::20"];

describe("on a real bridge, an address of IPv6", () => {
  test("is heard in neighbour discovery where the LAN has nothing else, through all that is not for good", async () => {
    expect(await heard([...temporary, stable], { networks: [] })).toEqual([stable]);
    expect(await heard([...temporary, low], { networks: [] })).toEqual([low]);
  });

  test("is told beside the one of IPv4, and alone when the time for that is over", async () => {
    expect(await heard([...temporary, stable, low, "192.0.2.55"])).toEqual(["192.0.2.55", low, stable]);
    expect(await heard([...temporary, stable], {}, { seconds: 1 })).toEqual([stable]);
  });

  test("that is another machine's or nobody's for good is not taken", async () => {
    expect(await heard(temporary, {}, { seconds: 1 })).toEqual([]);
    expect(await heard([low], { taken6: [low] }, { seconds: 1 })).toEqual([]);
  });
});
