#!/bin/sh
# How what is read is printed: in sections, each headed by "<name> <exit code> <bytes>". The first part of the script that
# script.ts puts together.
# shellcheck disable=SC2016 # what stands in single quotes is awk's
LC_ALL=C
export LC_ALL
PATH=$PATH:/usr/sbin:/sbin

framed() { # name code text
	printf '%s %s %s\n%s\n' "$1" "$2" "${#3}" "$3"
}

# Seconds since the start, without a process for it.
seconds() {
	read -r now rest </proc/uptime
	now=${now%%.*}
}
seconds
began=$now
# Bytes of one section; of one file: some, as they are one reply.
most=8388608 longest=1048576

# A tool that hangs is ended, with all that it started, and is as good as none: everything else is told all the same. So
# are all that hang together: after half a minute, each gets a second.
limited() { # command...
	seconds
	left=$((began + 30 - now))
	[ "$left" -le 5 ] || left=5
	[ "$left" -ge 1 ] || left=1
	timeout -k 1 "$left" "$@" 2>/dev/null
}

section() { # name command...
	name=$1
	shift
	text=$("$@") && code=0 || code=$?
	framed "$name" "$code" "$text"
}

# A file's first line, without a process for it.
first() { # path
	{ read -r line <"$1"; } 2>/dev/null || [ -n "${line-}" ] || return
	printf '%s\n' "$line"
}

# What a tool prints, in text, and its code; where it prints without end, that is told instead. The code is behind a
# sign that is looked for from the end: to take a long text off its own beginning takes a shell minutes.
bounded() { # command...
	text=$({
		limited "$@" && code=0 || code=$?
		printf '#%d' "$code"
	} | limited head -c "$most")
	[ "${#text}" -lt "$most" ] || text='#141'
	case $text in
	*'#'[0-9] | *'#'[0-9][0-9] | *'#'[0-9][0-9][0-9]) ;;
	*) text='#124' ;;
	esac
	code=${text##*'#'}
	text=${text%'#'*}
}

listing() { # name command...
	section=$1
	shift
	bounded "$@"
	framed "$section" "$code" "$text"
}

# All files in one process: for each, a process of its own would take longer than all that it reads. A word that is no
# path says which sections the next ones are. What awk reads is a record to its end, as no text has the separator in it;
# a file that is gone meanwhile is none.
files() { # section path...
	for word; do
		shift
		case $word in
		/*) [ -f "$word" ] || continue ;;
		esac
		set -- "$@" "$word"
	done
	limited awk -v longest="$longest" 'BEGIN {
		RS = "\001kvmnet\001"
		for (i = 1; i < ARGC; i++) {
			path = ARGV[i]
			if (path !~ /^\//) {
				section = path
				continue
			}
			text = ""
			while ((found = (getline part < path)) > 0) text = text part
			close(path)
			code = found < 0 ? 1 : length(text) > longest ? 27 : 0
			if (code > 0) text = ""
			printf "%s:%s %d %d\n%s\n", section, path, code, length(text), text
		}
	}' "$@"
}
