#!/bin/sh
# Lets through what a bridge forwards between its own ports, or takes that away: sh netfilter.sh apply|remove FOLDER
# FOLDER/parameters begins with two lines: the bridge's name; "accept" or "bypass".
#
# Its units run it at each boot, and again whenever something starts or is reloaded that writes a firewall anew. Nothing
# in it can take a connection away: it adds rules that accept, and takes away only those.
#
# "accept" does nothing while br_netfilter is not loaded: iptables does not see bridged frames then, and the physdev
# match itself would load it.
LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL PATH
verb=$1
folder=$2
{ read -r bridge && read -r mode; } <"$folder/parameters" || exit 2
mark="kvmnet $bridge"
switches=/proc/sys/net/bridge
failed=0
# A start and a reload may come at the same time.
exec 9<"$folder" && flock -w 60 9
# What is not added is taken away.
adding=
[ "$verb" != apply ] || [ "$mode" != accept ] || adding=yes

say() {
	echo "kvmnet: $*" >&2
}

# iptables, in both of its backends: a table that is not there is not made.
saved_by() { # command
	case $1 in
	iptables-legacy) grep -qx filter /proc/net/ip_tables_names 2>/dev/null || return 1 ;;
	ip6tables-legacy) grep -qx filter /proc/net/ip6_tables_names 2>/dev/null || return 1 ;;
	esac
	# Asked for one table, iptables prints it also where there is none.
	command -v "$1-save" >/dev/null && "$1-save" 2>/dev/null | awk '/^\*/ { filter = $1 == "*filter" } filter && /^:(FORWARD|DOCKER-USER) |^-A /' | grep .
}

iptables_rule() { # command verb chain
	"$1" -w 10 "$2" "$3" -i "$bridge" -o "$bridge" -m physdev --physdev-is-bridged -m comment --comment "$mark" -j ACCEPT
}

# Where there is no rule of ours, asking for one would load br_netfilter.
iptables_out() { # command chain rules
	case $3 in
	*"--comment \"$mark\""*) while iptables_rule "$1" -D "$2" 2>/dev/null; do :; done ;;
	esac
}

# A chain of iptables' own with nothing in it does nothing, and would not be there but for the rule that was in it.
nothing_left() { # command rules
	case "$1 $2" in
	*-nft*"--comment \"$mark\""*) ;;
	*) return ;;
	esac
	family=ip
	[ "${1#ip6}" = "$1" ] || family=ip6
	chain=$(nft list chain "$family" filter FORWARD 2>/dev/null) || return
	printf '%s\n' "$chain" | grep -Evq '^#|^table |^	chain FORWARD \{$|^		type filter hook forward .* policy accept;$|^	?\}$' || {
		nft delete chain "$family" filter FORWARD
		nft list table "$family" filter | grep -q '^	' || nft delete table "$family" filter
	}
}

# The backend of the host's own iptables: a policy of drop that comes makes its chain.
is_the_hosts() { # command
	case $("${1%-*}" -V 2>/dev/null) in
	*nf_tables*) [ "${1##*-}" = nft ] ;;
	*legacy*) [ "${1##*-}" = legacy ] ;;
	*) false ;;
	esac
}

# First in the chain: what comes before it could drop the frame.
iptables_in() { # command chain rules
	case $(printf '%s\n' "$3" | grep -m 1 -- "^-A $2 ") in
	*"--comment \"$mark\""*) return ;;
	esac
	iptables_out "$1" "$2" "$3"
	iptables_rule "$1" -I "$2" || {
		say "could not add the rule to $2 of $1"
		failed=1
	}
}

# Which of iptables' chains on forward have the rule stays in FOLDER/rules: one that goes with its table is seen to be missing.
each_iptables() {
	placed=
	for command in iptables-nft ip6tables-nft iptables-legacy ip6tables-legacy; do
		rules=$(saved_by "$command") || rules=
		for chain in FORWARD DOCKER-USER; do
			if ! printf '%s\n' "$rules" | grep -q "^:$chain "; then
				# A policy of drop may come at any time, by hand or by ufw: the rule is there before.
				if [ -z "$adding" ] || [ ! -d "$switches" ] || [ "$chain" != FORWARD ] || ! is_the_hosts "$command"; then continue; fi
				# Where it can't be, nothing drops yet.
				iptables_rule "$command" -I FORWARD 2>/dev/null || continue
			elif [ -z "$adding" ]; then
				iptables_out "$command" "$chain" "$rules"
				continue
			elif [ -d "$switches" ]; then
				iptables_in "$command" "$chain" "$rules"
			fi
			[ "$chain" != FORWARD ] || placed="$placed$command FORWARD
"
		done
		[ -n "$adding" ] || nothing_left "$command" "$rules"
	done
	rm -f "$folder/rules"
	[ -z "$placed" ] || { printf '%s' "$placed" >"$folder/rules.new" && mv "$folder/rules.new" "$folder/rules"; }
}

