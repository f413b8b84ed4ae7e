# shellcheck shell=sh
# Read before a script that runs on a simulated machine: each command that the script starts is asked for first, and what
# the simulation answers is done. Functions cost no process; what a function can't be (a name with a hyphen) or can't
# reach (exec, xargs) is found on PATH, as standIn.sh.
#
# Descriptors 3 and 4 carry question and answer; 5 has a token, as only one process of a unit asks at a time. An answer is
#   run                      the real command
#   exit CODE LINES          not at all; as many lines as its output follow
#   after CODE               the real command, whose success is lost
#   half CODE                an ip batch, of which only the first half is read
#   wait N                   another answer, later, from a pipe of its own

sim_answer() {
	read -r sim_verb sim_code sim_lines
	while [ "${sim_lines:-0}" -gt 0 ]; do
		IFS= read -r sim_line
		printf '%s\n' "$sim_line" >&7
		sim_lines=$((sim_lines - 1))
	done
}

sim_real() { # name arguments...
	sim_name=$1
	shift
	if [ "$sim_name" = sh ]; then
		if [ "$1" = -c ]; then
			sim_text=$2
			shift 2
			/usr/bin/sh -c ". /mnt/prelude.sh
$sim_text" "$@"
		else
			# shellcheck disable=SC2016 # for that shell to expand
			/usr/bin/sh -c '. /mnt/prelude.sh; . "$0"' "$@"
		fi
	elif [ "$sim_name" = find ]; then
		# In the same order on each machine.
		sim_found=$(/usr/bin/find "$@")
		sim_code=$?
		[ -z "$sim_found" ] || printf '%s\n' "$sim_found" | /usr/bin/sort
		return "$sim_code"
	elif [ -x "/usr/bin/$sim_name" ]; then
		"/usr/bin/$sim_name" "$@"
	else
		"/mnt/sbin/$sim_name" "$@"
	fi
}

sim_half() { # ip's arguments, the batch's file last
	for sim_file; do :; done
	sim_count=$(/usr/bin/wc -l <"$sim_file")
	/usr/bin/head -n "$((sim_count / 2))" "$sim_file" | /mnt/sbin/ip -batch -
}

sim() { # name arguments...
	read -r _ <&5
	printf '%s\0' "$#" "${sim_limit-}" "$@" >&3
	unset sim_limit
	sim_answer <&4 7>&1
	echo >&5
	[ "$sim_verb" != wait ] || sim_answer <"/mnt/wait/$sim_code" 7>&1
	case $sim_verb in
	run) sim_real "$@" ;;
	after)
		sim_lost=$sim_code
		sim_real "$@"
		return "$sim_lost"
		;;
	half)
		sim_lost=$sim_code
		shift
		sim_half "$@"
		return "$sim_lost"
		;;
	*) return "$sim_code" ;;
	esac
}

# A lock is waited for in the machine's time.
flock() { # options descriptor
	sim flock "$@" || return
	sim_tries=0
	until /usr/bin/flock -n "$@"; do
		sim_tries=$((sim_tries + 1))
		sim flock-busy "$sim_tries" "$@" || return
	done
}

timeout() { # options limit command...
	while :; do
		case $1 in
		-k | -s) shift 2 ;;
		-*) shift ;;
		*) break ;;
		esac
	done
	(
		sim_limit=$1
		# A stand-in is a process of its own.
		export sim_limit
		shift
		"$@"
	)
}

# machine.sh puts a function here for each of the commands.
