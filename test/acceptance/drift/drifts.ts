export interface Drift {
  /** What a hand did on the host. */
  readonly what: string;
  /** The sentence that a plain preview shows with --diff. */
  readonly seenAs: RegExp;
  /** What is true again after up. */
  readonly healed: string;
}

/** What a hand did in one go, and one `up` heals. */
export interface Visit {
  readonly name: string;
  readonly by: string;
  readonly drifts: readonly Drift[];
  /** Whether it takes a change of the host's network that the host would undo. */
  readonly transaction: boolean;
}

const bridgeFile = "/etc/netplan/80-kvmnet-br0.yaml";
const find = `tap=$(virsh domiflist web | awk '/52:54/ {print $1}')
kind=$(virsh domiflist web | awk '/52:54/ {print $2}')
mac=$(virsh domiflist web --inactive | awk '/52:54/ {print $5}')
address=$(ip -4 -o address show dev br0 scope global | awk '{print $4; exit}')
nic() { echo "<interface type='network'><mac address='$mac'/><source network='$1'/><model type='virtio'/><link state='$2'/></interface>"; }
define() { virsh net-dumpxml --inactive lan | sed "s/<bridge name='[^']*'/<bridge name='$1'/" >/run/lan.xml; virsh net-define /run/lan.xml; }
live() { virsh dumpxml web | grep -A6 "$mac"; }
persistent() { virsh dumpxml --inactive web | grep -A6 "$mac"; }
master() { basename "$(readlink "/sys/class/net/$1/master")"; }
`;
/** A shell script with what it needs to know of the host. */
export const script = (text: string) => `set -e\n${find}${text}`;

/** At the console, somebody gives the NIC the address that the bridge had, again and again: networkd, once it sees the bridge gone, takes it off. */
const rescue =
  'for try in $(seq 30); do ip address replace "$address" dev enp1s0; ip route replace default via 192.0.2.1 dev enp1s0 metric 10; sleep 0.1; done';

