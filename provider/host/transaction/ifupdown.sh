#!/bin/sh
# shellcheck disable=SC2154 # log, logged, limited, is, make_links: transaction.sh's and its parts'
# How ifupdown is told of a change: what networkd.sh has for networkd. Sourced by transaction.sh after it, where ifupdown has
# the links. Nothing of ifupdown runs by itself: it does what it is told, and keeps in a file of its own what it has up. Of
# keep.apply and keep.rollback, a line is a link that it is to have up then.

ifstate=/run/network/ifstate
ifup_words="--force --ignore-errors"

daemon_name() {
	cat owner
}

# Of a lease, its client on one link ends without giving it back, and the other link's goes on with it once ifup starts it:
# what the host has meanwhile, it has without an end.
daemon_hold() { # way
	[ -s handover ] || return 0
	read -r client from to <handover
	[ "$1" = apply ] || { old=$from from=$to to=$old; }
	dhcp_end "$client" "$from" && dhcp_hand_over "$client" "$from" "$to"
}

daemon_unhold() {
	:
}

daemon_make() { # way
	make_links "create.$1"
}

daemon_keep() {
	:
}

daemon_measure() {
	echo 0 >patience
}

daemon_freeze() {
	:
}

daemon_before() { # way
	:
}

# It finds what it would make, and takes that for a failure, which it is told to leave alone. What another link had, it has
# no more; ifdown would take that link's addresses off, which are none of it any more.
daemon_after() { # way
	case $1 in apply) from=keep.rollback to=keep.apply ;; *) from=keep.apply to=keep.rollback ;; esac
	while read -r name; do
		grep -qx "$name" "$to" || ifupdown_forget "$name" || return 1
	done <"$from"
	while read -r name; do
		ifupdown_up "$name" "$1" || return 1
	done <"$to"
}

# A DHCP client that it starts lives on when this one's unit ends. One that gets no answer is waited for no longer than that,
# and on the way back goes on asking: the host has its address meanwhile.
ifupdown_up() { # name, way
	if ifupdown_has "$1" && dhcp_runs "$1"; then
		dhcp_settle "$1"
		return 0
	fi
	unit=kvmnet-ifup-$id-$2-$1
	! ifupdown_waits || return 0
	# ifup starts another one beside a client that it does not know of.
	for client in dhclient dhcpcd; do
		! dhcp_process "$client" "$1" >/dev/null || dhcp_end "$client" "$1" || return 1
	done
	# shellcheck disable=SC2086 # words
	logged limited 20 systemd-run --quiet --collect --unit="$unit" --property=Type=oneshot --property=KillMode=process \
		--property=IgnoreOnIsolate=yes --property="StandardOutput=append:$dir/log" --property="StandardError=append:$dir/log" \
		ifup $ifup_words "$1"
	if ifupdown_has "$1"; then
		dhcp_settle "$1"
		return 0
	fi
	# Where it has ended, there is none.
	if [ "$2" = apply ]; then limited 3 systemctl kill --signal=KILL "$unit.service" 2>/dev/null; fi
	log "$(daemon_name) does not take $1 over"
	[ "$2" = rollback ] && ifupdown_waits
}

ifupdown_waits() {
	[ "$(limited 3 systemctl is-active "$unit.service")" = activating ]
}

ifupdown_has() { # name
	grep -qx "$1=$1" "$ifstate"
}

# As ifup writes it: another file in its place.
ifupdown_forget() { # name
	[ -e "$ifstate" ] || return 0
	awk -v name="$1" 'index($0, name "=") != 1' "$ifstate" >"$ifstate.kvmnet-new" && mv "$ifstate.kvmnet-new" "$ifstate" &&
		rm -f "$ifstate.$1"
}

# The processes of a link's client, by ifupdown's own name of the file that has its number; dhclient writes that only once it has a
# lease, and until then its command line tells. Those of containers have links of the same names, in networks of their own.
dhcp_process() { # client, link
	case $1 in dhclient) file=/run/dhclient.$2.pid ;; *) file=/run/dhcpcd/$2.pid ;; esac
	for number in $(cat "$file" 2>/dev/null) $(pgrep -x dhclient); do
		[ "$(cat "/proc/$number/comm" 2>/dev/null)" = "$1" ] || continue
		[ "$(readlink "/proc/$number/ns/net")" = "$(readlink /proc/self/ns/net)" ] || continue
		[ "$1" = dhcpcd ] || [ "$(tr '\0' '\n' <"/proc/$number/cmdline" | tail -n 1)" = "$2" ] || continue
		echo "$number"
	done | sort -u | grep .
}

