#!/bin/sh
# Waits for the IPv4 address of a guest that is bridged to the LAN: sh -c "$(cat guestAddress.sh)" kvmnet MAC SECONDS
# Prints it and ends with 0, or ends with 1 when the time is over.
#
# libvirt does not know it: the lease is another machine's. So a table of the bridge family, which lets everything
# pass, notes who says in ARP to have which address. It sends nothing, and goes when this ends.
LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL PATH
mac=$1
table=kvmnet_guest_$$

forget() {
	nft delete table bridge "$table" 2>/dev/null
}
trap forget EXIT
trap 'exit 1' HUP INT TERM PIPE

nft -f - <<RULES || exit 2
table bridge $table {
	set seen {
		type ether_addr . ipv4_addr
		flags dynamic
		size 256
	}
	chain learn {
		type filter hook prerouting priority -300; policy accept;
		ether saddr $mac arp saddr ip != 0.0.0.0 update @seen { arp saddr ether . arp saddr ip }
	}
}
RULES

deadline=$(($(date +%s) + $2))
while :; do
	found=$(nft list set bridge "$table" seen | grep -o "$mac \. [0-9.]*" | sed 's/.* //' | sort -u)
	if [ -n "$found" ]; then
		printf '%s\n' "$found"
		exit 0
	fi
	[ "$(date +%s)" -lt "$deadline" ] || exit 1
	sleep 0.3
done
