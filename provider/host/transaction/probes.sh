#!/bin/sh
# What answers: it is known before a change, and only that is demanded after it. Sourced by transaction.sh, in the
# transaction's folder; `probes`, `proofs` and `required` say what is asked.

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

# Whether a command succeeds for one of the words: all are tried at once.
any() { # command, words
	command=$1
	shift
	for word; do { "$command" "$word" >/dev/null 2>&1 8>&- 9>&- && echo yes; } & done | grep -q yes
}

# As the host's programs ask, and not from what systemd-resolved remembers.
resolves() { # name
	[ ! -e /run/systemd/resolve ] || timeout 2 resolvectl flush-caches
	timeout 5 getent ahosts "$1"
}

# Whom the host's programs ask: /etc/resolv.conf's, or those that systemd-resolved asks where they go through that.
name_servers() {
	file=/etc/resolv.conf
	if grep -qsE '^nameserver[[:space:]]+127\.0\.0\.5[34]' "$file" || grep -qsE '^hosts:.*[[:space:]]resolve([[:space:]]|$)' /etc/nsswitch.conf; then
		[ ! -e /run/systemd/resolve/resolv.conf ] || file=/run/systemd/resolve/resolv.conf
	fi
	sed -nE 's/^nameserver[[:space:]]+([^[:space:]]+).*/\1/p' "$file" 2>/dev/null
}

# Any answer will do, a refusal too: it is the way to the server that is tried. bash is on every Debian and Ubuntu, dig
# is not. The question is for the root's SOA (RFC 1035, 4.1), with "KV" for its ID.
is_name_server() { # address
	# shellcheck disable=SC2016 # for bash to expand
	timeout 4 bash -c 'exec 3<>"/dev/udp/$1/53" || exit
		for _ in 1 2; do
			printf "KV\1\0\0\1\0\0\0\0\0\0\0\0\6\0\1" >&3
			case $(timeout 1.5 dd bs=512 count=1 status=none <&3 | od -An -tx1 -N3) in " 4b 56 "[89a-f]*) exit 0 ;; esac
		done
		exit 1' bash "$1"
}

# What the kernel remembers of it is forgotten first. One that answers no ping has answered ARP all the same.
is_neighbour() { # address
	ip neigh flush to "$1"
	ping -n -q -c 1 -W 1 "$1" || ip neigh show to "$1" nud reachable | grep -q lladdr
}

# shellcheck disable=SC2086,SC2046 # of several, a word each
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
	name) resolves "$2" ;;
	names) any resolves $2 ;;
	dns) any is_name_server $(name_servers) ;;
	route)
		case $2 in
		inet) ip -4 route show table all default | grep -q . && return 0 ;;
		esac
		# A router that advertises is asked again by networkd whenever that takes a link over, and answers in its own time.
		case $2 in fe80:*) looks=40 ;; *) looks=1 ;; esac
		until { ip -4 route show table all default; ip -6 route show table all default; } | grep -qF -e "via $2 dev" -e "via inet6 $2 dev"; do
			looks=$((looks - 1))
			[ "$looks" -gt 0 ] || return 1
			sleep 0.2
		done
		;;
	arp)
		ping -n -q -c 1 -W 1 "$2" || ping -n -q -c 1 -W 1 "$2" || case $(ip neigh show to "$2") in *lladdr*) ;; *) return 1 ;; esac
		;;
	neighbours) any is_neighbour $2 ;;
	*) return 1 ;;
	esac >/dev/null 2>&1
}

probe_all() { # file; prints "ok|failed KIND SUBJECT"
	while read -r kind subject; do
		{ if probe "$kind" "$subject"; then echo "ok $kind $subject"; else echo "failed $kind $subject"; fi; } &
	done <"$1"
	wait
}

# Where the connection of the engine takes no way that the change is about, something else has to show that the LAN is there.
proven() { # file with what was probed
	[ ! -s proofs ] || sed -n 's/^ok //p' "$1" | grep -qxFf proofs
}

# What must hold: what held before, and what is required in any case.
demanded() {
	{ sed -n 's/^ok //p' baseline; cat required; } | sort -u
}

# The addresses may be at another MAC address now, which the LAN learns from the first ARP request: not only when the
# host has something to say. Where a link leaves a bridge, the way is its own only after tidy.batch.
announce() {
	sed -n 's/^gateway //p' probes | while read -r address; do
		ping -n -q -c 1 -W 1 "$(zoned "$address")" >/dev/null 2>&1 &
	done
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
