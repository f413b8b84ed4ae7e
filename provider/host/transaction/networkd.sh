#!/bin/sh
# How systemd-networkd is told of a change. Sourced by transaction.sh. Nothing here waits for D-Bus: systemd itself is asked
# over its own socket, and what may hang has a limit.

daemon=systemd-networkd.service
networkd_files=/run/systemd/network

daemon_name() {
	echo networkd
}

# A drop-in in /run: gone with the next boot whatever happens. networkd drops what it did not set up itself when it takes
# a link over, unless told to keep it (systemd.network(5), KeepConfiguration=).
networkd_hold() { # name of the drop-in, name of the .network file, file with addresses to keep beside the configured ones
	mkdir -p "$networkd_files/$2.d" &&
		{ printf '[Network]\nKeepConfiguration=yes\n' && sed 's/^/Address=/' "$3"; } >"$networkd_files/$2.d/$1" || return 1
	chmod 755 "$networkd_files/$2.d" && chmod 644 "$networkd_files/$2.d/$1"
}

daemon_hold() { # way
	case $1 in apply) kept=leaving ;; *) kept=/dev/null ;; esac
	while read -r name; do
		networkd_hold kvmnet-transition.conf "$name" "$kept" || return 1
	done <"keep.$1"
}

daemon_unhold() {
	rm -f "$networkd_files"/*/kvmnet-transition.conf
	# Empty ones say nothing.
	rmdir "$networkd_files"/*.network.d 2>/dev/null
	return 0
}

# networkd makes a bridge itself, from netplan's .netdev file alone, before it is told of any .network: one that it did
# not make stays "configuring" for it for ever (systemd 257: "Failed to create netdev: File exists"). A VLAN it makes when
# the .network of what that is on names it, and then takes that link over anew; on the way back that file is there already.
daemon_make() { # way
	[ -s "create.$1" ] || return 0
	while read -r name _ _ parent; do
		by_hand=$(find files/etc/systemd/network -name "*-kvmnet-bridge-$name.netdev" 2>/dev/null)
		# With netplan's owner and mode, as the next boot makes it. A file of its own folder is there again, on the way back.
		case $1:$by_hand in
		apply:) cp -a "made/10-netplan-$name.netdev" ${parent:+"made/$parent"} "$networkd_files/" ;;
		apply:*) daemon_make_by_hand "$name" "$by_hand" ;;
		*) [ ! -e "run/10-netplan-$name.netdev" ] || cp -a "run/10-netplan-$name.netdev" "$networkd_files/" ;;
		esac || return 1
	done <"create.$1"
	if grep -q ' ' "create.$1"; then daemon_reload; else daemon_tell; fi || return 1
	while read -r name link vlan _; do
		for look in $(seq 100); do
			[ ! -e "/sys/class/net/$name" ] || break
			sleep 0.05
		done
		# One that somebody deleted, and that networkd has made before, it does not make again.
		[ -e "/sys/class/net/$name" ] || [ -z "$link" ] || make_link "$name" "$link" "$vlan"
		[ -e "/sys/class/net/$name" ] || { log "networkd did not make $name in $((look / 20)) s"; return 1; }
	done <"create.$1"
}

# Until its file is there, a file of the user's that matches the NIC by its MAC address would match the bridge too.
daemon_make_by_hand() { # name, its .netdev
	at=${2#files}
	mkdir -p "${at%/*}" && printf '[Match]\nName=%s\n\n[Link]\nUnmanaged=yes\n' "$1" >"${at%netdev}network" &&
		chmod 644 "${at%netdev}network" && install -m 644 "$2" "$at"
}

# A change takes a lease away, and its way back brings the address without it: until a server has answered, networkd does not
# tell by which DHCP identity the host has that address. Until the next boot, which asks a server before there is an address.
daemon_keep() {
	mkdir -p /run/kvmnet/leases || return 1
	# Links come and go, and so do leases; bonding_masters is a file.
	for index in /sys/class/net/*/ifindex; do
		link=${index%/ifindex}
		file=/run/systemd/netif/leases/$(cat "$index" 2>/dev/null)
		[ ! -f "$file" ] || cp "$file" "/run/kvmnet/leases/${link##*/}" || [ ! -f "$file" ] || return 1
	done
}

