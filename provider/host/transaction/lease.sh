#!/bin/sh
# Who may change this host's network: one engine at a time, from before it reads the facts that it plans from until its
# change is armed. Then the marker of the armed change takes the lease's place. A lease whose engine is gone runs out.
#
# In /run/kvmnet: lease (whose it is, until when by the time since the boot, who that is in words), seen.ID (what the host
# was like when the lease was given). Sourced by transaction.sh, and sent with kernel.sh by an engine that wants it.

lease_folder=/run/kvmnet
lease_seconds=30

up_seconds() {
	cut -d. -f1 /proc/uptime
}

lease_holder() { # prints whose it is, where it has not run out
	read -r holder until who 2>/dev/null <"$lease_folder/lease" || return 0
	[ "$(up_seconds)" -ge "${until:-0}" ] || echo "$holder $who"
}

# One that could not go back to its end is tried again now and then: that holds nobody up.
is_under_way() { # a transaction's ID
	case $(cat "/var/lib/kvmnet/transactions/$1/state" 2>/dev/null) in incomplete | rolled-back | confirmed) return 1 ;; esac
	timeout -k 1 5 systemctl -q is-active "kvmnet-rollback-$1.timer" "kvmnet-rollback-$1.service" "kvmnet-undo-$1.service"
}

lease_take() { # ID, who wants it
	umask 077
	if ! { mkdir -p "$lease_folder" && exec 7>>"$lease_folder/lock" && flock -w 5 7; }; then
		echo "$lease_folder can't be written"
		return 3
	fi
	held=$(lease_holder)
	case $held in "" | "$1 "*) ;; *) echo "${held#* }"; return 4 ;; esac
	armed_id=$(cat /var/lib/kvmnet/armed/id 2>/dev/null)
	if [ -n "$armed_id" ] && is_under_way "$armed_id"; then
		echo "transaction $armed_id"
		return 4
	fi
	rm -f "$lease_folder"/seen.*
	lease_write "$1" "$2" && lease_look >"$lease_folder/seen.$1"
}

lease_write() { # ID, who has it
	printf '%s %s %s\n' "$1" "$(($(up_seconds) + lease_seconds))" "$2" >"$lease_folder/lease.new" && mv "$lease_folder/lease.new" "$lease_folder/lease"
}

lease_drop() { # ID
	case $(lease_holder) in "$1 "*) rm -f "$lease_folder/lease" ;; esac
	rm -f "$lease_folder/seen.$1"
}

# What a plan is made from, without what time alone changes.
lease_look() {
	{ kernel_links; kernel_addresses; kernel_routes; } | grep -v ' proto ra\|^6 address.*	' | cut -f1 | sort
	find -L /lib/netplan /etc/netplan /run/netplan /etc/network/interfaces /etc/network/interfaces.d \
		/etc/NetworkManager/system-connections /etc/systemd/network /run/systemd/network /var/lib/kvmnet/bridges -type f 2>/dev/null | sort | tr '\n' '\0' |
		xargs -0 -r sha256sum 2>/dev/null
}

# What of it is not so any more, where it is about the links of the change, or about files: a line each.
lease_outdated() { # ID, file with names of links
	[ -e "$lease_folder/seen.$1" ] || { echo "another change was begun meanwhile"; return; }
	lease_look | diff "$lease_folder/seen.$1" - | sed -n 's/^[<>] //p' | awk -v links="$2" '
	BEGIN { while ((getline link < links) > 0) touched[link] }
	{
		own = $2 ~ /^\// && NF == 2
		for (i = 1; i <= NF; i++) if ($i in touched) own = 1
		sub(/^([l46]|[0-9a-f]*) +/, ""); if (own && !seen[$0]++) print
	}'
}
