import { HomelabStack } from "../lab/homelabStack";
import type { Host } from "../lab/host";
import { Lan } from "../lab/lan";
import { networkPicture, settledPicture } from "../lab/networkPicture";
import { releasesFor } from "../lab/releases";
import { strikeAt } from "../lab/strike";
import { succeeds } from "../lab/succeeds";

const seconds = 1000;

const netplan = `network:
  version: 2
  renderer: networkd
  ethernets:
    enp1s0:
      addresses: [192.0.2.100/24]
      nameservers:
        addresses: [192.0.2.1]
      routes:
        - to: default
          via: 192.0.2.1
          mtu: 1400
          on-link: true
    enp2s0:
      addresses: [198.51.100.2/30]
`;

/** What hands make on a host, on its NIC and beside it, with each attribute that iproute2 has a word for. */
const byHand = (device: string) => `
ip -batch - <<LINES
address add 203.0.113.1 peer 203.0.113.2/32 dev ${device}
address add 192.0.2.200/24 dev ${device} label ${device}:x metric 77
address add 2001:db8::100/64 dev ${device} nodad
address add 203.0.113.9/30 dev enp2s0
route add 198.51.100.64/26 via 192.0.2.1 dev ${device} mtu 1300 initcwnd 20 metric 7
route add 198.51.100.128/26 via inet6 fe80::1 dev ${device}
route add 198.51.100.192/27 nexthop via 192.0.2.1 dev ${device} weight 2 nexthop via 192.0.2.3 dev ${device} weight 1
route add default via 192.0.2.1 dev ${device} table 100 proto boot
route add blackhole 203.0.113.128/25
route add 203.0.113.64/28 dev enp2s0
route add 2001:db8:1::/64 via fe80::1 dev ${device} metric 300 mtu 1350
route add unreachable 2001:db8:2::/48
rule add from 192.0.2.100 lookup 100
rule add not fwmark 0xca6c lookup 51820
neigh add 192.0.2.77 lladdr 02:00:00:00:00:77 nud permanent dev ${device}
neigh add 2001:db8::77 lladdr 02:00:00:00:00:77 nud permanent dev ${device}
LINES
ip -6 rule add from 2001:db8::100 lookup 100`;

/** A container's end of a veth, and what hands set on a bridge and on its ports. An uplink with hairpin would send the LAN its own frames. */
const onBridge = `
ip link add ctr0 type veth peer name ctr0-peer
ip link set ctr0 up master br0
ip link set ctr0-peer up
bridge link set dev ctr0 isolated on learning off cost 77 hairpin on
bridge link set dev enp1s0 priority 9
bridge fdb add 02:00:00:00:00:99 dev ctr0 master static
ip link set br0 type bridge ageing_time 12300 priority 4096 mcast_snooping 0
echo 8 >/sys/class/net/br0/bridge/group_fwd_mask
echo 1 >/proc/sys/net/ipv4/conf/br0/proxy_arp`;

const addressing = `
for look in $(seq 100); do ip address | grep -q tentative || break; sleep 0.1; done
{ ip -d address show; ip -d route show table all; ip -6 -d route show table all | grep -v -e 'proto kernel' -e multicast
  ip rule; ip -6 rule; ip neigh show nud permanent
} | sed -E 's/^[0-9]+: //; s/[0-9]+sec/Nsec/g; s/ linkdown//' | sort`;

/** What moved is on the bridge as it was on the NIC. */
const addressingOf = async (host: Host) =>
  (await host.must(["sh", "-c", addressing]))
    .split("\n")
    .filter(
      (line) =>
        /^(default|unicast|blackhole|unreachable|\d+:.*lookup|[0-9a-f.:]+ dev .*PERMANENT)|^ +(inet|nexthop)/.test(
          line,
        ) && !/fe80::[0-9a-f:]+\/64 scope link/.test(line),
    );

describe.each(releasesFor(__filename))("an untidy host on %s", (release) => {
  let lan: Lan;
  let host: Host;
  let stack: HomelabStack;
  let before: string;
  let had: string[];

  beforeAll(async () => {
    lan = await Lan.start();
    host = await lan.startHost({ name: "kvm1", release, netplan, extraNics: ["enp2s0"] });
    stack = await HomelabStack.start({
      lan,
      hosts: [host],
      config: { hosts: { kvm1: { bridge: { netfilter: false, forceDelete: true, confirm: { timeout: 30 } } } } },
    });
    await host.must(["sh", "-ec", byHand("enp1s0")]);
    before = await networkPicture(host);
    had = await addressingOf(host);
  }, 900 * seconds);

  afterAll(async () => {
    await stack?.[Symbol.asyncDispose]();
    await lan?.[Symbol.asyncDispose]();
  }, 60 * seconds);

  const undone = async (change: () => Promise<{ code: number | null; stdout: string }>) => {
    const undo = "sh /var/lib/kvmnet/armed/transaction/transaction.sh rollback 'struck'";
    const { struck } = await strikeAt(host, "applied", undo);
    const [{ code, stdout }] = await Promise.all([change(), struck]);
    expect(code).not.toBe(0);
    expect(stdout).toContain("the host is as before: struck");
  };

  test(
    "is as before after a change that was undone",
    async () => {
      await undone(() => stack.up());
      expect(await settledPicture(host, before)).toEqual(before);
    },
    120 * seconds,
  );

  test(
    "has on the bridge what its NIC had, once confirmed",
    async () => {
      await succeeds(stack.up());
      const wanted = had.map((line) => line.replaceAll("enp1s0", "br0")).sort();
      expect((await addressingOf(host)).sort()).toEqual(wanted);
    },
    120 * seconds,
  );

  test(
    "has its bridge with all that hands made of it after a destroy that was undone",
    async () => {
      await host.must(["sh", "-ec", onBridge]);
      const bridged = await networkPicture(host);
      await undone(() => stack.destroy());
      expect(await settledPicture(host, bridged)).toEqual(bridged);
    },
    120 * seconds,
  );

  test(
    "is as at the beginning after a destroy",
    async () => {
      await host.must(["ip", "link", "delete", "ctr0"]);
      await succeeds(stack.destroy());
      expect(await settledPicture(host, before)).toEqual(before);
    },
    120 * seconds,
  );
});
