#!/bin/sh
# One change of a host's network, which the host itself undoes unless it is confirmed in time.
#
# Static: nothing is ever pasted into it. What varies stands in files beside it, in the transaction's folder:
#   files/…         what is to be written, by absolute path        remove          paths to take away
#   apply.batch     ip(8) commands of the way there                rollback.batch  of the way back
#   tidy.batch      what follows apply.batch, and may be done already
#   apply.vlans     bridge(8) commands after both of them           rollback.vlans  the same for the way back
#   leaving         addresses that the host has until the change is confirmed
#   create.apply    bridges that networkd is to make before that,  create.rollback the same for the way back
#                   and VLANs: "NAME LINK NUMBER FILE", by networkd's FILE of the LINK
#   delete.apply    links to delete when that is done              delete.rollback the same for the way back
#   keep.apply      networkd .network files whose links keep what  keep.rollback   the same for the way back
#                   they have while networkd takes them over
#   probes          a line each: "gateway ADDRESS", "dns -",       required        gateways that must answer: ARP before, ping after
#                   "ping ADDRESS", "tcp HOST PORT", "name NAME",
#                   "route GATEWAY" (a default route goes via it; inet: any of IPv4); of several one will do: "names NAME…", "neighbours ADDRESS…"
#   proofs          those of the probes of which one must hold, before and after; none: the connection itself is proof enough
#   owner           who has the links that are changed: networkd, ifupdown, ifupdown2 or NetworkManager
#   handover        of ifupdown's links, and of NetworkManager's: "CLIENT FROM TO", where a DHCP client ends on one, and goes on with its lease on the other
#   release         the way on which the uplink leaves a bridge: apply, rollback, both or none
#   timeout         seconds until the host undoes it              kvmnet-boot.service  undoes it at the next boot
#   reboot          whether the host restarts where nothing else brings its network back: yes or no
#   kernel.sh       what the kernel's network is, and the way back to it; files.sh, netplan.sh, networkd.sh: the files, what is
#                   made of them, and the daemon that is told; ifupdown.sh (and ifupdown2.sh), networkmanager.sh: who is told instead where that has the links; probes.sh: what answers; lease.sh, armed.sh: whose turn it is, and
#                   that the host undoes it by itself; back.sh: the way back
# and it keeps: started, resource (when it began, and for what), before/, absent (the files as they were), run/ (what netplan made of them), made/ (what it will make),
# kernel.before, kernel.planned (the kernel's network before, and once the change is made), settled (nothing is held any more),
# patience (seconds that networkd gets for an answer, beside the least that it gets), state, baseline, log, reason (why it goes back), report, told (somebody has read the report), reserve (room to work in on a full disk).
#
# States: prepared, armed, applying, applied, then confirmed or rolling-back and rolled-back; or incomplete, where the way
# back could not be gone to its end: the host stays armed, and its timer, the next change and the next boot try again.
set -u
umask 077
LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL PATH

