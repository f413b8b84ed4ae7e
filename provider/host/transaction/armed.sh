#!/bin/sh
# shellcheck disable=SC2154,SC2034 # base, dir, id, armed, armed_at: transaction.sh's
# An armed host undoes its change by itself: after a time, and at a boot. Sourced by transaction.sh, in the transaction's
# folder.
#
# In /var/lib/kvmnet: armed (the marker: whose change it is, and where that is), lock (held while a change begins).

boot_unit=/etc/systemd/system/kvmnet-boot.service
boot_link=/etc/systemd/system/sysinit.target.wants/kvmnet-boot.service

# All of it is on disk before anything is changed. The marker appears as a whole, when the timer runs: its file is written
# by then, as after a power cut it would be empty, and the marker nobody's.
arm() {
	timeout=$(cat timeout)
	is prepared && [ ! -e "$base/armed" ] && mkdir "$base/armed.$id" && ln -s "../transactions/$id" "$base/armed.$id/transaction" &&
		echo "$id" >"$base/armed.$id/id" &&
		(umask 022 && mkdir -p "${boot_link%/*}" && cp kvmnet-boot.service "$boot_unit" && chmod 644 "$boot_unit") &&
		ln -sfn "$boot_unit" "$boot_link" &&
		read -r armed_at _ </proc/uptime &&
		set_timer "$timeout" "not confirmed within $timeout s" &&
		sync -f "$boot_unit" "$dir" && mv -T "$base/armed.$id" "$base/armed" && sync -f "$base" && armed=yes
}

# It goes off until nothing is armed any more: a rollback that was killed, or could not be gone to its end, is tried again.
set_timer() { # seconds, why it rolls back
	limited 10 systemd-run --quiet --collect --unit="kvmnet-rollback-$id" --on-active="$1" --on-unit-inactive=30 \
		--timer-property=AccuracySec=100ms --timer-property=IgnoreOnIsolate=yes --property=IgnoreOnIsolate=yes \
		--property=RuntimeMaxSec=300 sh "$dir/transaction.sh" rollback "$2" 8>&-
}

is_armed() {
	[ "$(cat "$base/armed/id" 2>/dev/null)" = "$id" ]
}

# Nothing brings the files back once the state says that it is over, at a boot neither: what was written is on the disk before.
end_as() { # state
	sync -f /etc && while read -r at; do
		[ ! -e "$at" ] || sync -f "$at" || return 1
	done <changed.files && state "$1" && sync -f "$dir"
}

# Only what this transaction armed: a later one has a marker of its own. The marker goes as a whole; the timer goes last, as
# it ends what was cut off here. Whoever has the lock arms the host anew.
disarm() {
	if is_armed; then
		mv -T "$base/armed" "$base/armed.$id" && sync -f "$dir"
	fi
	rm -rf "$base/armed.$id"
	(exec 8>>"$base/lock" && flock -n 8 && [ ! -e "$base/armed" ] && rm -f "$boot_link" "$boot_unit" && sync -f /etc/systemd/system)
	is_armed || limited 5 systemctl stop "kvmnet-rollback-$id.timer" 2>/dev/null
}

# What was taken out of running VMs for the change. libvirt may hang, so nobody waits for it.
plug_guests() {
	[ ! -e "$base/guests/plug.sh" ] || logged limited 10 systemd-run --quiet --collect --no-block --unit="kvmnet-guests-$id" --property=IgnoreOnIsolate=yes sh "$base/guests/plug.sh"
}

# Armed, but its timer is gone: it was left behind, and the host goes back to what it was before it.
leftover() {
	if is_under_way "$id"; then
		armed=yes
		refuse "another change of this host's network is under way (transaction $id); it ends by itself within $(cat timeout) s of its start"
	fi
	rm -f tries
	rollback "left behind"
	is incomplete || return 0
	cat lacking
	! grep -qv '^the kernel lacks: ' lacking || refuse "the host could not go back from an earlier change (transaction $id): $(paste -sd, lacking)"
	# What a hand gave the kernel, and took away since: that was told, and stands in no way.
	end_as rolled-back && disarm
}

clear_leftover() {
	other=$(cat "$base/armed/id" 2>/dev/null) || { rm -rf "$base/armed"; return 0; }
	script=$base/transactions/$other/transaction.sh
	[ -f "$script" ] || { rm -rf "$base/armed"; return 0; }
	words=$(sh "$script" leftover 2>&1 8>&-) || refuse "$words"
}
