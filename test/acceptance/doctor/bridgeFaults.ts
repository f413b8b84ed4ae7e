import type { StandIn } from "../../lab/standIn";
import { calls, type Fault } from "./fault";

/** As networkd had it: it does not look after an address that a hand took away. */
const itsAddress =
  'ip address add "$address/24" brd + dev br0 valid_lft 3600 preferred_lft 3600; ip route replace default via 192.0.2.1 dev br0 proto dhcp src "$address"';

let other: StandIn | undefined;

/** Between the wire and the bridge, and what a firewall does to it. $tap is the VM's TAP, $mac its MAC address, $address the host's. */
export const bridgeFaults: readonly Fault[] = [
  {
    fault: "an address on the bridge's port",
    make: "ip address add 192.0.2.99/32 dev enp1s0",
    unmake: "ip address del 192.0.2.99/32 dev enp1s0",
    mends: true,
    finds: ["address-on-port"],
  },
  {
    fault: "iptables blocks bridge traffic",
    make: `${calls(1, "iptables")}; iptables -I FORWARD -j REJECT`,
    unmake: `iptables -D FORWARD -j REJECT; ${calls(0, "iptables")}`,
    finds: ["forward-drops"],
  },
  {
    fault: "a policy of drop, v4 and v6",
    make: `${calls(1, "iptables", "ip6tables")}; iptables -P FORWARD DROP; ip6tables -P FORWARD DROP`,
    unmake: `iptables -P FORWARD ACCEPT; ip6tables -P FORWARD ACCEPT; ${calls(0, "iptables", "ip6tables")}`,
    finds: ["forward-drops", "forward-drops"],
  },
  {
    fault: "an nft chain that drops",
    make: `${calls(1, "iptables")}; nft add table inet own; nft add chain inet own forwarding '{ type filter hook forward priority 5; policy drop; }'`,
    unmake: `nft delete table inet own; ${calls(0, "iptables")}`,
    finds: ["forward-drops"],
  },
  {
    fault: "a chain of the bridge family that drops what one VM sends",
    make: `nft add table bridge own; nft add chain bridge own pre '{ type filter hook prerouting priority 0; }'; nft add rule bridge own pre iifname "$tap" drop`,
    unmake: "nft delete table bridge own",
    finds: ["hook-drops"],
  },
  {
    fault: "a filter of tc's on the uplink that sends frames elsewhere",
    make: "tc qdisc add dev enp1s0 clsact; tc filter add dev enp1s0 ingress protocol ip u32 match ip dst 203.0.113.9/32 action mirred egress redirect dev lo",
    unmake: "tc qdisc del dev enp1s0 clsact",
    finds: ["packet-path"],
  },
  {
    fault: "bridge-nf-call-iptables",
    make: calls(1, "iptables"),
    unmake: calls(0, "iptables"),
    finds: ["bridge-nf-call"],
  },
  {
    fault: "bridge-nf-call for v6 and ARP",
    make: calls(1, "ip6tables", "arptables"),
    unmake: calls(0, "ip6tables", "arptables"),
    finds: ["bridge-nf-call"],
  },
  {
    fault: "the uplink's cable out",
    make: async ({ host }) => {
      const way = ["address add 192.0.2.95/32 dev enp2s0", "link set dev enp2s0 up"];
      const back = "route add 192.0.2.10 dev enp2s0 src 192.0.2.95";
      await host.must(["ip", "-batch", "-"], { input: [...way, back].join("\n") });
      await host.setCarrier(false);
    },
    unmake: async ({ host }) => {
      await host.setCarrier(true);
      await host.must([
        "sh",
        "-euc",
        "ip address flush dev enp2s0; ip link set enp2s0 down; while ! bridge link show dev enp1s0 | grep -q forwarding; do sleep 0.1; done",
      ]);
    },
    finds: ["port-without-carrier"],
    at: "192.0.2.95",
  },
  {
    fault: "an address of a DHCP client on the bridge's port",
    make: "ip address add 192.0.2.98/32 dev enp1s0 valid_lft 3600 preferred_lft 3600",
    unmake: "ip address del 192.0.2.98/32 dev enp1s0",
    mends: true,
    finds: ["address-on-port"],
  },
  {
    fault: "a bridge without its address",
    make: "ip address add 192.0.2.97/32 dev lo; ip address flush dev br0 scope global; ip route add 192.0.2.0/24 dev br0 src 192.0.2.97",
    unmake: `ip address del 192.0.2.97/32 dev lo; ip route del 192.0.2.0/24 dev br0 src 192.0.2.97 || true; ${itsAddress}`,
    finds: ["bridge-without-address"],
    at: "192.0.2.97",
  },
  {
    fault: "a bridge whose address moved",
    make: 'ip address add 192.0.2.97/24 dev br0; ip address del "$address/24" dev br0; ip address replace 192.0.2.97/24 dev br0',
    unmake: `ip address flush dev br0 scope global; ${itsAddress}`,
    finds: ["address-moved", "next-boot"],
    at: "192.0.2.97",
  },
  {
    fault: "a port that somebody disabled",
    make: 'bridge link set dev "$tap" state 0',
    unmake: 'bridge link set dev "$tap" state 3',
    mends: true,
    finds: ["port-disabled"],
  },
  {
    fault: "another MAC address than the uplink's",
    make: async ({ host, lan }) => {
      await host.must(["ip", "link", "set", "dev", "br0", "address", "02:00:00:00:00:77"]);
      await lan.engine.must(["ip", "neigh", "flush", "dev", "lan0"]);
    },
    unmake: async ({ host, lan }) => {
      const mac = "$(cat /sys/class/net/enp1s0/address)";
      await host.must(["sh", "-c", `ip link set dev br0 address ${mac}`]);
      await lan.engine.must(["ip", "neigh", "flush", "dev", "lan0"]);
    },
    mends: true,
    finds: ["bridge-mac"],
  },
  {
    fault: "two machines with one address",
    make: async ({ lan, host }) => {
      await host.must(["ip", "address", "add", "192.0.2.96/32", "dev", "br0"]);
      other = await lan.standIn({ address: "192.0.2.96", answers: "arp-only" });
    },
    unmake: async ({ host }) => {
      await other?.[Symbol.asyncDispose]();
      await host.must(["ip", "address", "del", "192.0.2.96/32", "dev", "br0"]);
    },
    finds: ["same-address"],
    heard: true,
  },
  {
    fault: "a switch that takes one MAC address for a port",
    make: ({ host }) => host.filterForeignMacs(true),
    unmake: ({ host }) => host.filterForeignMacs(false),
    finds: ["foreign-mac"],
    heard: true,
  },
  {
    fault: "STP holds a port back",
    make: 'ip link set br0 type bridge stp_state 1 forward_delay 3000; ip link set "$tap" nomaster; ip link set "$tap" master br0',
    unmake:
      'ip link set br0 type bridge forward_delay 200; ip link set br0 type bridge stp_state 0; ip link set br0 type bridge forward_delay 0; ip link set "$tap" nomaster; ip link set "$tap" master br0',
    finds: ["port-held-back"],
  },
  {
    fault: "another MTU",
    make: 'ip link set "$tap" mtu 1400',
    unmake: 'ip link set "$tap" mtu 1500; ip link set br0 mtu 1500',
    finds: ["mtu"],
  },
];
