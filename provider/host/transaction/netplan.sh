#!/bin/sh
# What netplan makes of the files, for networkd to read. Sourced by transaction.sh.

# `netplan generate` starts Python to start this, and netplan 1.1 has systemd read all its units again after it, which none
# of what is made here needs. Since netplan 1.2 it is two programs, and only their front knows how to run them.
netplan_generate() ( # arguments
	# networkd reads it as its own user.
	umask 022
	generator=/usr/libexec/netplan/generate
	if [ -x "$generator" ] && [ ! -e "${generator%/*}/configure" ]; then
		set -- "$generator" "$@"
	else
		set -- netplan generate "$@"
	fi
	said=$(timeout -k 1 20 "$@" 2>&1)
	code=$?
	[ -z "$said" ] || printf '%s\n' "$said" | without_lines
	return "$code"
)

# netplan shows the line of a file that it does not take, and a mark below it: a mapping on one line has its passwords in
# it. Where the line is, and what is wrong with it, netplan says before.
without_lines() {
	awk '/^[[:space:]]*\^/ { held = 0; next } held { print line } { line = $0; held = 1 } END { if (held) print line }'
}

# What netplan makes of copies of the files. Not in place: it would write all its files anew, and networkd would take over
# all links anew. A copy of what a link leads to: a trial writes through none.
netplan_make() { # folder for what is made, then perhaps: folder of files that are put over those that are there, file with paths to take away
	if ! command -v netplan >/dev/null; then
		mkdir -p "$1" && : >"$1.log"
		return
	fi
	root=$(mktemp -d) || return 1
	for folder in lib etc run; do
		mkdir -p "$root/$folder/netplan"
		for file in "/$folder"/netplan/*.yaml; do
			[ ! -f "$file" ] || cp -L --preserve=mode "$file" "$root/$folder/netplan/" || { rm -rf "$root"; return 1; }
		done
	done
	if [ $# -gt 1 ]; then cp -a "$2/." "$root/" && while read -r path; do rm -f "$root$path"; done <"$3"; fi
	netplan_generate --root-dir "$root" >"$1.log" 2>&1
	made=$?
	rm -rf "$1" && mkdir -p "$1" && for file in "$root"/run/systemd/network/10-netplan-*; do
		[ ! -e "$file" ] || cp -a "$file" "$1/"
	done || made=1
	rm -rf "$root"
	sed -i "s|$root||g" "$1.log"
	cat "$1.log" >>log
	return "$made"
}

config_owner() {
	echo netplan
}

# The result, before anything is touched; what is wrong with it is in made.log.
config_check() {
	netplan_make made files remove || return 1
	# Files that say something else than what is in force are not this change's to put in force.
	netplan_make was || rm -rf was
}

# What is in force; of it, what the change makes anew.
config_keep() {
	mkdir -p run || return 1
	set -- /run/systemd/network/10-netplan-*
	[ ! -e "$1" ] || cp -a "$@" run/ || return 1
	[ -d was ] || cp -a run was || return 1
	{ ls was; ls made; } | sort -u | while read -r name; do
		is_same "was/$name" "made/$name" || echo "$name"
	done >changed.run
}

is_same() { # two files, or none
	if [ -e "$1" ] && [ -e "$2" ]; then cmp -s "$1" "$2"; else [ ! -e "$1" ] && [ ! -e "$2" ]; fi
}

# Only what differs: networkd takes a link over anew whose file is another one.
config_load_from() { # folder
	while read -r name; do
		at=/run/systemd/network/$name
		# Of a copy that was cut off.
		[ ! -e "$at.kvmnet-new" ] || rm -f "$at.kvmnet-new" || return 1
		if [ ! -e "$1/$name" ]; then
			rm -f "$at" || return 1
		elif ! cmp -s "$1/$name" "$at"; then
			cp -a "$1/$name" "$at.kvmnet-new" && mv "$at.kvmnet-new" "$at" || return 1
		fi
	done <changed.run
}

config_load() {
	config_load_from made
}

config_load_kept() {
	config_load_from run
}

# What is in force otherwise than a folder has it, or than the next boot makes it: a sentence each.
config_missing() { # folder
	while read -r name; do
		is_same "$1/$name" "/run/systemd/network/$name" || echo "/run/systemd/network/$name is not as it was"
	done <changed.run
}

config_at_boot() {
	if ! netplan_make boot; then
		echo "netplan does not take the files any more: $(grep . boot.log | head -n 3 | paste -sd' ' -)"
		return 0
	fi
	while read -r name; do
		is_same "boot/$name" "/run/systemd/network/$name" || echo "a restart would make another $name"
	done <changed.run
}