# Chains of nft on forward, "family table chain"; to add to, without those of iptables and of daemons that write them anew.
nft_chains() {
	nft list chains 2>/dev/null | awk '
		$1 == "table" { family = $2; table = $3 }
		$1 == "chain" { chain = $2 }
		$1 == "type" && $2 == "filter" && $4 == "forward" && family ~ /^(ip|ip6|inet)$/ { print family, table, chain }
	' | while read -r family table chain; do
		if [ -z "$adding" ]; then
			printf '%s %s %s\n' "$family" "$table" "$chain"
			continue
		fi
		case $table in
		firewalld | libvirt_network | docker-bridges | kube-proxy) continue ;;
		esac
		case "$family $table $chain" in
		"ip mangle "* | "ip6 mangle "* | "ip security "* | "ip6 security "*) continue ;;
		"ip filter FORWARD") ! saved_by iptables-nft >/dev/null || continue ;;
		"ip6 filter FORWARD") ! saved_by ip6tables-nft >/dev/null || continue ;;
		esac
		printf '%s %s %s\n' "$family" "$table" "$chain"
	done
}

nft_out() { # family table chain
	nft -a list chain "$1" "$2" "$3" | grep -F "comment \"$mark\" # handle" | sed 's/.*# handle //' | while read -r handle; do
		nft delete rule "$1" "$2" "$3" handle "$handle"
	done
}

nft_in() { # family table chain
	rules=$(nft list chain "$1" "$2" "$3")
	printf '%s\n' "$rules" | grep -Eq 'drop|reject|jump|goto|vmap|queue' || return 0
	case $(printf '%s\n' "$rules" | awk 'seen { print; exit } $1 == "type" { seen = 1 }') in
	*"comment \"$mark\""*) return 0 ;;
	esac
	nft_out "$1" "$2" "$3"
	nft insert rule "$1" "$2" "$3" iifname "\"$bridge\"" oifname "\"$bridge\"" accept comment "\"$mark\""
}

each_nft() {
	command -v nft >/dev/null || return 0
	nft_chains >"$folder/chains"
	while read -r family table chain; do
		if [ -z "$adding" ]; then
			nft_out "$family" "$table" "$chain" || {
				say "could not take the rule out of the chain $chain of the table $family $table"
				failed=1
			}
		elif [ -d "$switches" ]; then
			nft_in "$family" "$table" "$chain" || {
				say "could not add the rule to the chain $chain of the table $family $table"
				failed=1
			}
		fi
	done <"$folder/chains"
	rm -f "$folder/chains"
}

# What the switches were before another bridge of this host was put to "bypass": the host's own ones are shared.
other_previous() {
	for file in "${folder%/*}"/*/previous; do
		if [ -e "$file" ] && [ "$file" != "$folder/previous" ]; then
			echo "$file"
			return
		fi
	done
}

was() { # switch
	grep -Fs "$1 " "$(other_previous)" || printf '%s %s\n' "$1" "$(cat "$1")"
}

# What the switches were before the first change of ours stays in FOLDER/previous.
bypass() {
	[ -d "$switches" ] || return 0
	set -- "$switches/bridge-nf-call-iptables" "$switches/bridge-nf-call-ip6tables" "$switches/bridge-nf-call-arptables"
	for kind in iptables ip6tables arptables; do
		own=/sys/class/net/$bridge/bridge/nf_call_$kind
		[ ! -e "$own" ] || set -- "$@" "$own"
	done
	if [ ! -e "$folder/previous" ]; then
		for switch; do was "$switch"; done >"$folder/previous.new"
		mv "$folder/previous.new" "$folder/previous"
	fi
	for switch; do echo 0 >"$switch" || failed=1; done
}

end_bypass() {
	[ -e "$folder/previous" ] || return 0
	while read -r switch value; do
		case $switch in
		"$switches"/*) [ -z "$(other_previous)" ] || continue ;;
		esac
		[ ! -e "$switch" ] || echo "$value" >"$switch"
	done <"$folder/previous"
	rm "$folder/previous"
}

each_iptables
each_nft
if [ "$verb" = apply ] && [ "$mode" = bypass ]; then
	bypass
else
	end_bypass
fi
exit "$failed"
