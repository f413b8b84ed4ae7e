#!/bin/sh
# shellcheck disable=SC2154,SC2034 # limited: transaction.sh's; ifup_words: ifupdown.sh's
# What ifupdown2 has another way than ifupdown. Sourced by transaction.sh after ifupdown.sh, where ifupdown2 has the links.

# What it finds is no failure to it.
ifup_words=--force

# It keeps what it has up in a form of its own, of Python's, a stanza after the other.
ifupdown_has() { # name
	limited 20 ifquery --print-savedstate --all 2>/dev/null | awk -v name="$1" '$1 == "iface" && $2 == name { has = 1 } END { exit !has }'
}

# Its ifdown would do more than forget: take addresses off, give a lease back, run the stanza's commands.
ifupdown_forget() { # name
	state=$(sed -n 's/^state_dir=//p' /etc/network/ifupdown2/ifupdown2.conf 2>/dev/null | tail -n 1)
	state=${state:-/var/tmp/network}/ifstatenew
	[ -s "$state" ] || return 0
	limited 20 python3 - "$state" "$1" <<-'PYTHON'
		import os, pickle, sys
		sys.path[:0] = ["/usr/share/ifupdown2", "/usr/share"]
		path, name = sys.argv[1:]
		left = []
		with open(path, "rb") as file:
		    while file.peek(1):
		        stanza = pickle.load(file)
		        if stanza.name != name:
		            left.append(pickle.dumps(stanza, pickle.HIGHEST_PROTOCOL))
		with open(path + ".kvmnet-new", "wb") as file:
		    file.write(b"".join(left))
		os.replace(path + ".kvmnet-new", path)
	PYTHON
}

# It has IPv6 off on each port of a bridge, and on again on those alone that it takes out itself.
daemon_before() { # way
	sed -n 's/^link set dev \([^ ]*\) nomaster$/\1/p' "$1.batch" | while read -r link; do
		if [ -e "/proc/sys/net/ipv6/conf/$link/disable_ipv6" ]; then
			cat /proc/sys/net/ipv6/conf/default/disable_ipv6 >"/proc/sys/net/ipv6/conf/$link/disable_ipv6"
		fi
	done
}

# It takes a bridge's MTU for needless, which is none of what it is asked here; and goes on after errors, of which the file may have had
# some before.
config_look() { # name
	find tried -type f -exec sed -i '/^[[:space:]]*mtu[[:space:]]/d' {} +
	limited 20 ifup --syntax-check --interfaces=tried/interfaces "$1" && return 0
	! limited 20 ifup --syntax-check --all >/dev/null 2>&1 && limited 20 ifquery --interfaces=tried/interfaces "$1"
}
