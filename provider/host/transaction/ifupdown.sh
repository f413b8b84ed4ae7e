#!/bin/sh
# shellcheck disable=SC2154 # log, logged, limited, is, make_links: transaction.sh's and its parts'
# How ifupdown is told of a change: what networkd.sh has for networkd. Sourced by transaction.sh after it, where ifupdown has
# the links. Nothing of ifupdown runs by itself: it does what it is told, and keeps in a file of its own what it has up. Of
# keep.apply and keep.rollback, a line is a link that it is to have up then.

ifstate=/run/network/ifstate

daemon_name() {
	echo ifupdown
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
		logged limited 20 ifup --force --ignore-errors "$name"
		ifupdown_has "$name" || { log "ifupdown does not take $name over"; return 1; }
	done <"$to"
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
	echo ifupdown
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
		limited 10 ifup --no-act --force --interfaces=tried/interfaces "$name" >>made.log 2>&1 || return 1
	done <keep.apply
}