dir=$(cd "$(dirname "$0")" && pwd -P) || exit 1
id=${dir##*/}
base=${dir%/transactions/*}
cd "$dir" || exit 1
for part in kernel files netplan networkd lease probes armed back; do
	# shellcheck source=/dev/null disable=SC2154
	. "./$part.sh"
done
# shellcheck source=/dev/null
case $(cat owner) in
ifupdown) . ./ifupdown.sh ;;
ifupdown2) . ./ifupdown.sh && . ./ifupdown2.sh ;;
NetworkManager) . ./networkmanager.sh ;;
esac

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
	[ -n "${armed-}" ] || { lease_drop "$id"; rm -rf "$dir"; }
	exit "${refusal:-3}"
}

logged() { # command...
	"$@" >>log 2>&1
}

limited() { # seconds, command...
	timeout -k 1 "$@"
}

delete_links() { # file with names
	while read -r name; do
		[ ! -e "/sys/class/net/$name" ] || logged ip link delete dev "$name" || return 1
	done <"$1"
}

# A bridge is set to what the kernel gives a new link: before it gets addresses, which IPv6 may be off for. At a boot
# systemd does this whenever a link comes.
set_sysctls() {
	for file in files/etc/sysctl.d/*; do
		[ ! -e "$file" ] || logged /usr/lib/systemd/systemd-sysctl "${file#files}" || return 1
	done
}

snapshot() {
	files_keep && config_keep && daemon_keep && kernel_save kernel.before && head -c 262144 /dev/urandom >reserve && sync -f "$dir"
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

# Asked when nobody else can begin a change any more. A plan for what is no more is not begun.
is_planned_for() {
	kernel_touched kernel.before >kernel.touched
	lease_outdated "$id" kernel.touched >outdated
	[ ! -s outdated ]
}

start() {
	holder=$(lease_holder)
	case $holder in "" | "$id "*) ;; *) refuse "another change of this host's network is under way (${holder#* })" ;; esac
	# From now on it is the host that goes on, not the engine.
	lease_write "$id" "${holder#* }"
	obstacle=$(files_obstacle | paste -sd, - | sed 's/,/, /g')
	[ -z "$obstacle" ] || refuse "$obstacle"
	config_check || refuse "$(config_owner) does not take the new configuration:
$(grep . made.log | head -n 20)"
	# One that is behind another gateway now can't be asked before.
	sed -n 's/^gateway //p' required | while read -r address; do
		case $(ip route get "$address" 2>/dev/null) in *" via "*) ;; *) echo "arp $address" ;; esac
	done >neighbours
	probe_all neighbours | sed -n 's/^failed arp //p' >silent
	[ ! -s silent ] || refuse "the gateway $(paste -sd, silent) does not answer $(if grep -q : silent; then echo "neighbour discovery"; else echo ARP; fi)"
	probe_all probes >baseline
	proven baseline || refuse "none of these answers, and without one nobody can see that the LAN is there after the change: $(paste -sd, proofs)"
	daemon_measure
	snapshot || refuse "the present configuration can't be kept in $dir: is the disk full or read-only?"
	state prepared || refuse "$dir can't be written: is the disk full or read-only?"
	date +%s >started
	printf '%s\n' "${holder#* }" >resource
	# One at a time, from the look for another one until this one's marker is there.
	exec 8>"$base/lock"
	flock -w 20 8 || refuse "another change of this host's network has begun, and does not get on"
	clear_leftover
	if ! is_planned_for; then
		refusal=5
		refuse "the host is not the one that the change was planned for any more: $(head -n 5 outdated | paste -sd, - | sed 's/,/, /g')"
	fi
	if ! arm; then
		limited 5 systemctl stop "kvmnet-rollback-$id.timer" 2>/dev/null
		# Its marker may be there, and what follows it have failed.
		! is_armed || rm -rf "$base/armed"
		# shellcheck disable=SC2154 # armed.sh's
		rm -rf "$base/armed.$id" "$boot_link" "$boot_unit"
		refuse "the host can't be made to undo the change by itself: is the disk full, is systemd running?"
	fi
	exec 8>&-
	lease_drop "$id"
	state armed
	untold
	limited 10 systemd-run --quiet --collect --no-block --unit="kvmnet-apply-$id" --property=IgnoreOnIsolate=yes --property=TimeoutStopSec=2 sh "$dir/transaction.sh" apply ||
		{ rollback "the change can't be started"; exit 3; }
	# Its window has begun when its timer was set: all that was asked before that is not the engine's time.
	read -r now _ </proc/uptime
	# shellcheck disable=SC2154 # armed.sh's
	printf 'armed %s %s\n' "$armed_at" "$now"
}

# networkd (systemd 252) begins DHCP anew on a link that gets another MAC address, and takes its address off, maybe between
# two lines of the batch. Each line can be said again.
apply_batch() {
	logged limited 20 ip -batch apply.batch || logged limited 20 ip -batch apply.batch
}

# A port that is gone meanwhile, a VM's, is in no VLAN; where the uplink is not in its own, the change is not confirmed.
vlan_batch() { # way
	[ ! -s "$1.vlans" ] || logged limited 20 bridge -force -batch "$1.vlans"
}

apply() {
	is armed || exit 0
	state applying
	if daemon_hold apply && daemon_make apply && logged files_put files && logged files_remove remove && config_load &&
		set_sysctls && daemon_before apply && apply_batch &&
		{ logged limited 20 ip -force -batch tidy.batch; vlan_batch apply; announce; kernel_plan kernel.planned kernel.before; daemon_after apply; } && delete_links delete.apply; then
		logged kernel_give_back kernel.planned daemon
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

# What the host is held by is taken off before it is judged: what stays then is what stays.
settle() {
	armed=yes
	exec 9>lock && flock -w 10 9
	is applied || refuse "the change can't be confirmed any more: it is $(cat state)"
	[ ! -e settled ] || return 0
	daemon_let_go || refuse "$(daemon_name) can't be told that the change is over"
	# What was moved over by hand's work, networkd drops once; whoever drops it again is somebody else.
	logged kernel_give_back kernel.planned daemon
	sleep 0.3
	kernel_missing kernel.planned daemon >lacking
	[ ! -s lacking ] || refuse "the host does not keep $(cut -f1 lacking | cut -d' ' -f2- | paste -sd, - | sed 's/,/, /g')"
	config_at_boot >lacking
	[ ! -s lacking ] || refuse "$(paste -sd, lacking | sed 's/,/, /g')"
	: >settled
}

# The others of a network would go with the one that was there first.
drop_addresses() { # device address...
	device=$1
	promoting=/proc/sys/net/ipv4/conf/$device/promote_secondaries
	promoted=$(cat "$promoting")
	shift
	echo 1 >"$promoting"
	for address; do logged ip address del "$address" dev "$device"; done
	echo "$promoted" >"$promoting"
}

# Once its state says so, no timer and no boot undoes it any more: so that is written first.
confirm() { # device, addresses that leave it
	armed=yes
	exec 9>lock && flock -w 10 9
	is applied || refuse "the change can't be confirmed any more: it is $(cat state)"
	[ -e settled ] || refuse "the change can't be confirmed yet: the host holds what it has"
	rm -f reserve
	end_as confirmed || refuse "$dir can't be written: is the disk full or read-only?"
	disarm
	if [ $# -gt 1 ]; then drop_addresses "$@"; fi
	ln -sfn "transactions/$id" "$base/last-good"
	sync -f "$dir"
	plug_guests
	# The last few are kept for a look back.
	find "$base/transactions" -mindepth 1 -maxdepth 1 -type d ! -name "$id" -printf '%T@ %p\n' | sort -rn | tail -n +5 | cut -d' ' -f2- |
		while read -r old; do rm -rf "$old"; done
}

# For a person at the console who has no Pulumi there: the next boot has the files as they were before a confirmed change.
restore() {
	armed=yes
	is confirmed || refuse "there is nothing to take back: the change is $(cat state)"
	files_put_back && sync -f /etc && echo "The files are as they were before the change: restart the host."
}

# It comes with the end of the rollback, which holds the lock.
report() {
	exec 9>lock && flock -w 20 9
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
	is rolling-back || limited 5 systemctl stop "kvmnet-apply-$id.service" 2>/dev/null
	rollback "${2-asked for}"
	;;
# Detached, as the way back may cut the connection that asks for it; its report tells when it is through.
undo)
	limited 10 systemd-run --quiet --collect --unit="kvmnet-undo-$id" --property=IgnoreOnIsolate=yes sh "$dir/transaction.sh" rollback "${2-asked for}" || exit
	for _ in $(seq 400); do
		if [ -f report ] || ! is_armed; then break; fi
		sleep 0.05
	done
	;;
state) cat state ;;
settle) settle ;;
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
	echo "usage: $0 start|apply|rollback|undo|state|settle|probe|confirm|boot|leftover|restore|report" >&2
	exit 2
	;;
esac
