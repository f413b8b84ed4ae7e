#!/bin/sh
# One change of a host's network, which the host itself undoes unless it is confirmed in time.
#
# Static: nothing is ever pasted into it. What varies stands in files beside it, in the transaction's folder:
#   files/…         what is to be written, by absolute path        remove          paths to take away
#   apply.batch     ip(8) commands of the way there                rollback.batch  of the way back
#   tidy.batch      what follows apply.batch, and may be done already
#   create.apply    bridges that networkd is to make before that   create.rollback the same for the way back
#   delete.apply    links to delete when that is done              delete.rollback the same for the way back
#   keep.apply      networkd .network files whose links keep what  keep.rollback   the same for the way back
#                   they have while networkd takes them over
#   probes          "gateway ADDRESS" or "dns -", a line each      required        gateways that must answer: ARP before, ping after
#   timeout         seconds until the host undoes it              kvmnet-boot.service  undoes it at the next boot
# and it keeps: before/, absent (the files as they were), state, baseline, log, report.
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

probe() { # kind subject
	case $1 in
	gateway) ping -n -q -c 1 -W 1 "$2" || ping -n -q -c 3 -i 0.2 -W 1 "$2" ;;
	arp)
		ping -n -q -c 1 -W 1 "$2" || ping -n -q -c 1 -W 1 "$2" || case $(ip neigh show to "$2") in *lladdr*) ;; *) return 1 ;; esac
		;;
	# Any answer will do, a refusal too: it is the way to the server that is tried.
	dns)
		answer=$(resolvectl query --cache=no --legend=no --type=SOA . 2>&1) && return 0
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

