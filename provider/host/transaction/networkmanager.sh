#!/bin/sh
# shellcheck disable=SC2154 # dir, log, logged, limited, is, make_links: transaction.sh's and its parts'
# How NetworkManager is told of a change: what networkd.sh has for networkd. Sourced by transaction.sh after it, where
# NetworkManager has the links. It is stopped, which leaves all that is as it is, and started again once the kernel has what
# it will find: told in /run which profile each link has, it takes that over as its own ("assume"). Activating a profile would
# take the addresses away first. Of keep.apply and keep.rollback, a line is a link and the profile that it is to have then.

nm_unit=NetworkManager.service
nm_devices=/run/NetworkManager/devices

daemon_name() {
	echo NetworkManager
}

daemon_hold() { # way
	:
}

daemon_unhold() {
	:
}

daemon_make() { # way
	make_links "create.$1"
}

# What it knows of its links by now: on the way back it is to know that again.
daemon_keep() {
	mkdir -p devices || return 1
	cat keep.apply keep.rollback | while read -r name _; do
		state=$nm_devices/$(cat "/sys/class/net/$name/ifindex" 2>/dev/null)
		[ ! -f "$state" ] || cp "$state" "devices/$name" || return 1
	done
}

daemon_measure() {
	echo 0 >patience
}

# Whoever is not through in time is ended: it leaves no more behind then than in the other case.
daemon_stop() {
	logged limited 2 systemctl stop "$nm_unit"
	! limited 3 systemctl -q is-active "$nm_unit" || logged limited 3 systemctl kill --signal=KILL "$nm_unit"
	for _ in $(seq 20); do
		case $(limited 3 systemctl show --property=ActiveState --value "$nm_unit") in inactive | failed) return 0 ;; esac
		sleep 0.1
	done
	log "NetworkManager can't be stopped"
	return 1
}

daemon_freeze() {
	logged limited 3 systemctl kill --signal=STOP "$nm_unit"
}

daemon_before() { # way
	daemon_stop
}

daemon_after() { # way
	case $1 in apply) nm_told keep.apply keep.rollback ;; *) nm_told keep.rollback keep.apply ;; esac &&
		logged limited 3 systemctl reset-failed "$nm_unit"
	logged limited 20 systemctl start "$nm_unit" || { log "NetworkManager does not start"; return 1; }
	case $1 in apply) nm_taken keep.apply ;; *) nm_taken keep.rollback ;; esac
}

# The state of a link, as it was where it had that profile; of one that is new, as NetworkManager writes it of its own.
nm_told() { # file with links and profiles that are, and that were
	while read -r name _; do
		index=$(cat "/sys/class/net/$name/ifindex" 2>/dev/null) && rm -f "$nm_devices/$index"
	done <"$2"
	while read -r name uuid; do
		state=$nm_devices/$(cat "/sys/class/net/$name/ifindex") || return 1
		owned=false
		[ ! -d "/sys/class/net/$name/bridge" ] || owned=true
		if [ -f "devices/$name" ] && grep -qx "connection-uuid=$uuid" "devices/$name"; then
			cp "devices/$name" "$state.new"
		else
			printf '[device]\nmanaged=true\nconnection-uuid=%s\nnm-owned=%s\n' "$uuid" "$owned" >"$state.new"
		fi && chmod 644 "$state.new" && mv "$state.new" "$state" || return 1
	done <"$1"
}

# It says that it runs before it has taken its links over.
nm_taken() { # file with links and profiles
	while read -r name uuid; do
		has=
		for _ in $(seq 30); do
			has=$(limited 3 nmcli -g GENERAL.STATE,GENERAL.CON-UUID device show "$name" 2>/dev/null | paste -sd' ' -)
			case $has in "100 "*" $uuid") break ;; esac
			sleep 0.2
		done
		case $has in "100 "*" $uuid") ;; *) log "NetworkManager does not take $name over: ${has:-it does not answer}"; return 1 ;; esac
	done <"$1"
}

# Where it can't be told otherwise.
daemon_anew() {
	log "NetworkManager is started anew"
	logged limited 3 systemctl kill --signal=KILL "$nm_unit"
	daemon_stop
	daemon_after rollback || :
}

daemon_runs() {
	limited 3 systemctl -q is-active "$nm_unit"
}

daemon_let_go() {
	:
}

daemon_said() {
	timeout -k 1 5 journalctl --quiet --no-pager --boot --unit="$nm_unit" --since="@$(cat started)" --lines=12 --output=short-iso 2>/dev/null
}

config_owner() {
	echo NetworkManager
}

# The result, before anything is touched: nmcli reads each profile, without NetworkManager.
config_check() {
	netplan_make made files remove || return 1
	netplan_make was || rm -rf was
	for file in files/etc/NetworkManager/system-connections/*; do
		[ ! -f "$file" ] || limited 10 nmcli --offline connection modify connection.autoconnect yes <"$file" 2>>made.log >/dev/null || return 1
	done
}
