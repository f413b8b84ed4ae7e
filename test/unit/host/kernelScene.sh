#!/bin/sh
# A network with one of each that a host may have, in a namespace that ends with this; prints what the test asks for.
# Run as: unshare --user --map-root-user --net --mount sh kernelScene.sh KERNEL_SH STEP
set -eu
kernel=$1
step=$2
cd "$(mktemp -d)"
trap 'rm -rf "$PWD"' EXIT
mount -t sysfs sysfs /sys
# shellcheck source=/dev/null
. "$kernel"

ip link set dev lo up
ip link add br0 type bridge forward_delay 0 ageing_time 1000 priority 4096
for name in nic ctr other; do
	ip link add "$name" type veth peer name "$name-peer"
	ip link set dev "$name-peer" up addrgenmode none
	ip link set dev "$name" up addrgenmode none
done
ip link set dev nic master br0
ip link set dev ctr master br0
ip link set dev br0 up addrgenmode none
bridge link set dev ctr isolated on learning off cost 77 priority 9
bridge link set dev nic hairpin on
echo 8 >/sys/class/net/br0/bridge/group_fwd_mask
echo 0 >/sys/class/net/br0/bridge/multicast_snooping
echo 1 >/proc/sys/net/ipv4/conf/br0/proxy_arp
bridge fdb add 02:00:00:00:00:99 dev ctr master static
ip -batch - <<LINES
address add 192.0.2.100/24 dev br0 metric 100 broadcast +
address add 192.0.2.101/24 dev br0 label br0:x valid_lft 3000 preferred_lft 2000
address add 192.0.2.1 peer 203.0.113.1/32 dev br0
address add 169.254.7.7/16 dev br0 scope link
address add 2001:db8::1/64 dev br0 nodad noprefixroute
address add 198.51.100.1/24 dev other
route add default via 192.0.2.254 dev br0 mtu lock 1400 initcwnd 20 onlink
route add default via 192.0.2.253 dev br0 metric 50 proto dhcp src 192.0.2.100
route add default via 192.0.2.9 dev br0 table 100
route add 198.51.101.0/24 via inet6 fe80::1 dev br0
route add 203.0.112.0/24 nexthop via 192.0.2.3 dev br0 weight 3 nexthop via 192.0.2.4 dev br0
route add blackhole 203.0.114.0/24
route add unreachable 2001:db8:9::/48
route add ::/0 via fe80::2 dev br0 metric 300 mtu 1400 expires 1000
route add 2001:db8:5::/64 nexthop via fe80::3 dev br0 nexthop via fe80::4 dev br0
rule add from 192.0.2.100 lookup 100
rule add not fwmark 0xca6c lookup 51820
rule add lookup main suppress_prefixlength 0
neigh add 192.0.2.77 lladdr 02:00:00:00:00:77 nud permanent dev br0
neigh add 2001:db8::77 lladdr 02:00:00:00:00:77 nud permanent dev br0
neigh add proxy 192.0.2.78 dev br0
token set ::5 dev br0
LINES

ip -6 rule add from 2001:db8::/64 iif br0 lookup 100

# As iproute2 shows it, but for what time and a link that is made anew change.
picture() {
	{
		ip -d link show && ip -d address show && ip -d route show table all && ip -6 -d route show table all && ip rule show && ip -6 rule show
		ip neigh show nud permanent && ip neigh show proxy && ip token && bridge -d link && bridge fdb show | grep static
		cat /proc/sys/net/ipv4/conf/br0/proxy_arp
	} | sed -E 's/^[0-9]+: //; s/[0-9]+sec/Nsec/g; s/(_timer|gc_timer) +[0-9.]+//g; s/(state|operstate) [A-Za-z]+//g; s/@if[0-9]+//; s/port_(id|no) [0-9a-fx]+//g; s/designated_port [0-9]+//; s/ linkdown//' | sort
}

