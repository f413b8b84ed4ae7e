#!/bin/sh
# The files that a change writes and takes away: kept as they were, put in, put back. Sourced by transaction.sh.
#
# A link in a path is followed and stays a link: what it leads to is kept and written. What is written keeps the owner, the
# mode, the ACL and the extended attributes of what stood there; what has other names (hard links) keeps them.

# Where the text of a path stands.
file_at() { # path
	readlink -m -- "$1"
}

# A path that is taken away goes itself, also where it is a link.
entry_at() { # path
	folder=$(readlink -m -- "$(dirname "$1")") && printf '%s/%s\n' "${folder%/}" "${1##*/}"
}

files_written() {
	find files -type f | sed 's/^files//'
}

# Where the change writes, after the links.
files_changed() {
	files_written | while read -r path; do file_at "$path" || exit 1; done &&
		while read -r path; do entry_at "$path" || exit 1; done <remove
}

files_obstacle() {
	files_written | while read -r path; do
		if ! at=$(file_at "$path") || [ -d "$at" ] || [ -L "$at" ]; then echo "$path leads to no file"; fi
	done
	files_changed | while read -r at; do
		folder=$(dirname "$at")
		if [ -d "$folder" ] && [ ! -w "$folder" ]; then echo "$folder can't be written: is it read-only?"; fi
	done | sort -u
}

files_keep() {
	mkdir -p before && : >absent && files_changed >changed.files || return 1
	while read -r at; do
		if [ ! -e "$at" ] && [ ! -L "$at" ]; then echo "$at" >>absent; continue; fi
		mkdir -p "before$(dirname "$at")" && cp -a "$at" "before$at" || return 1
	done <changed.files
}

# What stands there already is left alone: it may be all that is possible on a disk that is full or read-only.
files_put() { # folder: its tree goes to /
	find "$1" -type f | while read -r file; do
		at=$(file_at "${file#"$1"}") || exit 1
		if ! put_file "$file" "$at"; then
			rm -f "$at.kvmnet-new"
			exit 1
		fi
	done
}

put_file() { # file, where it goes
	# Of a copy that the host's power cut off.
	rm -f "$2.kvmnet-new"
	! cmp -s "$1" "$2" || return 0
	make_folder_of "$2" || return 1
	if [ ! -e "$2" ]; then
		cp -a "$1" "$2.kvmnet-new" && mv -T "$2.kvmnet-new" "$2"
	elif is_shared "$2"; then
		cat "$1" >"$2"
	else
		cp -a --attributes-only "$2" "$2.kvmnet-new" && cat "$1" >"$2.kvmnet-new" && mv -T "$2.kvmnet-new" "$2"
	fi
}

# What kvmnet keeps is root's alone.
make_folder_of() { # path
	(
		# shellcheck disable=SC2154 # transaction.sh's
		case $1 in "$base"/*) ;; *) umask 022 ;; esac
		mkdir -p "$(dirname "$1")"
	)
}

# It has other names, or is a mount of its own: in its place, another file would be another.
is_shared() { # path
	[ "$(stat -c %h "$1")" -gt 1 ] || grep -q " $1 " /proc/self/mounts
}

files_put_back() {
	find before \( -type f -o -type l \) | while read -r file; do
		at=${file#before}
		rm -f "$at.kvmnet-new"
		! is_as_kept "$file" "$at" || continue
		if ! put_back_file "$file" "$at"; then
			rm -f "$at.kvmnet-new"
			exit 1
		fi
	done && files_remove absent
}

put_back_file() { # file, where it goes
	make_folder_of "$2" || return 1
	if [ -e "$2" ] && [ ! -L "$2" ] && is_shared "$2"; then
		cat "$1" >"$2" && chown --reference="$1" "$2" && chmod --reference="$1" "$2" && touch --reference="$1" "$2"
	else
		cp -a "$1" "$2.kvmnet-new" && mv -T "$2.kvmnet-new" "$2"
	fi
}

is_as_kept() { # file, where it belongs
	if [ -L "$1" ]; then [ "$(readlink "$1")" = "$(readlink "$2")" ]; return; fi
	[ ! -L "$2" ] && cmp -s "$1" "$2" && [ "$(stat -c '%f %u %g' "$1")" = "$(stat -c '%f %u %g' "$2")" ]
}

files_remove() { # file with paths
	while read -r path; do
		at=$(entry_at "$path") && rm -f "$at" "$at.kvmnet-new" || return 1
		# networkd's folders for drop-ins; of nobody's use once empty.
		case $path in *.network.d/* | *.netdev.d/*) rmdir "$(dirname "$at")" 2>/dev/null ;; esac
	done <"$1"
}

# What is not as it was, a sentence each.
files_missing() {
	find before \( -type f -o -type l \) | while read -r file; do
		is_as_kept "$file" "${file#before}" || echo "${file#before} is not as it was"
	done
	while read -r path; do
		if [ -e "$path" ] || [ -L "$path" ]; then echo "$path is there still"; fi
	done <absent
}
