#!/bin/sh
# One change of a host's network, which the host itself undoes unless it is confirmed in time.
#
# Static: nothing is ever pasted into it. What varies stands in files beside it, in the transaction's folder:
#   files/…         what is to be written, by absolute path        remove          paths to take away
#   apply.batch     ip(8) commands of the way there                rollback.batch  of the way back
#   tidy.batch      what follows apply.batch, and may be done already
#   leaving         addresses that the host has until the change is confirmed
#   create.apply    bridges that networkd is to make before that   create.rollback the same for the way back
#   delete.apply    links to delete when that is done              delete.rollback the same for the way back
#   keep.apply      networkd .network files whose links keep what  keep.rollback   the same for the way back
#                   they have while networkd takes them over
#   probes          a line each: "gateway ADDRESS", "dns -",       required        gateways that must answer: ARP before, ping after
#                   "ping ADDRESS", "tcp HOST PORT", "name NAME"
#   release         the way on which the uplink leaves a bridge: apply, rollback, both or none
#   timeout         seconds until the host undoes it              kvmnet-boot.service  undoes it at the next boot
# and it keeps: before/, absent (the files as they were), run/ (what netplan made of them), made/ (what it will make),
# state, baseline, log, report, told (somebody has read the report), reserve (room to work in on a full disk).
#
# States: prepared, armed, applying, applied, then confirmed or rolling-back and rolled-back.
set -u
umask 077
LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL PATH

dir=$(cd "$(dirname "$0")" && pwd -P) || exit 1
id=${dir##*/}
base=${dir%/transactions/*}
cd "$dir" || exit 1

log() {
	printf '%s %s\n' "$(date +%H:%M:%S)" "$*" >>log
}

state() {
	printf '%s\n' "$1" >state.new && mv state.new state && log "state: $1"
}

is() {
	[ "$(cat state 2>/dev/null)" = "$1" ]
}

# Before it is armed, a transaction that does not come about leaves nothing behind.
refuse() { # words
	printf '%s\n' "$*" >&2
	[ -n "${armed-}" ] || rm -rf "$dir"
	exit 3
}

logged() { # command...
	"$@" >>log 2>&1
}

# --- probes: what works is known before, and only that is demanded after ---

# A router advertises its link-local address, which is one on each link: on that of the default route by it, or, where it
# has not advertised yet, of another one. While networkd takes a link over there is none for a moment: on that link then.
zoned() { # address
	case $1 in
	fe80:*) printf '%s%%%s\n' "$1" "$(gateway_links "$1" | sort | head -n 1 | cut -c3-)" ;;
	*) printf '%s\n' "$1" ;;
	esac
}

gateway_links() { # address; prints links, each after how good it is, "a" before "b"
	ip -6 route show default | sed -n "s/.*via $1 dev \([^ ]*\).*/a \1/p; s/.* dev \([^ ]*\).*/b \1/p"
	sed -n 's/^10-netplan-\(.*\)\.network$/c \1/p' keep.apply
}

probe() { # kind subject
	case $1 in
	gateway | ping)
		address=$(zoned "$2")
		ping -n -q -c 1 -W 1 "$address" || ping -n -q -c 3 -i 0.2 -W 1 "$address"
		;;
	# bash is on every Debian and Ubuntu, a netcat is not.
	tcp)
		# shellcheck disable=SC2016 # for bash to expand
		timeout 3 bash -c 'exec 3<>"/dev/tcp/$1/$2"' bash "${2% *}" "${2##* }"
		;;
	name)
		if systemctl -q is-active systemd-resolved; then
			timeout 5 resolvectl query --cache=no --legend=no "$2"
		else
			timeout 5 getent ahosts "$2"
		fi
		;;
	arp)
		ping -n -q -c 1 -W 1 "$2" || ping -n -q -c 1 -W 1 "$2" || case $(ip neigh show to "$2") in *lladdr*) ;; *) return 1 ;; esac
		;;
	# Any answer will do, a refusal too: it is the way to the server that is tried.
	dns)
		answer=$(timeout 3 resolvectl query --cache=no --legend=no --type=SOA . 2>&1) && return 0
		[ "$?" -ne 124 ] || return 1
		case $answer in *"timed out"* | *"No appropriate"* | *"unreachable"*) return 1 ;; esac
		;;
	*) return 1 ;;
	esac >/dev/null 2>&1
}