# How long it may take to answer depends on the host: on an idle one 3 s are a hundred times what it takes, on a small or a
# busy one they may be too few. So that is measured before anything is changed, by what systemd takes to answer.
daemon_measure() {
	read -r began _ </proc/uptime
	limited 10 systemctl -q is-active "$daemon"
	read -r ended _ </proc/uptime
	echo "$began $ended" | awk '{ print int(10 * ($2 - $1)) }' >patience
}

# On the way there nothing is lost by waiting; once it is applied, the host may be one that can't be reached.
daemon_patience() { # prints seconds
	if is applying; then least=10; else least=3; fi
	echo $((least + $(cat patience 2>/dev/null || echo 0)))
}

# It may be on its way up again, after a crash or an upgrade: this waits until it is there. systemd 254 and later have it
# read its files by a signal, and wait for its answer; before, only D-Bus tells it.
daemon_tell() {
	patience=$(daemon_patience)
	logged limited "$((patience + 2))" systemctl start "$daemon" && case $(limited "$patience" systemctl show --property=Type --value "$daemon") in
	notify-reload) logged limited "$patience" systemctl reload "$daemon" ;;
	*) logged limited "$patience" networkctl reload ;;
	esac && return 0
	log "networkd does not read its files"
	return 1
}

daemon_reload() {
	belay
	told=0
	daemon_tell || told=1
	daemon_settled 20
	unbelay || told=1
	return "$told"
}

# The links that the change has networkd take over, as the kernel names them.
daemon_links() {
	cat keep.apply keep.rollback | sort -u | while read -r name; do
		grep -lE "^NETWORK_FILE=.*/$name\$" /run/systemd/netif/links/* 2>/dev/null
	done | while read -r state; do
		link=$(grep -lx "${state##*/}" /sys/class/net/*/ifindex) && link=${link%/ifindex} && echo "${link##*/} $state"
	done
}

# It answers before it has done what it was told. A link that waits for a lease is not through with it.
daemon_settled() { # tenths of a second
	for _ in $(seq "$1"); do
		sleep 0.1
		daemon_links >links.now
		while read -r _ state; do grep -qE '^ADMIN_STATE=(configured|unmanaged|failed)' "$state" || echo; done <links.now | grep -q . || return 0
	done
	return 1
}

# While networkd takes a link over, it takes the addresses off and puts them on again (systemd 252), and drops what it did
# not make. So that the host answers meanwhile, it has them on lo too, and routes that networkd takes for the kernel's.
belay() {
	unbelay
	for family in 4 6; do
		daemon_links | while read -r link _; do
			ip "-$family" -o address show dev "$link" scope global | awk '{ sub(/\/.*/, "", $4); print "address add " $4 " dev lo" }'
			ip "-$family" route show dev "$link" | awk -v link="$link" -v family="$family" '
			/^(unreachable|blackhole|prohibit|throw|fe80|multicast|\t)/ || / nhid / { next }
			{
				to = $1 == "default" ? (family == 4 ? "0.0.0.0/0" : "::/0") : $1; via = ""
				for (i = 2; i < NF; i++) if ($i == "via") via = $(i + 1) == "inet6" ? "" : " via " $(i + 1) " onlink"
				print "route add " to via " dev " link " proto kernel metric 4294967290"
			}'
		done | awk '!seen[$0]++' >"belay.$family"
		[ ! -s "belay.$family" ] || ip "-$family" -force -batch "belay.$family" >/dev/null 2>&1
	done
}

unbelay() {
	for family in 6 4; do
		for _ in 1 2 3; do
			[ -s "belay.$family" ] || break
			sed 's/^\([a-z]*\) add /\1 del /' "belay.$family" | ip "-$family" -force -batch - >/dev/null 2>&1
			belayed "$family" || rm -f "belay.$family"
		done
	done
	if [ -s belay.6 ] || [ -s belay.4 ]; then
		log "what the host had on lo meanwhile can't be taken away"
		return 1
	fi
}