export const visits: readonly Visit[] = [
  {
    name: "the bridge's settings",
    by: "ip link set dev br0 type bridge stp_state 1; ip link set dev br0 type bridge forward_delay 200; ip link set dev br0 address 02:00:00:00:00:99",
    drifts: [
      {
        what: "STP switched on",
        seenAs: /STP on br0 is on/,
        healed: "[ $(cat /sys/class/net/br0/bridge/stp_state) = 0 ]",
      },
      {
        what: "the forward delay changed",
        seenAs: /the forward delay of br0 is 2 s instead of 0 s/,
        healed: "[ $(cat /sys/class/net/br0/bridge/forward_delay) = 0 ]",
      },
      {
        what: "the MAC address changed",
        seenAs: /br0 has the MAC address 02:00:00:00:00:99 instead of [0-9a-f:]{17}/,
        healed: "cmp /sys/class/net/br0/address /sys/class/net/enp1s0/address",
      },
    ],
    transaction: true,
  },
  {
    // With another MAC address on the bridge, networkd begins DHCP anew, and puts the MTU back by itself.
    name: "netplan's files, and the MTU",
    by: `ip link set dev br0 mtu 1400; sed -i 's/stp: false/stp: true/' ${bridgeFile}; sed -i 's/enp1s0: {}/enp1s0: {dhcp4: true}/' /etc/netplan/01-netcfg.yaml; ip address add 192.0.2.99/32 dev enp1s0`,
    drifts: [
      {
        what: "the bridge's YAML edited",
        seenAs: /80-kvmnet-br0\.yaml was changed by hand/,
        healed: `grep -q "stp: false" ${bridgeFile}`,
      },
      {
        what: "DHCP on the port, in its YAML",
        seenAs: /01-netcfg\.yaml gives the port enp1s0 addressing of its own/,
        healed: "! grep -q dhcp4 /etc/netplan/01-netcfg.yaml",
      },
      {
        what: "an address on the port",
        seenAs: /192\.0\.2\.99\/32 is on the port enp1s0/,
        healed: '! ip -br address | grep -q "192.0.2.99"',
      },
      {
        what: "the MTU changed",
        seenAs: /the MTU of br0 is 1400 instead of 1500/,
        healed: "[ $(cat /sys/class/net/br0/mtu) = 1500 ]",
      },
    ],
    transaction: true,
  },
  {
    name: "the network, and the bridge's YAML removed",
    by: `rm ${bridgeFile}; virsh net-destroy lan; define other0; virsh net-autostart lan --disable`,
    drifts: [
      {
        what: "the bridge's YAML removed",
        seenAs: /80-kvmnet-br0\.yaml is not there/,
        healed: `grep -q "stp: false" ${bridgeFile}`,
      },
      {
        what: "the network on another bridge",
        seenAs: /the network lan is on the bridge other0 instead of br0/,
        healed: "virsh net-info lan | grep -q 'Bridge:.*br0'",
      },
      {
        what: "the network not active",
        seenAs: /the network lan is not active/,
        healed: "virsh net-info lan | grep -q 'Active:.*yes'",
      },
      {
        what: "the network not started with the host",
        seenAs: /the network lan is not started with the host/,
        healed: "virsh net-info lan | grep -q 'Autostart:.*yes'",
      },
    ],
    transaction: true,
  },
  {
    name: "the running network and the running NIC",
    by: "virsh net-destroy lan; define other0; virsh net-start lan; virsh detach-interface web network --mac $mac --config; nic other down >/run/nic.xml; virsh update-device web /run/nic.xml --live",
    drifts: [
      {
        what: "the running network on another bridge",
        seenAs: /the network lan is on the bridge other0 instead of br0/,
        healed: "virsh net-dumpxml lan | grep -q br0",
      },
      {
        what: "the NIC only in the running VM",
        seenAs: /the definition of web does not have the NIC/,
        healed: "persistent | grep -q lan",
      },
      {
        what: "the running NIC on another network",
        seenAs: /in the running web the NIC is on network other instead of network lan/,
        healed: "[ $(master $tap) = br0 ]",
      },
      {
        what: "the NIC's link down",
        seenAs: /in the running web the NIC's link is down/,
        healed: "virsh domif-getlink web $mac | grep -q up",
      },
    ],
    transaction: false,
  },
  {
    name: "what the next start would take",
    by: "define other0; nic other up >/run/nic.xml; virsh update-device web /run/nic.xml --config; ip link set dev $tap nomaster",
    drifts: [
      {
        what: "the network live unlike persistent",
        seenAs: /the definition of the network lan, for its next start, is on the bridge other0 instead of br0/,
        healed: "virsh net-dumpxml --inactive lan | grep -q br0",
      },
      {
        what: "the NIC's definition on another network",
        seenAs: /in the definition of web the NIC is on network other instead of network lan/,
        healed: "persistent | grep -q lan",
      },
      {
        what: "the TAP out of its bridge",
        seenAs: /the TAP vnet\d+ is in no bridge instead of in br0/,
        healed: "[ $(master $tap) = br0 ]",
      },
    ],
    transaction: false,
  },
  {
    name: "the NIC of the running VM",
    by: 'virsh detach-interface web $kind --mac $mac --live; while [ "$(live)" ]; do sleep 0.1; done',
    drifts: [
      {
        what: "the NIC only in the definition",
        seenAs: /the running web does not have the NIC/,
        healed: "[ $(master $tap) = br0 ]",
      },
    ],
    transaction: false,
  },
  {
    name: "the bridge gone",
    by: `ip link delete br0; ${rescue}`,
    drifts: [
      {
        what: "the bridge gone, the address on the NIC",
        seenAs: /the bridge br0 is not there/,
        healed:
          "[ $(master enp1s0) = br0 ] && [ $(master $tap) = br0 ] && ! ip -br -4 address show dev enp1s0 | grep -q /",
      },
    ],
    transaction: true,
  },
  {
    name: "the bridge made anew, empty",
    by: `ip link delete br0; ip link add br0 type bridge; ${rescue}`,
    drifts: [
      {
        what: "the bridge without its port",
        seenAs: /the uplink enp1s0 is not a port of br0/,
        healed: "[ $(master enp1s0) = br0 ] && ! ip -br -4 address show dev enp1s0 | grep -q /",
      },
      {
        what: "the bridge without its TAPs",
        seenAs: /the TAP vnet\d+ is in no bridge instead of in br0/,
        healed: "[ $(master $tap) = br0 ]",
      },
    ],
    transaction: true,
  },
];