probe_all() { # file; prints "ok|failed KIND SUBJECT"
	while read -r kind subject; do
		{ if probe "$kind" "$subject"; then echo "ok $kind $subject"; else echo "failed $kind $subject"; fi; } &
	done <"$1"
	wait
}

# What must hold: what held before, and what is required in any case.
demanded() {
	{ sed -n 's/^ok //p' baseline; cat required; } | sort -u
}

# --- files ---

# What stands there already is left alone: it may be all that is possible on a disk that is full or read-only.
install_files() { # folder: its tree goes to /
	find "$1" -type f | while read -r file; do
		path=${file#"$1"}
		# Of a copy that the host's power cut off.
		rm -f "$path.kvmnet-new"
		! cmp -s "$file" "$path" || continue
		if ! { (umask 022 && mkdir -p "$(dirname "$path")") && cp -a "$file" "$path.kvmnet-new" && mv "$path.kvmnet-new" "$path"; }; then
			rm -f "$path.kvmnet-new"
			exit 1
		fi
	done
}

remove_files() { # file with paths
	while read -r path; do
		rm -f "$path" "$path.kvmnet-new" || return 1
		# networkd's folders for drop-ins; of nobody's use once empty.
		case $path in *.network.d/*) rmdir "$(dirname "$path")" 2>/dev/null ;; esac
	done <"$1"
}

# A drop-in in /run: gone with the next boot whatever happens. networkd drops what it did not set up itself when it takes
# a link over, unless told to keep it (systemd.network(5), KeepConfiguration=).
keep() { # file with names of .network files, file with addresses to keep beside the configured ones
	while read -r name; do
		mkdir -p "/run/systemd/network/$name.d" &&
			{ printf '[Network]\nKeepConfiguration=yes\n' && sed 's/^/Address=/' "$2"; } >"/run/systemd/network/$name.d/kvmnet-transition.conf" || return 1
		chmod 755 "/run/systemd/network/$name.d" && chmod 644 "/run/systemd/network/$name.d/kvmnet-transition.conf"
	done <"$1"
}

unkeep() {
	rm -f /run/systemd/network/*/kvmnet-transition.conf
	rmdir /run/systemd/network/*.network.d 2>/dev/null
	return 0
}

leaves_bridge() { # way
	case $(cat release) in "$1" | both) ;; *) return 1 ;; esac
}

# networkd is told once the kernel has what it will find. But a port that leaves its bridge is a new link for it
# (systemd 252), which it puts back, without its addresses, unless it was told before.
tell_before() { # way
	! leaves_bridge "$1" || reload
}

tell_after() { # way
	leaves_bridge "$1" || reload
}

# It may be on its way up again, after a crash or an upgrade: this waits until it is there.
reload() {
	logged systemctl start systemd-networkd.service
	logged networkctl reload
}

# The addresses may be at another MAC address now, which the LAN learns from the first ARP request: not only when the
# host has something to say. Where a link leaves a bridge, the way is its own only after tidy.batch.
announce() {
	sed -n 's/^gateway //p' probes | while read -r address; do
		ping -n -q -c 1 -W 1 "$(zoned "$address")" >/dev/null 2>&1 &
	done
}

delete_links() { # file with names
	while read -r name; do
		[ ! -e "/sys/class/net/$name" ] || logged ip link delete dev "$name" || return 1
	done <"$1"
}

# --- the steps ---

# `netplan generate` starts Python to start this, and netplan 1.1 has systemd read all its units again after it, which none
# of what is made here needs. Since netplan 1.2 it is two programs, and only their front knows how to run them.
generate() ( # arguments
	# networkd reads it as its own user.
	umask 022
	generator=/usr/libexec/netplan/generate
	if [ -x "$generator" ] && [ ! -e "${generator%/*}/configure" ]; then
		"$generator" "$@"
	else
		netplan generate "$@"
	fi
)

# What netplan makes of the present configuration with a folder of files put over it and others taken away. Not in place:
# `netplan generate` may have systemd run its generators, which would put the real configuration into place.
generated() { # folder to make it in, folder of files, file with paths to take away
	mkdir -p "$1/etc" "$1/lib"
	cp -a /etc/netplan "$1/etc/" 2>/dev/null
	cp -a /lib/netplan "$1/lib/" 2>/dev/null
	cp -a "$2/." "$1/" && while read -r path; do rm -f "$1$path"; done <"$3"
	generate --root-dir "$1"
}

validate() {
	root=$(mktemp -d) || return 1
	generated "$root" files remove >validate.log 2>&1
	result=$?
	mkdir -p made && { [ ! -d "$root/run/systemd/network" ] || cp -a "$root/run/systemd/network/." made/; } || result=1
	rm -rf "$root"
	sed -i "s|$root||g" validate.log
	cat validate.log >>log
	return "$result"
}

# networkd makes a bridge itself, from netplan's .netdev file alone, before it is told of any .network: one that it did
# not make stays "configuring" for it for ever (systemd 257: "Failed to create netdev: File exists").
create_links() { # file with names, folder with netplan's .netdev files
	[ -s "$1" ] || return 0
	while read -r name; do
		# networkd reads it as its own user.
		install -m 644 "$2/10-netplan-$name.netdev" /run/systemd/network/ || return 1
	done <"$1"
	reload || return 1
	while read -r name; do
		for look in $(seq 100); do
			[ ! -e "/sys/class/net/$name" ] || break
			sleep 0.05
		done
		[ -e "/sys/class/net/$name" ] || { log "networkd did not make $name in $((look / 20)) s"; return 1; }
	done <"$1"
}

read_only_folders() {
	{ find files -type f | sed 's/^files//'; cat remove; } | while read -r path; do
		folder=$(dirname "$path")
		if [ -d "$folder" ] && [ ! -w "$folder" ]; then echo "$folder"; fi
	done | sort -u
}

snapshot() {
	mkdir -p before && : >absent
	{ find files -type f | sed 's/^files//'; cat remove; } | while read -r path; do
		if [ ! -e "$path" ]; then echo "$path" >>absent; continue; fi
		mkdir -p "before$(dirname "$path")" && cp -a "$path" "before$path" || exit 1
	done && mkdir -p run && { cp -a /run/systemd/network/10-netplan-* run/ 2>/dev/null || :; } &&
		head -c 262144 /dev/urandom >reserve && sync -f "$dir"
}

# Where netplan does not take the files any more (another one was broken meanwhile), what it made of them before.
generate_again() {
	logged generate && return 0
	rm -f /run/systemd/network/10-netplan-*
	# Not the folder itself: networkd reads it as its own user, and this one is closed.
	cp -a run/10-netplan-* /run/systemd/network/ 2>>log
}

# --- armed: the host undoes the change by itself, after a time and at a boot ---

boot_unit=/etc/systemd/system/kvmnet-boot.service
boot_link=/etc/systemd/system/sysinit.target.wants/kvmnet-boot.service

# All of it is on disk before anything is changed. The marker appears as a whole, when the timer runs.
arm() {
	timeout=$(cat timeout)
	is prepared && [ ! -e "$base/armed" ] && mkdir "$base/armed.$id" && ln -s "../transactions/$id" "$base/armed.$id/transaction" &&
		echo "$id" >"$base/armed.$id/id" &&
		(umask 022 && mkdir -p "${boot_link%/*}" && cp kvmnet-boot.service "$boot_unit" && chmod 644 "$boot_unit") &&
		ln -sfn "$boot_unit" "$boot_link" &&
		systemd-run --quiet --collect --unit="kvmnet-rollback-$id" --on-active="$timeout" --timer-property=AccuracySec=100ms \
			sh "$dir/transaction.sh" rollback "not confirmed within $timeout s" 8>&- &&
		mv -T "$base/armed.$id" "$base/armed" && sync -f "$boot_unit" "$dir" && armed=yes
}

is_armed() {
	[ "$(cat "$base/armed/id" 2>/dev/null)" = "$id" ]
}

# Only what this transaction armed: a later one has a marker of its own.
disarm() {
	is_armed || return 0
	rm -f "$boot_link" "$boot_unit"
	rm -rf "$base/armed"
	sync -f "$dir" /etc/systemd/system
}

# Armed, but its timer is gone: it was left behind, and the host goes back to what it was before it.
leftover() {
	if systemctl -q is-active "kvmnet-rollback-$id.timer" "kvmnet-rollback-$id.service" "kvmnet-undo-$id.service"; then
		armed=yes
		refuse "another change of this host's network is under way (transaction $id); it ends by itself within $(cat timeout) s of its start"
	fi
	rollback "left behind"
}

clear_leftover() {
	other=$(cat "$base/armed/id" 2>/dev/null) || { rm -rf "$base/armed"; return 0; }
	script=$base/transactions/$other/transaction.sh
	[ -f "$script" ] || { rm -rf "$base/armed"; return 0; }
	words=$(sh "$script" leftover 2>&1 8>&-) || refuse "$words"
}

# How changes ended whose engine died before it could say so.
untold() {
	for report in "$base"/transactions/*/report; do
		other=${report%/report}
		if [ ! -f "$report" ] || [ -e "$other/told" ]; then continue; fi
		printf 'untold %s %s\n' "${other##*/}" "$(head -n 1 "$report")"
		: >"$other/told"
	done
}

start() {
	validate || refuse "netplan does not take the new configuration:
$(grep . validate.log | head -n 20)"
	readonly=$(read_only_folders | paste -sd, -)
	[ -z "$readonly" ] || refuse "$readonly can't be written: is it read-only?"
	# One that is behind another gateway now can't be asked before.
	sed -n 's/^gateway //p' required | while read -r address; do
		case $(ip route get "$address" 2>/dev/null) in *" via "*) ;; *) echo "arp $address" ;; esac
	done >neighbours
	probe_all neighbours | sed -n 's/^failed arp //p' >silent
	[ ! -s silent ] || refuse "the gateway $(paste -sd, silent) does not answer $(if grep -q : silent; then echo "neighbour discovery"; else echo ARP; fi)"
	probe_all probes >baseline
	snapshot || refuse "the present configuration can't be kept in $dir: is the disk full or read-only?"
	state prepared || refuse "$dir can't be written: is the disk full or read-only?"
	date +%s >started
	# One at a time, from the look for another one until this one's marker is there.
	exec 8>"$base/lock" && flock 8
	clear_leftover
	if ! arm; then
		systemctl stop "kvmnet-rollback-$id.timer" 2>/dev/null
		rm -rf "$base/armed.$id" "$boot_link" "$boot_unit"
		refuse "the host can't be made to undo the change by itself: is the disk full, is systemd running?"
	fi
	exec 8>&-
	state armed
	untold
	systemd-run --quiet --collect --no-block --unit="kvmnet-apply-$id" sh "$dir/transaction.sh" apply ||
		{ rollback "the change can't be started"; exit 3; }
}

