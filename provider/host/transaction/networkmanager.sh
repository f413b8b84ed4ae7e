#!/bin/sh
# shellcheck disable=SC2154 # dir, log, logged, limited, is, make_links: transaction.sh's and its parts'
# How NetworkManager is told of a change: what networkd.sh has for networkd. Sourced by transaction.sh after it, where
# NetworkManager has the links. It is stopped, which leaves all that is as it is, and started again once the kernel has what
# it will find: told in /run which profile each link has, it takes that over as its own ("assume"). Activating a profile would
# take the addresses away first. Of keep.apply and keep.rollback, a line is a link and the profile that it is to have then.

nm_unit=NetworkManager.service
nm_devices=/run/NetworkManager/devices
nm_leases=/var/lib/NetworkManager
nm_waiting=/run/NetworkManager/conf.d/kvmnet-waiting.conf

daemon_name() {
	echo NetworkManager
}

daemon_hold() { # way
	:
}

daemon_unhold() {
	rm -f "$nm_waiting"
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
	case $1 in apply) nm_hand_over && nm_told keep.apply keep.rollback ;; *) nm_told keep.rollback keep.apply ;; esac &&
		logged limited 3 systemctl reset-failed "$nm_unit"
	nm_wait_for_dhcp || return 1
	logged limited 20 systemctl start "$nm_unit" || { log "NetworkManager does not start"; return 1; }
	taken=0
	case $1 in apply) nm_taken keep.apply ;; *) nm_taken keep.rollback waiting ;; esac || taken=1
	daemon_unhold
	return "$taken"
}

# Where no server answers, NetworkManager takes an address away that was lent for longer, after 45 s or what a profile says. By
# what it reads at this start, it has the address and waits for as long as the lease is good.
nm_wait_for_dhcp() {
	links=$(awk '!seen[$1]++ { printf "%sinterface-name:%s", separator, $1; separator = "," }' keep.apply keep.rollback)
	mkdir -p "${nm_waiting%/*}" && chmod 755 "${nm_waiting%/*}" &&
		printf '[connection-kvmnet]\nmatch-device=%s\nipv4.dhcp-timeout=2147483647\n' "$links" >"$nm_waiting" && chmod 644 "$nm_waiting"
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
		kept=$(grep -lsx "connection-uuid=$uuid" devices/* | head -n 1)
		if [ -n "$kept" ]; then
			cp "$kept" "$state.new"
		else
			printf '[device]\nmanaged=true\nconnection-uuid=%s\nnm-owned=%s\n' "$uuid" "$owned" >"$state.new"
		fi && chmod 644 "$state.new" && mv "$state.new" "$state" || return 1
	done <"$1"
}

# A lease that goes over: the other link is told what the first was given, and its client asks for the same address. The metric
# that its routes have by default goes by its kind.
nm_hand_over() {
	read -r _ from to <handover || return 0
	uuid=$(nm_profile "$to" keep.apply) owned=false
	[ ! -d "/sys/class/net/$to/bridge" ] || owned=true
	sed -e "s/^connection-uuid=.*/connection-uuid=$uuid/" -e "s/^nm-owned=.*/nm-owned=$owned/" -e '/^perm-hw-addr/d' -e '/^route-metric-default/d' "devices/$from" >devices/@handed &&
		cp -p "$(nm_lease "$from" keep.rollback)" "$(nm_lease "$to" keep.apply)"
}

nm_profile() { # link, file with links and profiles
	awk -v link="$1" '$1 == link { print $2 }' "$2"
}

# Where NetworkManager's own DHCP client keeps the address of a link.
nm_lease() { # link, file with links and profiles
	printf '%s/internal-%s-%s.lease\n' "$nm_leases" "$(nm_profile "$1" "$2")" "$1"
}

# It says that it runs before it has taken its links over.
nm_taken() { # file with links and profiles; "waiting": one that waits for a DHCP server will do
	while read -r name uuid; do
		has=
		for _ in $(seq 30); do
			has=$(limited 3 nmcli -g GENERAL.STATE,GENERAL.CON-UUID device show "$name" 2>/dev/null | paste -sd' ' -)
			case $has in "100 "*" $uuid") break ;; esac
			sleep 0.2
		done
		case $has in "100 "*" $uuid") continue ;; "70 "*" $uuid") [ -z "${2-}" ] || continue ;; esac
		log "NetworkManager does not take $name over: ${has:-it does not answer}"
		return 1
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
	read -r _ from _ <handover || return 0
	[ ! -f "$(nm_lease "$from" keep.rollback)" ] || return 0
	echo "it keeps no lease of $from in $nm_leases: another program asks DHCP for it (dhcp= in NetworkManager.conf(5))" >>made.log
	return 1
}
