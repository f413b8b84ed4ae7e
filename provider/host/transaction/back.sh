#!/bin/sh
# shellcheck disable=SC2154,SC2034 # base, dir, id, armed: transaction.sh's
# The way back: the files, the kernel, the daemon, until nothing is lacking. Sourced by transaction.sh, in the transaction's
# folder.

# Sooner first, then ever less often: what it does is felt by all that goes over the network.
is_worth_trying() {
	tries=$(($(cat tries 2>/dev/null || echo 0) + 1))
	echo "$tries" >tries
	[ $((tries & (tries - 1))) -eq 0 ]
}

rollback() { # reason
	exec 9>lock && flock -w 30 9
	if is confirmed || is rolled-back; then
		disarm
		return 0
	fi
	# Nothing of it is in place any more, and what is may be another's.
	is_armed || { state rolled-back; return 0; }
	! is incomplete || is_worth_trying || return 0
	rm -f reserve settled report
	# What it goes back for at first stays the reason, however often that takes.
	[ -s reason ] || printf '%s\n' "$1" >reason
	state rolling-back
	log "rolling back: $1"
	go_back
	for attempt in 1 2 3; do
		lacking >lacking.now && mv lacking.now lacking
		[ -s lacking ] || break
		sed 's/^/not as before: /' lacking >>log
		[ "$attempt" -lt 3 ] || break
		go_back_anew
	done
	# Else it stays armed: its timer, the next boot and the next change try again.
	if [ -s lacking ] || ! end_as rolled-back; then
		state incomplete
	else
		disarm
	fi
	{
		cat reason 2>/dev/null || echo "$1"
		sed 's/^/incomplete: /' lacking
		sed 's/^/while applied: /' probed 2>/dev/null
		probe_all probes | sed 's/^/afterwards: /'
		cat log
		daemon_said
	} >report.new
	mv report.new report
	sync -f "$dir"
	plug_guests
	# Once: what a restart did not bring back, another one does not either.
	if [ -s lacking ] && [ "$(cat reboot)" = yes ] && [ ! -e restarted ]; then
		: >restarted
		sync -f "$dir"
		limited 10 systemctl --no-block reboot
	fi
	return 0
}

# The kernel first: the daemon is told before only where it would undo that, and what does not answer is not waited for.
go_back() {
	logged files_put_back
	unbelay
	daemon_unhold
	config_load_kept
	daemon_hold rollback
	hears=yes
	daemon_make rollback || hears=
	[ -z "$hears" ] || daemon_before rollback || hears=
	[ -n "$hears" ] || { daemon_freeze; make_links create.rollback; }
	links_back
	if [ -n "$hears" ] && daemon_after rollback; then
		delete_links delete.rollback
		logged kernel_give_back kernel.before
		daemon_let_go || daemon_anew
	else
		daemon_anew
		delete_links delete.rollback
	fi
	logged kernel_give_back kernel.before
	sleep 0.3
}

# Where something is lacking still.
go_back_anew() {
	logged files_put_back
	config_load_kept
	daemon_anew
	links_back
	delete_links delete.rollback
	kernel_hold kernel.before 3 || :
}

links_back() {
	logged limited 20 ip -force -batch rollback.batch
	vlan_batch rollback
	logged kernel_drop_made kernel.before
}

make_link() { # name; of a VLAN, what it is on and its number too
	if [ -n "${2-}" ]; then
		logged ip link add link "$2" name "$1" type vlan id "$3"
	else
		logged ip link add "$1" type bridge
	fi
}

make_links() { # file with a line for each
	while read -r name link vlan _; do
		[ -e "/sys/class/net/$name" ] || make_link "$name" "$link" "$vlan"
	done <"$1"
}

# What is not as it was before the change, of what the change touches: a line each. The rest is told in the log.
lacking() {
	files_missing
	config_missing run
	while read -r name; do [ ! -e "/sys/class/net/$name" ] || echo "the link $name is there still"; done <delete.rollback
	while read -r name _; do [ -e "/sys/class/net/$name" ] || echo "the link $name is not there"; done <create.rollback
	daemon_runs || echo "$(daemon_name) does not run"
	daemon_held | sed 's/$/ holds what its link has still/'
	kernel_touched kernel.before >kernel.touched
	kernel_missing kernel.before | cut -f1 >kernel.lacking
	awk '
	FILENAME == "kernel.touched" { touched[$1]; next }
	{
		count = split($0, word, /[ \/]/); own = !/ dev / && $1 != "s"
		for (i = 1; i <= count; i++) if (word[i] in touched) own = 1
		sub(/^. /, "")
		if (own) print "the kernel lacks: " $0
		else print "changed meanwhile, and left: " $0 >>"log"
	}' kernel.touched kernel.lacking
}

# Before the network comes up: netplan's generator has run already, so it runs again. The kernel has nothing yet to take back.
boot() {
	if is confirmed || is rolled-back; then
		disarm
		return 0
	fi
	# Where this is cut off, or lacks something in the end, the host tries again once it is up.
	logged set_timer 60 "left behind"
	rm -f reserve
	words="the host restarted before the change was confirmed"
	log "rolling back: $words"
	logged files_put_back
	logged netplan_generate || config_load_kept
	files_missing >lacking
	[ ! -s reason ] || words="$(cat reason); the host restarted meanwhile"
	{ echo "$words"; sed 's/^/incomplete: /' lacking; cat log; } >report
	if [ -s lacking ] || ! end_as rolled-back; then
		state incomplete
	else
		disarm
	fi
}
