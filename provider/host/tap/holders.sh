#!/bin/sh
# Who holds the ports of a bridge that are not its uplink: "TAP PID COMMAND VM" a line, VM being libvirt's name for it or nothing.
# Asks the kernel alone. Run as: sh -c "$(cat holders.sh)" sh TAP...
LC_ALL=C
export LC_ALL
for tap; do
	# proc(5): of a descriptor of /dev/net/tun, "iff:" is its interface.
	grep -lsE "^iff:[[:space:]]*$(printf '%s' "$tap" | sed 's/[.]/\\./g')\$" /proc/[0-9]*/fdinfo/* | while IFS=/ read -r _ _ pid _; do
		vm=$(grep -lsx "$pid" /run/libvirt/qemu/*.pid | head -n 1)
		vm=${vm##*/}
		printf '%s %s %s %s\n' "$tap" "$pid" "$(tr ' ' _ <"/proc/$pid/comm")" "${vm%.pid}"
	done | sort -u
done