dhcp_leases() { # client, link
	case $1 in dhclient) echo "/var/lib/dhcp/dhclient.$2.leases" ;; *) echo "/var/lib/dhcpcd/$2.lease" ;; esac
}

dhcp_runs() { # link
	for one in dhclient dhcpcd; do dhcp_process "$one" "$1" && return 0; done >/dev/null
	return 1
}

# Told to end, dhclient gives its lease back, and dhcpcd takes the address away where its own file does not say "persistent".
dhcp_end() { # client, link
	# An ifup that waits for it would go on to say that it has the link up.
	limited 3 systemctl kill --signal=KILL "kvmnet-ifup-$id-*-$2.service" 2>/dev/null || :
	for _ in $(seq 40); do
		if ! numbers=$(dhcp_process "$1" "$2"); then
			rm -f "/run/$1.$2.pid" "/run/$1/$2.pid" "/run/$1/$2.sock" "/run/$1/$2.unpriv.sock"
			return 0
		fi
		for number in $numbers; do kill -KILL "$number" || :; done
		sleep 0.05
	done
	log "$1 of $2 does not end"
	return 1
}

# What the DHCP server knows the host by is in dhclient's leases alone. One that is older than what it would take the place of
# is of another time.
dhcp_hand_over() { # client, from, to
	old=$(dhcp_leases "$1" "$2") new=$(dhcp_leases "$1" "$3")
	[ -e "$old" ] || return 0
	[ ! -e "$new" ] || [ -n "$(find "$old" -newer "$new")" ] || return 0
	cp -p "$old" "$new.kvmnet-new" || return 1
	if [ "$1" = dhclient ]; then
		awk -v from="\"$2\";" -v to="\"$3\";" '$1 == "interface" && $2 == from { sub(/".*/, to) } { print }' "$old" >"$new.kvmnet-new" || return 1
	fi
	mv "$new.kvmnet-new" "$new"
}

# dhclient finds the address that it was given, and leaves that without an end until it renews the lease. dhcpcd sets it.
dhcp_settle() { # link
	dhcp_process dhclient "$1" >/dev/null || return 0
	awk -v link="\"$1\";" '
	/^lease / { address = expire = "" }
	$1 == "interface" { own = $2 == link }
	$1 == "fixed-address" && own { address = $2 }
	$1 == "expire" && own { expire = $3 " " $4 }
	/^}/ && own && address != "" { said = address " " expire }
	END { gsub(/;/, "", said); print said }' "$(dhcp_leases dhclient "$1")" >leased
	read -r address day time <leased
	ends=$(date -u -d "$day $time" +%s 2>/dev/null) || return 0
	left=$((ends - $(date +%s)))
	[ "$left" -gt 0 ] || return 0
	ip -4 -o address show dev "$1" scope global | awk -v address="$address" '/ valid_lft forever / && index($4, address "/") == 1 { print $4 }' |
		while read -r cidr; do logged ip address change "$cidr" dev "$1" valid_lft "$left" preferred_lft "$left"; done
}

daemon_anew() {
	daemon_after rollback || :
}

daemon_runs() {
	:
}

daemon_let_go() {
	:
}

daemon_said() {
	timeout -k 1 5 journalctl --quiet --no-pager --boot --unit=networking.service --since="@$(cat started)" --lines=12 --output=short-iso 2>/dev/null
}

config_owner() {
	cat owner
}

# The result, before anything is touched: ifupdown reads it, and does nothing. All its files together, as they go by each other.
config_check() {
	netplan_make made files remove || return 1
	netplan_make was || rm -rf was
	rm -rf tried && mkdir -p tried/interfaces.d || return 1
	for file in /etc/network/interfaces /etc/network/interfaces.d/*; do
		[ ! -f "$file" ] || cp -L "$file" "tried${file#/etc/network}" || return 1
	done
	[ ! -d files/etc/network ] || cp -R files/etc/network/. tried/ || return 1
	# shellcheck disable=SC2154 # transaction.sh's
	sed -i "/^[[:space:]]*source/s|/etc/network/|$dir/tried/|g" tried/interfaces
	while read -r name; do
		config_look "$name" >>made.log 2>&1 || return 1
	done <keep.apply
}

config_look() { # name
	limited 10 ifup --no-act --force --interfaces=tried/interfaces "$1"
}