apply() {
	is armed || exit 0
	state applying
	if keep keep.apply leaving && create_links create.apply made && logged install_files files && logged remove_files remove && logged generate &&
		tell_before apply && logged ip -batch apply.batch && { logged ip -force -batch tidy.batch; announce; tell_after apply; } && delete_links delete.apply; then
		state applied
		watch_probes
	else
		why=$(grep -v ' state: ' log | tail -n 1)
		# Then the log could not be written either.
		[ "$(df --output=avail . | tail -n 1)" -gt 0 ] || why="No space left on device"
		rollback "applying failed: $why"
		exit 1
	fi
}

# Once applied, the host looks for itself too: an engine that it can't reach any more would never learn why.
watch_probes() {
	for _ in $(seq 20); do
		demanded >demands
		probe_all demands >probed.new && mv probed.new probed
		grep -q '^failed' probed || return 0
		sleep 1
	done
}

rollback() { # reason
	exec 9>lock && flock 9
	if is confirmed || is rolled-back; then return 0; fi
	# Nothing of it is in place any more, and what is may be another's.
	is_armed || { state rolled-back; return 0; }
	rm -f reserve
	state rolling-back
	log "rolling back: $1"
	create_links create.rollback run
	restored=yes
	logged install_files before && logged remove_files absent || restored=
	unkeep
	keep keep.rollback /dev/null
	generate_again
	tell_before rollback
	logged ip -force -batch rollback.batch
	tell_after rollback
	delete_links delete.rollback
	unkeep
	# Else it stays armed: the next boot and the next change try again.
	if [ -n "$restored" ]; then
		state rolled-back
		disarm
	else
		log "the files could not all be put back"
	fi
	{
		echo "$1"
		sed 's/^/while applied: /' probed 2>/dev/null
		probe_all probes | sed 's/^/afterwards: /'
		cat log
		journalctl --quiet --no-pager --boot --unit=systemd-networkd --since="@$(cat started)" --lines=12 --output=short-iso 2>/dev/null
	} >report.new
	mv report.new report
	sync -f "$dir"
	systemctl stop "kvmnet-rollback-$id.timer" 2>/dev/null
	return 0
}

