#!/bin/sh
# What the packet filter has: iptables' and nft's rules. A part of what script.ts puts together.
# shellcheck disable=SC2016 # what stands in single quotes is awk's

# iptables in both of its backends, and of the tables that filter nothing what asks for interfaces. Without a table of the old one in the kernel, asking for it would load one.
iptables_rules() {
	for tool in iptables-nft ip6tables-nft iptables-legacy ip6tables-legacy; do
		case $tool in
		iptables-legacy) names=/proc/net/ip_tables_names ;;
		ip6tables-legacy) names=/proc/net/ip6_tables_names ;;
		*) names= ;;
		esac
		[ -z "$names" ] || limited grep -q . "$names" || continue
		command -v "$tool-save" >/dev/null || continue
		bounded "$tool-save"
		[ "$code" != 0 ] || { text=$(printf '%s\n' "$text" | asking_for_interfaces "$names") || code=$?; }
		framed "iptables:$tool" "$code" "$text"
	done
}

# Of the old backend nobody else tells: all but nat, in which nothing is dropped.
asking_for_interfaces() { # names
	limited awk -v old="$1" '/^\*/ { table = $1; print } table == "*filter" || old && table != "*nat" ? !/^\*/ : / -[io] /'
}

# Which interfaces are in sets and maps of nft's, which its ruleset is printed without: they may be long.
nft_rules() {
	listing nft nft -j -t list ruleset
	printf '%s\n' "$text" | limited grep -oE '"(set|map)": \{[^}]*\}' | limited grep '"ifname"' |
		limited sed -nE 's/^"(set|map)": \{"family": "([^"]+)", "name": "([^"]+)", "table": "([^"]+)".*/\1 \2 \4 \3/p' |
		while read -r kind family table name; do section "nftSet:$family/$table/$name" limited nft -j list "$kind" "$family" "$table" "$name"; done
}
