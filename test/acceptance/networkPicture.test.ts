import type { Host } from "../lab/host";
import { Lan } from "../lab/lan";
import { networkPicture } from "../lab/networkPicture";

/** On a host with a bridge and a second NIC: each is seen, and after it the picture is another one. */
const planted = [
  "ip address add 198.51.100.7/24 dev enp2s0",
  "ip address add 198.51.100.8/24 dev enp2s0 label enp2s0:x",
  "ip address add 198.51.100.9 peer 198.51.100.10 dev enp2s0",
  "ip address change 198.51.100.7/24 dev enp2s0 valid_lft 600 preferred_lft 600",
  "ip address change 198.51.100.7/24 dev enp2s0 metric 50",
  "ip route add 198.51.100.128/25 dev br0 mtu 1400",
  "ip route change 198.51.100.128/25 dev br0 mtu 1400 initcwnd 20",
  "ip route add blackhole 203.0.113.0/24",
  "ip route add default via 192.0.2.9 dev br0 onlink metric 700",
  "ip route add default via inet6 fe80::1 dev br0 metric 701",
  "ip route add default via 192.0.2.9 dev br0 table 100",
  "ip rule add from 192.0.2.100 lookup 100",
  "ip -6 rule add from 2001:db8::1 lookup 100",
  "ip neigh add 192.0.2.77 lladdr 02:00:00:00:00:77 dev br0 nud permanent",
  "ip link set dev enp2s0 mtu 1400",
  "ip link set dev enp2s0 alias other",
  "ip link set dev br0 type bridge ageing_time 1000",
  "ip link set dev br0 type bridge priority 4096",
  "ip link set dev br0 type bridge stp_state 1",
  "bridge link set dev enp1s0 isolated on",
  "bridge link set dev enp1s0 learning off",
  "bridge link set dev enp1s0 cost 7",
  "ip link add v0 type veth peer name v1",
  "ip link set dev v0 master br0",
  "echo 0 >/proc/sys/net/ipv4/conf/br0/rp_filter; echo 2 >/proc/sys/net/ipv4/conf/br0/rp_filter",
  "echo 1 >/proc/sys/net/ipv6/conf/enp2s0/accept_ra_rt_info_max_plen",
  "echo '# mine' >>/etc/netplan/01-netcfg.yaml",
  "chmod 640 /etc/netplan/01-netcfg.yaml",
  "chgrp adm /etc/netplan/01-netcfg.yaml",
  "mkdir /etc/site; mv /etc/netplan/01-netcfg.yaml /etc/site/; ln -s ../site/01-netcfg.yaml /etc/netplan/01-netcfg.yaml",
  "echo '# mine' >>/etc/site/01-netcfg.yaml",
  "mkdir -p /etc/systemd/network/x.network.d",
  "touch /etc/systemd/network/x.network.d/empty.conf",
  "echo >>/run/systemd/network/10-netplan-br0.network",
  "mkdir -p /var/lib/kvmnet/armed",
  "ln -s /dev/null /etc/systemd/system/kvmnet-boot.service",
];

describe("the picture of a host's network", () => {
  let lan: Lan;
  let host: Host;

  beforeAll(async () => {
    lan = await Lan.start();
    const netplan = `network:
  version: 2
  ethernets: { enp1s0: {}, enp2s0: {} }
  bridges:
    br0:
      interfaces: [enp1s0]
      parameters: { stp: false, forward-delay: 0 }
      addresses: [192.0.2.100/24]
      routes: [{ to: default, via: 192.0.2.1 }]
`;
    host = await lan.startHost({
      name: "kvm1",
      extraNics: ["enp2s0"],
      addressing: { address: "192.0.2.100/24" },
      netplan,
    });
  }, 900_000);

  afterAll(() => lan?.[Symbol.asyncDispose]());

  test("is the same again, whatever was counted meanwhile", async () => {
    const before = await networkPicture(host);
    expect(await host.ssh(["true"])).toMatchObject({ code: 0 });
    expect(await networkPicture(host)).toBe(before);
  }, 60_000);

  test("is another one after each thing that a hand may do", async () => {
    const unseen: string[] = [];
    let before = await networkPicture(host);
    for (const command of planted) {
      await host.must(["sh", "-ec", command]);
      const now = await networkPicture(host);
      if (now === before) unseen.push(command);
      before = now;
    }
    expect(unseen).toEqual([]);
  }, 120_000);
});