# Before the network comes up: netplan's generator has run already, so it runs again. The kernel has nothing yet to take back.
boot() {
	if is confirmed; then
		disarm
		return 0
	fi
	rm -f reserve
	log "rolling back: the host restarted before the change was confirmed"
	install_files before
	remove_files absent
	logged generate
	state rolled-back
	{ echo "the host restarted before the change was confirmed"; cat log; } >report
	disarm
}

# The others of a network would go with the one that was there first.
drop_addresses() { # device address...
	device=$1
	shift
	echo 1 >"/proc/sys/net/ipv4/conf/$device/promote_secondaries"
	for address; do logged ip address del "$address" dev "$device"; done
}

# Once its state says so, no timer and no boot undoes it any more: so that is written first.
confirm() { # device, addresses that leave it
	armed=yes
	exec 9>lock && flock 9
	is applied || refuse "the change can't be confirmed any more: it is $(cat state)"
	rm -f reserve
	{ state confirmed && sync -f "$dir"; } || refuse "$dir can't be written: is the disk full or read-only?"
	systemctl stop "kvmnet-rollback-$id.timer"
	disarm
	unkeep
	if [ $# -gt 1 ]; then drop_addresses "$@"; fi
	ln -sfn "transactions/$id" "$base/last-good"
	sync -f "$dir"
	# The last few are kept for a look back.
	find "$base/transactions" -mindepth 1 -maxdepth 1 -type d ! -name "$id" -printf '%T@ %p\n' | sort -rn | tail -n +5 | cut -d' ' -f2- |
		while read -r old; do rm -rf "$old"; done
}

# For a person at the console who has no Pulumi there: the next boot has the files as they were before a confirmed change.
restore() {
	armed=yes
	is confirmed || refuse "there is nothing to take back: the change is $(cat state)"
	install_files before && remove_files absent && sync -f /etc && echo "The files are as they were before the change: restart the host."
}

# It comes with the end of the rollback, which holds the lock.
report() {
	exec 9>lock && flock 9
	if [ ! -f report ]; then
		is rolled-back || { cat state; cat log; exit 1; }
		sed -n 's/^.* rolling back: //p' log | tail -n 1
		cat log
		return 0
	fi
	: >told
	cat report
}

case ${1-} in
start) start ;;
apply) apply ;;
rollback)
	# Not one that goes back by itself already.
	is rolling-back || systemctl stop "kvmnet-apply-$id.service" 2>/dev/null
	rollback "${2-asked for}"
	;;
# Detached, as the way back may cut the connection that asks for it.
undo) systemd-run --quiet --collect --wait --unit="kvmnet-undo-$id" sh "$dir/transaction.sh" rollback "${2-asked for}" ;;
state) cat state ;;
probe)
	demanded >asked
	probe_all asked
	;;
confirm)
	shift
	confirm "$@"
	;;
boot) boot ;;
leftover) leftover ;;
restore) restore ;;
report) report ;;
*)
	echo "usage: $0 start|apply|rollback|undo|state|probe|confirm|boot|leftover|restore|report" >&2
	exit 2
	;;
esac
