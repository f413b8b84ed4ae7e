import { readFileSync } from "node:fs";
import { join } from "node:path";
import { HomelabStack } from "../lab/homelabStack";
import type { Host } from "../lab/host";
import { Lan } from "../lab/lan";
import { networkPicture, settledPicture } from "../lab/networkPicture";
import { succeeds } from "../lab/succeeds";
import { homelabOf } from "../unit/stacks/exampleConfig";

const seconds = 1000;

const netplan = `# by hand
network:
  version: 2
  renderer: networkd
  ethernets:
    enp1s0:
      addresses: [192.0.2.100/24]
      routes:
        - to: default
          via: 192.0.2.1
      nameservers:
        addresses: [192.0.2.1]
    enp2s0:
      addresses: [203.0.113.2/24] # the disks
`;
const file = "/etc/netplan/01-netcfg.yaml";

type Bridges = Record<string, Record<string, unknown>>;

/** The example's host: its connection is the lab's, and a machine that is emulated gets more time. VMs run on no such machine. */
function homeWith(more: Bridges = {}) {
  const example = readFileSync(join(__dirname, "../../examples/wholeHome/Pulumi.home.yaml"), "utf8");
  const { kvm1 } = homelabOf(example).hosts as { kvm1: { bridges: Bridges; networks: object } };
  const bridges = Object.entries({ ...kvm1.bridges, ...more }).map(([name, bridge]) => [
    name,
    { netfilter: false, ...bridge, confirm: { timeout: 400, ...(bridge.confirm as object) } },
  ]);
  return { hosts: { kvm1: { bridges: Object.fromEntries(bridges), networks: kvm1.networks } } };
}

describe("examples/wholeHome on a machine in QEMU", () => {
  let lan: Lan;
  let host: Host;
  let stack: HomelabStack;

  beforeAll(async () => {
    lan = await Lan.start();
    host = await lan.startHost({ name: "kvm1", kind: "qemu", netplan });
    await lan.taggedStandIn({ address: "198.51.100.210", tag: 20 });
    await lan.taggedStandIn({ address: "198.51.100.202", tag: 30 });
    await lan.standIn({ address: "203.0.113.9", answers: "ping" });
    stack = await HomelabStack.start({ lan, hosts: [host], config: homeWith(), timeout: 1700 * seconds });
  }, 900 * seconds);

  afterAll(async () => {
    await stack?.[Symbol.asyncDispose]();
    await lan?.[Symbol.asyncDispose]();
  }, 60 * seconds);

  const isAtHome = async () => {
    const addresses = await host.addresses();
    expect(addresses).toMatch(/^br0 .*192\.0\.2\.100\/24/m);
    expect(addresses).toMatch(/^br30 .*198\.51\.100\.201\/29/m);
    expect(addresses).toMatch(/^storage .*203\.0\.113\.2\/24/m);
    for (const without of ["br20", "alone", "enp1s0", "enp2s0", "enp1s0\\.20", "enp1s0\\.30"])
      expect(addresses).not.toMatch(new RegExp(`^${without}(@\\S+)? .*\\d\\.`, "m"));
    const links = await host.must(["ip", "-o", "-d", "link"]);
    expect(links).toMatch(/ enp1s0: .* master br0 /);
    expect(links).toMatch(/ enp2s0: .* master storage /);
    expect(links).toMatch(/ enp1s0\.20@enp1s0: .* master br20 .* vlan protocol 802\.1Q id 20 /);
    expect(links).toMatch(/ enp1s0\.30@enp1s0: .* master br30 .* vlan protocol 802\.1Q id 30 /);
    expect(links).not.toMatch(/ master alone /);
    await host.must(["ping", "-c1", "-W5", "198.51.100.202"]);
    await succeeds(stack.preview(["--expect-no-changes"]));
  };

  test(
    "is made in one up, one bridge after the other, and the host keeps its addresses",
    async () => {
      await succeeds(stack.up());
      await isAtHome();
      expect((await stack.outputs()).hosts.kvm1.bridges.br30.addresses).toEqual(["198.51.100.201/29"]);
    },
    1800 * seconds,
  );

  test(
    "what is on br20 is in VLAN 20, though the VLAN's NIC is a port of br0",
    async () => {
      const script = `set -e; ip netns add vm; ip link add vm0 type veth peer name eth0 netns vm; ip link set dev vm0 up master br20
        ip -n vm address add 198.51.100.211/29 dev eth0; ip -n vm address add 198.51.100.203/29 dev eth0; ip -n vm link set dev eth0 up`;
      await host.must(["sh", "-c", script]);
      await host.must(["ip", "netns", "exec", "vm", "ping", "-c1", "-W10", "198.51.100.210"]);
      const other = await host.exec(["ip", "netns", "exec", "vm", "ping", "-c1", "-W2", "198.51.100.202"]);
      expect(other.code).toBe(1);
      // The kernel takes a namespace's links away some time after it; a link by itself, at once.
      await host.must(["ip", "link", "delete", "vm0"]);
      await host.must(["ip", "netns", "delete", "vm"]);
    },
    120 * seconds,
  );

  test(
    "a VLAN whose DHCP nobody answers is undone by the host, and the others are as they were",
    async () => {
      // A networkd that does not answer in time, as may be in an emulated machine, is started anew, its links held until a boot.
      const held = /run\/systemd\/network\/\S+\.network\.d/;
      const before = await networkPicture(host, held);
      await stack.configure(
        homeWith({
          br40: {
            uplink: { link: "enp1s0", vlan: 40 },
            addressing: { dhcp4: true },
            confirm: { timeout: 90 },
          },
        }),
      );
      // What it lacked when the time was over depends on how far it was: the lease in the end.
      expect((await stack.up()).code).not.toBe(0);
      // An engine that a slow host does not answer any more leaves it to the host.
      await host.must([
        "sh",
        "-c",
        "for _ in $(seq 300); do [ -e /var/lib/kvmnet/armed ] || exit 0; sleep 1; done; exit 1",
      ]);
      expect(await settledPicture(host, before, held)).toEqual(before);
      await stack.configure(homeWith());
      await succeeds(stack.up());
      await isAtHome();
    },
    1800 * seconds,
  );

  test(
    "a reboot finds the same",
    async () => {
      await host.reboot();
      expect(host.address).toBe("192.0.2.100");
      await isAtHome();
    },
    300 * seconds,
  );

  test(
    "destroy gives both NICs their addresses back, and the file byte for byte",
    async () => {
      await succeeds(stack.destroy());
      expect(await host.readFile(file)).toBe(netplan);
      expect(await host.must(["ls", "/etc/netplan", "/etc/systemd/network"])).not.toContain("kvmnet");
      expect(await host.addresses()).toMatch(/^enp1s0 .*192\.0\.2\.100\/24/m);
      expect(await host.addresses()).toMatch(/^enp2s0 .*203\.0\.113\.2\/24/m);
      expect(await host.must(["ip", "-o", "link"])).not.toMatch(/ (enp1s0\.\d+|br\d+|storage|alone)[@:]/);
    },
    1800 * seconds,
  );
});
