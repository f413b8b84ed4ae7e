#!/bin/sh
# Waits for the IPv4 address of a guest that is bridged to the LAN:
# sh -c "$(cat guestAddress.sh)" kvmnet MAC SECONDS "NETWORK…" "TAKEN…"
# Prints it and ends with 0, or ends with 1 when the time is over. Without networks, any address will do that nobody has.
#
# libvirt does not know it: the lease is another machine's. So a table of the bridge family, which lets everything
# pass, notes who says in ARP to have which address. It sends nothing, and goes when this ends.
LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL PATH
mac=$1
networks=$3
taken=$4
table=kvmnet_guest_$$

forget() {
	nft delete table bridge "$table" 2>/dev/null
}
trap forget EXIT
trap 'exit 1' HUP INT TERM PIPE

claims="ether saddr $mac arp saddr ip"
rules() {
	# Nobody's: a guest that says these means somebody else.
	for one in 0.0.0.0/8 127.0.0.0/8 169.254.0.0/16 224.0.0.0/3 $taken; do
		printf '%s %s accept\n' "$claims" "$one"
	done
	for one in ${networks:-0.0.0.0/0}; do
		printf '%s %s update @seen { arp saddr ether . arp saddr ip }\n' "$claims" "$one"
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
	chain learn {
		type filter hook prerouting priority -300; policy accept;
		$(rules)
	}
}
RULES
}

learn || exit 2
deadline=$(($(date +%s) + $2))
while :; do
	# Whoever loads a firewall anew flushes this too.
	seen=$(nft list set bridge "$table" seen 2>/dev/null) || learn 2>/dev/null
	found=$(printf '%s\n' "$seen" | grep -o "$mac \. [0-9.]*" | sed 's/.* //' | sort -u)
	if [ -n "$found" ]; then
		printf '%s\n' "$found"
		exit 0
	fi
	[ "$(date +%s)" -lt "$deadline" ] || exit 1
	sleep 0.3
done