set +e
: >log
: >leaving
kernel_save kernel.before
case $step in
round)
	picture >before
	ip link delete br0
	ip rule flush
	ip route delete blackhole 203.0.114.0/24
	ip route delete unreachable 2001:db8:9::/48
	ip address flush dev other
	kernel_hold kernel.before 5 || cat log
	picture >after
	diff before after && echo same
	;;
twice)
	kernel_missing kernel.before
	;;
doubled)
	ip link set dev br0 up
	ip route prepend default via 192.0.2.254 dev br0 onlink
	kernel_hold kernel.before 5
	ip route show default table main
	;;
doubledRival)
	# Another NIC has that route too, but for its way.
	ip link set dev br0 up
	ip route append default via 198.51.100.9 dev other
	kernel_save kernel.before
	ip route prepend default via 192.0.2.254 dev br0 onlink
	kernel_hold kernel.before 5
	ip route show default table main
	;;
forms)
	# networkd has made it in its own form before it is saved.
	ip route prepend default via 192.0.2.254 dev br0 onlink
	kernel_routes | grep '0/0 via 192.0.2.254'
	;;
rivals)
	# Another NIC in the same LAN: the kernel takes its routes for the bridge's, but for their ways.
	ip -batch - <<-LINES
		route append default via 198.51.100.9 dev other mtu 1300
		route append default via 198.51.100.9 dev other metric 50 proto dhcp
		route append 192.0.2.254 dev other metric 60
		route prepend 192.0.2.254 dev br0 metric 60
		route prepend 203.0.113.9 dev other metric 60
		route append 203.0.113.9 dev br0 metric 60
		route append 2001:db8:6::/64 dev other metric 60
		route append 2001:db8:6::/64 dev br0 metric 60
	LINES
	kernel_save kernel.before
	kernel_missing kernel.before
	picture >before
	for lost in br0 other; do
		ip route show | awk -v lost="$lost" '$0 ~ "dev " lost " " && !/kernel/ && !/nexthop/ { print "route delete " $0 }' | sed 's/linkdown//' | ip -batch -
		ip -6 route del 2001:db8:6::/64 dev "$lost" metric 60
		kernel_hold kernel.before 5 || cat log
		picture >after
		diff before after && echo same
		ip route show 192.0.2.254 metric 60
		ip route show 203.0.113.9 metric 60
	done
	;;
touched)
	# The bridge goes away, as in a destroy; and somebody takes away what has nothing to do with it.
	: >tidy.batch
	echo br0 >delete.apply
	echo "link set dev nic nomaster" >apply.batch
	ip link delete br0
	kernel_plan kernel.planned kernel.before
	kernel_missing kernel.planned | sed 's/^/at once: /'
	ip rule delete from 192.0.2.100 lookup 100
	ip address flush dev other
	kernel_missing kernel.planned daemon
	;;
joined)
	# A bridge is made; whose ports two links are by others' doing, one of them in a bridge that is not the change's.
	ip link delete br0
	kernel_save kernel.before
	: >delete.apply
	: >tidy.batch
	echo "link set dev br1 up" >apply.batch
	ip link add br1 type bridge
	ip link add br2 type bridge
	ip -batch apply.batch
	kernel_plan kernel.planned kernel.before
	ip link set dev ctr master br1
	ip link set dev nic master br2
	kernel_missing kernel.planned daemon | grep master
	;;
leased)
	# A hand gave the NIC what the bridge asks DHCP for: the daemon makes it its own, with a metric and an end.
	ip address flush dev other
	: >delete.apply
	: >tidy.batch
	printf 'address replace %s dev other\n' 198.51.100.1/24 198.51.100.2/24 >apply.batch
	ip -batch apply.batch
	kernel_plan kernel.planned kernel.before
	ip address flush dev other
	ip address add 198.51.100.1/24 broadcast + metric 100 valid_lft 3000 preferred_lft 2000 dev other
	kernel_missing kernel.planned daemon
	;;
esac