install_files() { # folder: its tree goes to /
	find "$1" -type f | while read -r file; do
		path=${file#"$1"}
		(umask 022 && mkdir -p "$(dirname "$path")") && cp -a "$file" "$path.kvmnet-new" && mv "$path.kvmnet-new" "$path" || exit 1
	done
}

remove_files() { # file with paths
	while read -r path; do
		rm -f "$path" || return 1
		# networkd's folders for drop-ins; of nobody's use once empty.
		case $path in *.network.d/*) rmdir "$(dirname "$path")" 2>/dev/null ;; esac
	done <"$1"
}

# A drop-in in /run: gone with the next boot whatever happens. networkd drops what it did not set up itself when it takes
# a link over, unless told to keep it (systemd.network(5), KeepConfiguration=).
keep() { # file with names of .network files
	while read -r name; do
		mkdir -p "/run/systemd/network/$name.d" &&
			printf '[Network]\nKeepConfiguration=yes\n' >"/run/systemd/network/$name.d/kvmnet-transition.conf" || return 1
		chmod 755 "/run/systemd/network/$name.d" && chmod 644 "/run/systemd/network/$name.d/kvmnet-transition.conf"
	done <"$1"
}

unkeep() {
	rm -f /run/systemd/network/*/kvmnet-transition.conf
	rmdir /run/systemd/network/*.network.d 2>/dev/null
	return 0
}

delete_links() { # file with names
	while read -r name; do
		[ ! -e "/sys/class/net/$name" ] || logged ip link delete dev "$name" || return 1
	done <"$1"
}

# --- the steps ---

# What netplan makes of the present configuration with a folder of files put over it and others taken away. Not in place:
# netplan 1.1 reloads systemd, whose generators would put the real configuration into place.
generated() { # folder to make it in, folder of files, file with paths to take away
	mkdir -p "$1/etc" "$1/lib"
	cp -a /etc/netplan "$1/etc/" 2>/dev/null
	cp -a /lib/netplan "$1/lib/" 2>/dev/null
	cp -a "$2/." "$1/" && while read -r path; do rm -f "$1$path"; done <"$3"
	netplan generate --root-dir "$1"
}

validate() {
	root=$(mktemp -d) || return 1
	generated "$root" files remove >validate.log 2>&1
	result=$?
	rm -rf "$root"
	cat validate.log >>log
	return "$result"
}

# networkd makes a bridge itself, from netplan's .netdev file alone, before it is told of any .network: one that it did
# not make stays "configuring" for it for ever (systemd 257: "Failed to create netdev: File exists").
create_links() { # file with names, folder of files to come, file with paths that will go
	[ -s "$1" ] || return 0
	root=$(mktemp -d) && generated "$root" "$2" "$3" >>log 2>&1 || return 1
	while read -r name; do
		# networkd reads it as its own user.
		install -m 644 "$root/run/systemd/network/10-netplan-$name.netdev" /run/systemd/network/ || return 1
	done <"$1"
	logged networkctl reload || return 1
	rm -rf "$root"
	while read -r name; do
		for look in $(seq 100); do
			[ ! -e "/sys/class/net/$name" ] || break
			sleep 0.05
		done
		[ -e "/sys/class/net/$name" ] || { log "networkd did not make $name in $((look / 20)) s"; return 1; }
	done <"$1"
}

snapshot() {
	mkdir -p before && : >absent
	{ find files -type f | sed 's/^files//'; cat remove; } | while read -r path; do
		if [ ! -e "$path" ]; then echo "$path" >>absent; continue; fi
		mkdir -p "before$(dirname "$path")" && cp -a "$path" "before$path" || exit 1
	done && sync -f "$dir"
}

# --- armed: the host undoes the change by itself, after a time and at a boot ---

boot_unit=/etc/systemd/system/kvmnet-boot.service
boot_link=/etc/systemd/system/sysinit.target.wants/kvmnet-boot.service

# All of it is on disk before anything is changed.
arm() {
	mkdir "$base/armed" 2>/dev/null ||
		refuse "another change of this host's network is under way (transaction $(cat "$base/armed/id" 2>/dev/null))"
	armed=yes
	ln -s "../transactions/$id" "$base/armed/transaction" && echo "$id" >"$base/armed/id" &&
		(umask 022 && mkdir -p "${boot_link%/*}" && cp kvmnet-boot.service "$boot_unit" && chmod 644 "$boot_unit") &&
		ln -sfn "$boot_unit" "$boot_link" && sync -f "$boot_unit" "$dir" || return 1
	timeout=$(cat timeout)
	systemd-run --quiet --collect --unit="kvmnet-rollback-$id" --on-active="$timeout" --timer-property=AccuracySec=100ms \
		sh "$dir/transaction.sh" rollback "not confirmed within $timeout s"
}

disarm() {
	rm -f "$boot_link" "$boot_unit"
	rm -rf "$base/armed"
	sync -f "$dir" /etc/systemd/system
}

# A transaction whose timer is gone was left behind: the host goes back to what it was before it.
clear_dead() {
	other=$(cat "$base/armed/id" 2>/dev/null) || return 0
	script=$base/transactions/$other/transaction.sh
	if systemctl -q is-active "kvmnet-rollback-$other.timer" "kvmnet-rollback-$other.service" "kvmnet-apply-$other.service"; then
		refuse "another change of this host's network is under way (transaction $other); it ends by itself within its confirm timeout"
	fi
	log "transaction $other was left behind: rolled back"
	[ ! -f "$script" ] || sh "$script" rollback "left behind" >>log 2>&1
	disarm
}

start() {
	validate || refuse "netplan does not take the new configuration:
$(grep . validate.log | head -n 20)"
	sed 's/^gateway /arp /' required >neighbours
	probe_all neighbours | sed -n 's/^failed arp //p' >silent
	[ ! -s silent ] || refuse "the gateway $(paste -sd, silent) does not answer ARP"
	probe_all probes >baseline
	snapshot || refuse "the present configuration can't be kept in $dir: is the disk full or read-only?"
	state prepared || refuse "$dir can't be written: is the disk full or read-only?"
	clear_dead
	date +%s >started
	arm || { disarm; refuse "the host can't be made to undo the change by itself: is the disk full, is systemd running?"; }
	state armed
	cat baseline
	systemd-run --quiet --collect --unit="kvmnet-apply-$id" sh "$dir/transaction.sh" apply ||
		{ rollback "the change can't be started"; exit 3; }
}

apply() {
	state applying
	if keep keep.apply && create_links create.apply files remove && install_files files && remove_files remove && logged netplan generate &&
		logged ip -batch apply.batch && { logged ip -force -batch tidy.batch; logged networkctl reload; } && delete_links delete.apply; then
		state applied
		watch_probes
	else
		rollback "applying failed: $(grep -v ' state: ' log | tail -n 1)"
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
	state rolling-back
	log "rolling back: $1"
	create_links create.rollback before absent
	install_files before
	remove_files absent
	unkeep
	keep keep.rollback
	logged netplan generate
	logged ip -force -batch rollback.batch
	logged networkctl reload
	delete_links delete.rollback
	unkeep
	state rolled-back
	disarm
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
	log "rolling back: the host restarted before the change was confirmed"
	install_files before
	remove_files absent
	logged netplan generate
	state rolled-back
	{ echo "the host restarted before the change was confirmed"; cat log; } >report
	disarm
}

confirm() {
	armed=yes
	exec 9>lock && flock 9
	is applied || refuse "the change can't be confirmed any more: it is $(cat state)"
	systemctl stop "kvmnet-rollback-$id.timer" || refuse "the rollback timer can't be stopped"
	state confirmed && sync -f "$dir"
	disarm
	unkeep
	ln -sfn "transactions/$id" "$base/last-good"
	sync -f "$dir"
	# The last few are kept for a look back.
	find "$base/transactions" -mindepth 1 -maxdepth 1 -type d ! -name "$id" -printf '%T@ %p\n' | sort -rn | tail -n +5 | cut -d' ' -f2- |
		while read -r old; do rm -rf "$old"; done
}

case ${1-} in
start) start ;;
apply) apply ;;
rollback)
	systemctl stop "kvmnet-apply-$id.service" 2>/dev/null
	rollback "${2-asked for}"
	;;
# Detached, as the way back may cut the connection that asks for it.
undo) systemd-run --quiet --collect --wait --unit="kvmnet-undo-$id" sh "$dir/transaction.sh" rollback "${2-asked for}" ;;
state) cat state ;;
probe)
	demanded >asked
	probe_all asked
	;;
confirm) confirm ;;
boot) boot ;;
report) cat report 2>/dev/null || { cat state; cat log; exit 1; } ;;
*)
	echo "usage: $0 start|apply|rollback|undo|state|probe|confirm|report|boot" >&2
	exit 2
	;;
esac
