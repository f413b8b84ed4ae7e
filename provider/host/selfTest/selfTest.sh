#!/bin/sh
# Tries a bridge as a VM would, from a network namespace with a NIC in it, and takes it all away again:
#   sh -c "$(cat selfTest.sh)" kvmnet "$(cat selfTest.pl)" BRIDGE MTU MAC SECONDS ADDRESS GATEWAY NAMESERVER NAME
# ADDRESS "dhcp": a lease is taken, and given back; else GATEWAY and NAMESERVER may be "-", as NAME may. What it prints is selfTest.pl's.
LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL PATH
script=$1 bridge=$2 mtu=$3 mac=$4 seconds=$5
shift 5
place=kvmnet-test-$$ port=kvmt$$

cleanup() {
	ip netns del "$place" 2>/dev/null
	ip link del dev "$port" 2>/dev/null
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM PIPE

# The host's end has a high MAC address, or the bridge might take it for its own, and the bridge's MTU for the same reason.
ip netns add "$place" &&
	ip link add name "$port" address "fe${mac#??}" mtu "$mtu" type veth peer name eth0 address "$mac" mtu "$mtu" netns "$place" &&
	ip -n "$place" link set dev lo up &&
	ip -n "$place" link set dev eth0 up &&
	ip link set dev "$port" master "$bridge" up || exit 2

# With STP a port forwards after a while.
end=$(($(date +%s) + seconds))
until bridge link show dev "$port" | grep -q 'state forwarding'; do
	if [ "$(date +%s)" -ge "$end" ]; then
		echo "port failed $port does not forward in $seconds s"
		exit 0
	fi
	sleep 0.1
done
ip netns exec "$place" perl -e "$script" -- eth0 "$mac" "$seconds" "$@"