# Whether something of it is there still.
belayed() { # family
	sed -n 's/^address add \(.*\) dev lo$/\1/p' "belay.$1" >belay.lo
	ip "-$1" -o address show dev lo | awk '{ sub(/\/.*/, "", $4); print $4 }' | grep -qxFf belay.lo && return 0
	ip "-$1" route show | grep -q ' metric 4294967290'
}

# It does nothing until it is started anew.
daemon_freeze() {
	logged limited 3 systemctl kill --signal=STOP "$daemon"
}

# Where it can't be told otherwise. All its links are held, and what is in the kernel stays (networkd.conf(5)): what is
# foreign to it when it starts would go, on links too that are none of the change's. Those it holds until the next boot.
daemon_anew() {
	log "networkd is started anew"
	sed -n 's/^NETWORK_FILE=//p' /run/systemd/netif/links/* 2>/dev/null | sort -u | while read -r file; do
		if [ ! -e "$file" ] || grep -qx "${file##*/}" keep.apply keep.rollback; then continue; fi
		networkd_hold kvmnet-held.conf "${file##*/}" /dev/null
	done
	daemon_hold rollback
	mkdir -p /run/systemd/networkd.conf.d && chmod 755 /run/systemd/networkd.conf.d &&
		printf '[Network]\nManageForeignRoutingPolicyRules=no\nManageForeignRoutes=no\n' >/run/systemd/networkd.conf.d/kvmnet-held.conf &&
		chmod 644 /run/systemd/networkd.conf.d/kvmnet-held.conf
	logged limited 3 systemctl kill --signal=KILL "$daemon"
	logged limited 3 systemctl reset-failed "$daemon"
	logged limited 10 systemctl restart "$daemon"
	daemon_settled 20
	daemon_let_go || log "networkd holds what its links have until it reads its files again"
}

# What no link may be held by any more, once a change has ended.
daemon_held() { # prints files
	for file in "$networkd_files"/*/kvmnet-transition.conf; do
		[ ! -e "$file" ] || echo "$file"
	done
}

daemon_runs() {
	limited 3 systemctl -q is-active "$daemon"
}

# What is held is so in its memory too, until it reads its files again.
daemon_let_go() {
	[ -n "$(daemon_held)" ] || return 0
	daemon_unhold
	daemon_reload
}

leaves_bridge() { # way
	case $(cat release) in "$1" | both) ;; *) return 1 ;; esac
}

# networkd is told once the kernel has what it will find. But a port that leaves its bridge is a new link for it
# (systemd 252), which it puts back, without its addresses, unless it was told before.
daemon_before() { # way
	! leaves_bridge "$1" || daemon_tell
}

daemon_after() { # way
	if leaves_bridge "$1"; then daemon_settled 20 || :; else daemon_reload || return 1; fi
	sed -n 's/^link set dev \([^ ]*\) .*master.*/\1/p' "$1.batch" | sort -u | while read -r link; do daemon_meets "$link"; done
}

# Of a link that left a bridge, for another one too, the end of what it was takes the file away that tells of what it is (systemd
# 249), and with it its name servers from resolved; and no link-local address is made for one that is up.
daemon_meets() { # link
	index=$(cat "/sys/class/net/$1/ifindex" 2>/dev/null) || return 0
	[ -e "/sys/class/net/$1/master" ] || make_link_local "$1"
	for _ in $(seq 10); do
		[ ! -e "/run/systemd/netif/links/$index" ] || return 0
		sleep 0.1
	done
	logged limited "$(daemon_patience)" networkctl reconfigure "$1"
	daemon_settled 20
}

# For a link that is up, the kernel makes one when the way is changed in which it does.
make_link_local() { # link
	settings=/proc/sys/net/ipv6/conf/$1
	mode=$(cat "$settings/addr_gen_mode" 2>/dev/null) || return 0
	if [ "$mode" = 1 ] || [ "$(cat "$settings/disable_ipv6")" = 1 ] || [ -n "$(ip -6 -o address show dev "$1" scope link)" ]; then return 0; fi
	echo 1 >"$settings/addr_gen_mode" && echo "$mode" >"$settings/addr_gen_mode"
}

daemon_said() {
	timeout -k 1 5 journalctl --quiet --no-pager --boot --unit="$daemon" --since="@$(cat started)" --lines=12 --output=short-iso 2>/dev/null
}
