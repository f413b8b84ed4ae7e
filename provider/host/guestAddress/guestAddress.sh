#!/bin/sh
# Waits for the address of a guest that is bridged to the LAN:
# sh -c "$(cat guestAddress.sh)" kvmnet MAC SECONDS "NETWORK…" "TAKEN…" "NETWORK6…" "TAKEN6…" INTERFACE-ID 4|6
# Prints it and ends with 0, or ends with 1 when the time is over. Without networks, any address will do that nobody has.
# 4: it waits for one of IPv4, and prints what it heard of IPv6 beside it, or when the time is over; 6: either will do.
#
# libvirt does not know it: the lease is another machine's. So a table of the bridge family, which lets everything
# pass, notes who says in ARP or neighbour discovery to have which address. It sends nothing, and goes when this ends.
LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL PATH
mac=$1
networks=$3
taken=$4
networks6=$5
taken6=$6
id=$7
enough=$8
table=kvmnet_guest_$$

forget() {
	nft delete table bridge "$table" 2>/dev/null
}
trap forget EXIT
trap 'exit 1' HUP INT TERM PIPE

claims="ether saddr $mac arp saddr ip"
# A router solicits neighbours for others, but from its own address too.
claims6="ether saddr $mac icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } ip6 saddr"
rules() {
	# Nobody's: a guest that says these means somebody else.
	for one in 0.0.0.0/8 127.0.0.0/8 169.254.0.0/16 224.0.0.0/3 $taken; do
		printf '%s %s accept\n' "$claims" "$one"
	done
	for one in ${networks:-0.0.0.0/0}; do
		printf '%s %s update @seen { arp saddr ether . arp saddr ip }\n' "$claims" "$one"
	done
	for one in $taken6; do
		printf '%s %s accept\n' "$claims6" "$one"
	done
	# A random one may be gone tomorrow: of the MAC address, or numbered low.
	for one in ${networks6:-2000::/3 fc00::/7}; do
		for kept in "::ffff:ffff:ffff:ffff == $id" "::ffff:ffff:ffff:0 == ::"; do
			printf '%s %s ip6 saddr & %s update @seen6 { ether saddr . ip6 saddr }\n' "$claims6" "$one" "$kept"
		done
	done
}

learn() {
	nft -f - <<RULES
table bridge $table {
	set seen {
		type ether_addr . ipv4_addr
		flags dynamic
		size 256
	}
	set seen6 {
		type ether_addr . ipv6_addr
		flags dynamic
		size 256
	}
	chain learn {
		type filter hook prerouting priority -300; policy accept;
		$(rules)
	}
}
RULES
}

# Of a set of the table, what the guest has in it.
seen() {
	printf '%s\n' "$all" | grep -o "$mac \. $1" | sed 's/.* //' | sort -u
}

learn || exit 2
deadline=$(($(date +%s) + $2))
while :; do
	# Whoever loads a firewall anew flushes this too.
	all=$(nft list table bridge "$table" 2>/dev/null) || learn 2>/dev/null
	four=$(seen '[0-9]*\.[0-9.]*')
	six=$(seen '[0-9a-f]*:[0-9a-f:]*')
	over=
	[ "$(date +%s)" -lt "$deadline" ] || over=yes
	if [ -n "$four" ] || { [ -n "$six" ] && [ "$enough$over" != 4 ]; }; then
		# shellcheck disable=SC2086 # one a line, and none of what is not there
		printf '%s\n' $four $six
		exit 0
	fi
	[ -z "$over" ] || exit 1
	sleep 0.3
done
