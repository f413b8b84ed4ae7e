#!/bin/sh
# What the kernel's network is, as the commands that make it so, and the way back to it.
#
# Sourced by transaction.sh, in the transaction's folder. It parses as little as can be: iproute2's own words, and the
# kernel's files, come back as they were printed. A line is a tool's letter, a command, and after a tab what time changes:
#   l, 4, 6, b   for `ip`, `ip -4`, `ip -6` and `bridge -batch`          s   a file of the kernel's, and what it says
#
#   kernel_now               prints what the kernel has
#   kernel_save FILE         keeps that
#   kernel_plan FILE         keeps what is to stay once the daemon has taken the change over: after the batch, before it
#                            is told; of what the change does not touch, what FILE has
#   kernel_missing FILE      prints what FILE has and the kernel has not
#   kernel_give_back FILE    gives the kernel what it lacks of FILE; fails where it still lacks something then
#   kernel_drop_made FILE    takes away what the kernel made itself of a change, and FILE does not have
#   kernel_hold FILE SECONDS [daemon]
#                            does so until nothing is missing for a second, or the time is over; fails where something is
# With "daemon", what the daemon has in another form by now stays as the daemon has it, and a lease that is gone is gone.

# A link's name may have a peer's behind it: "eth0@if7".
kernel_links() {
	ip -d -o link show | awk '
	{
		gsub(/\\/, " \\ ")
		name = $2; sub(/:$/, "", name); sub(/@.*/, "", name)
		line = "l link set dev " name; master = ""; bridge = 0
		for (i = 4; i <= NF; i++) {
			if ($i == "mtu") mtu = $(i + 1)
			else if ($i == "master") master = $(i + 1)
			else if ($i == "qlen") queue = $(i + 1)
			else if ($i == "addrgenmode") mode = $(i + 1)
			else if ($i == "link/ether") mac = $(i + 1)
			else if ($i == "bridge" && $(i - 1) == "\\") bridge = 1
		}
		if (bridge) made = made "l link add name " name " type bridge\n"
		if ($0 ~ /link\/ether/) said = said line " address " mac "\n"
		# A port has the MTU before its bridge has it.
		said = said line (master == "" ? " nomaster" : " master " master) "\n" line " mtu " mtu "\n"
		if (bridge) said = said line " txqueuelen " queue "\n"
		said = said line " addrgenmode " mode "\n" line ($3 ~ /[<,]UP[,>]/ ? " up" : " down") "\n"
	}
	END { printf "%s%s", made, said }'
}

# An address that the kernel made of another one (temporary), or has no use for (a duplicate), is nobody's to set.
kernel_addresses() {
	for family in 4 6; do
		ip "-$family" -d -o address show | awk -v family="$family" '
		BEGIN { split("secondary dynamic deprecated permanent tentative optimistic stable-privacy detached", words); for (w in words) told[words[w]] }
		/ (temporary|dadfailed)[ \\]/ { next }
		{
			sub(/\\/, " \\ ")
			line = family " address replace " $4; life = ""; i = 5
			for (; i <= NF && $i != "\\"; i++) {
				if ($i in told) continue
				# What is left at the end is the label, of IPv4; the name of the link, mostly.
				if (family == 4 && $(i + 1) == "\\" && $(i - 1) !~ /^(scope|metric|proto|brd|any)$/) { if ($i != $2) line = line " label " $i }
				else line = line " " $i
			}
			for (i++; i <= NF; i++) { sub(/sec$/, "", $i); life = life " " $i }
			print line " dev " $2 (life ~ /[0-9]/ ? "\t" life : "")
		}'
	done
}

# Functions of awk: a route whatever others there are with it, and without what may be added to it.
way='function way(line) { line = plain(line); gsub(/ (mtu|initcwnd|initrwnd|advmss|hoplimit|rto_min|quickack) (lock )?[^ ]+/, "", line); return line }
function plain(line) { sub(/ route (prepend|append) /, " route replace ", line); return line }'

# The kernel makes its table "local" of addresses, and the routes to their networks too. Of routes that are one for it but
# for their ways, `replace` takes any one's place: the first is prepended (IPv6 has no order of them), the others appended.
# Of one way in two forms, the one that is meant does take the other's place.
kernel_routes() {
	for family in 4 6; do
		ip "-$family" -d -o route show table all | awk -v family="$family" "$way"'
		BEGIN { split("linkdown dead pervasive offload offload_failed trap rt_offload rt_offload_failed rt_trap unresolved notify", words); for (w in words) told[words[w]] }
		/ table local proto kernel / || /^(multicast|anycast) / || / proto redirect / { next }
		$2 == "fe80::/64" && / proto kernel / { next }
		{
			gsub(/\\/, " "); line = ""; life = ""; key = $1 " " $2
			for (i = 1; i <= NF; i++) {
				if ($i in told) continue
				if ($i == "error" || $i == "age") { i++; continue }
				if ($i == "expires") { i++; sub(/sec$/, "", $i); life = " expires " $i; continue }
				if ($i == "table" || $i == "metric" || $i == "tos") key = key " " $i " " $(i + 1)
				if ($i == "default" && i == 2) $i = family == 4 ? "0.0.0.0/0" : "::/0"
				line = line " " $i
			}
			linked = line ~ / via | nexthop | nhid /
			order[NR] = !linked ? 0 : line ~ / (via|inet6) fe80:/ ? 2 : 1
			said[NR] = line (life == "" ? "" : "\t" life); keys[NR] = key
			if (!((key, way(line)) in ways)) { ways[key, way(line)]; count[key]++ }
		}
		END {
			for (r = 1; r <= NR; r++) if (r in said) {
				verb = count[keys[r]] == 1 ? "replace" : family == 4 && !(keys[r] in seen) ? "prepend" : "append"
				seen[keys[r]]; all[order[r]] = all[order[r]] family " route " verb said[r] "\n"
			}
			printf "%s%s%s", all[0], all[1], all[2]
		}'
	done
}

kernel_rules() {
	for family in 4 6; do
		ip "-$family" -d -o rule show | awk -v family="$family" '
		{
			priority = $1; sub(/:$/, "", priority); line = family " rule add priority " priority
			for (i = 2; i <= NF; i++) if ($i !~ /^\[(detached|unresolved)\]$/) line = line " " $i
			print line
		}'
	done
}

kernel_neighbours() {
	for family in 4 6; do
		ip "-$family" -d -o neigh show nud permanent | awk -v family="$family" '
		{
			line = family " neigh replace"
			for (i = 1; i <= NF; i++) if ($i != "PERMANENT") line = line " " $i
			print line " nud permanent"
		}'
		ip "-$family" neigh show proxy | awk -v family="$family" '{ print family " neigh replace proxy " $1 " " $2 " " $3 }'
	done
	ip token | awk '$2 != "::" { print "6 token set " $2 " " $3 " " $4 }'
}

kernel_ports() {
	bridges=$(for bridge in /sys/class/net/*/bridge; do bridge=${bridge%/bridge} && echo "${bridge##*/}"; done)
	bridge vlan show 2>/dev/null | awk -v bridges="$bridges" '
	BEGIN { split(bridges, names, "\n"); for (n in names) self[names[n]] }
	NR == 1 { next }
	/^[^ \t]/ { device = $1; $1 = "" }
	{ $0 = $0; if (NF) print "b vlan add dev " device " vid " $1 (/PVID/ ? " pvid" : "") (/Untagged/ ? " untagged" : "") (device in self ? " self" : "") }'
	bridge fdb show 2>/dev/null | awk '
	/ static/ && / master / {
		line = "b fdb replace " $1 " dev " $3 " master static"
		for (i = 4; i <= NF; i++) if ($i == "vlan") line = line " vlan " $(i + 1); else if ($i == "sticky") line = line " sticky"
		print line
	}'
}

# Of bridges, of their ports, and of each link: what can be written, as its mode says.
kernel_settings() {
	{
		find /sys/class/net/*/bridge/ /sys/class/net/*/brport/ -maxdepth 1 -type f -perm -u=w ! -name flush
		find /proc/sys/net/ipv4/conf /proc/sys/net/ipv6/conf /proc/sys/net/ipv4/neigh /proc/sys/net/ipv6/neigh -type f -perm -u=w \
			! -path '*/all/*' ! -path '*/default/*' ! -name stable_secret
	} 2>/dev/null | tr '\n' '\0' | xargs -0 grep -s '' /dev/null | sed 's/^\([^:]*\):/s \1 /'
}

kernel_now() {
	kernel_links
	kernel_settings
	kernel_addresses
	kernel_routes
	kernel_rules
	kernel_neighbours
	kernel_ports
}

kernel_save() { # file
	kernel_now >"$1.new" && mv "$1.new" "$1"
}

# The links that a change names, and the ports of bridges that it takes away.
kernel_touched() { # file of before
	awk '
	FILENAME == "delete.apply" { print; gone[$1]; next }
	{ device = ""; for (i = 1; i < NF; i++) if ($i == "dev") { device = $(i + 1); break } }
	FILENAME ~ /batch$/ { if (device != "") print device; next }
	$1 == "l" && $(NF - 1) == "master" && $NF in gone { print device }' apply.batch tidy.batch delete.apply "$1" | sort -u
}

# What the daemon gives a link by itself is its own affair: leases, what routers say, its settings of the link. Of a route in
# two forms, the one with less is its own too: networkd (systemd 252) adds it, less its MTU, before one that is there. A gateway is in
# none that the kernel makes: ifupdown2 says so of those that it was told to make.
kernel_plan() { # file, file of before
	kernel_touched "$2" >kernel.touched
	kernel_save kernel.applied
	awk -v before="$2" "$way"'
	function device(  i, path) {
		if ($1 == "s") { split($2, path, "/"); return path[2] == "sys" ? path[5] : path[7] }
		for (i = 2; i < NF; i++) if ($i == "dev" || ($i == "name" && $1 == "l")) return $(i + 1)
		return ""
	}
	FILENAME == "kernel.touched" { touched[$1]; next }
	FILENAME == "leaving" { leaving[$1]; next }
	{ here = device() in touched }
	FILENAME == before { if (!here) print; next }
	!here { next }
	$1 == "l" && !/ master / { next }
	$1 == "s" && !/\/brport\// { next }
	/ scope link / && $2 == "address" { next }
	# A router that advertises for ever gives them no end.
	$1 == 6 && $2 == "address" && (/\t/ || / mngtmpaddr /) { next }
	/ proto (dhcp|ra|kernel_ra|kernel_ll)/ || / proto kernel/ && !/ via / { next }
	$2 == "address" && $4 in leaving { next }
	$2 == "route" && way($0) in place { if (length($0) > length(said[place[way($0)]])) said[place[way($0)]] = $0; next }
	$2 == "route" { place[way($0)] = count + 1 }
	{ said[++count] = $0 }
	END { for (i = 1; i <= count; i++) print said[i] }' kernel.touched leaving "$2" kernel.applied >"$1"
}

# A link that is gone is told as such only where it is a bridge: a VM may have ended meanwhile, or a container.
kernel_missing() { # file [daemon]
	kernel_now >"kernel.now.$$"
	awk -F'\t' -v now="kernel.now.$$" -v daemon="${2-}" "$way"'
	function key(line,  word, count, i, said) {
		count = split(line, word, " ")
		if (word[2] == "address") { said = word[4]; for (i = 5; i < count; i++) if (word[i] == "dev") said = said " " word[i + 1]; return word[1] said }
		if (word[2] != "route") return ""
		said = word[1] " " word[4] " " word[5]
		for (i = 6; i < count; i++) if (word[i] ~ /^(table|metric|tos|dev)$/) said = said " " word[i + 1]
		return said
	}
	BEGIN {
		while (("ls /sys/class/net" | getline) > 0) present[$0]
		while (daemon != "" && (getline said < "kernel.touched") > 0) touched[said]
	}
	FILENAME == now { $1 = plain($1); have[$1]; if (key($1) != "") form[key($1)]; if (split($1, word, " ") == 7 && word[6] == "master") master[word[5]] = word[7]; if ($1 ~ / route /) { ways[$1] = way($1); known[ways[$1]] }; next }
	{ whole = $0; $1 = plain($1); meant[$1]; count = split($1, word, " ") }
	word[1] == "l" && word[2] == "link" && word[3] == "add" { present[word[5]] }
	$1 in have { if ($1 in ways) there[ways[$1]] = whole; next }
	{
		for (i = 2; i < count; i++) if ((word[i] == "dev" || word[i] == "master" && word[1] == "l") && !(word[i + 1] in present)) next
		# Settings of a port that is none any more, as its bridge is gone.
		if (word[1] == "s" && word[2] ~ /\/brport\// && (getline said < word[2]) < 0) next
		if (word[1] == "s") close(word[2])
		if (word[1] == "s") { split(word[2], path, "/"); if (!((path[2] == "sys" ? path[5] : path[7]) in present)) next }
		# A bridge that is there again gets its TAPs again, from a udev rule or from libvirt.
		if (daemon != "" && word[6] == "nomaster" && (word[5] in master) && (master[word[5]] in touched)) next
		# A lease of an address that was there for good has an end and a metric: it can not be made what it was.
		if (daemon != "" && (word[2] == "route" || word[2] == "address") && key($1) in form && !(way($1) in known)) next
		# A lease that has ended meanwhile.
		if (daemon != "" && word[2] == "address" && $2 != "" && !(key($1) in form)) next
		print whole
	}
	END {
		# One route in two forms is one too many. Which of the two the kernel takes away is its choice: the one that is meant
		# is in its place after that.
		for (line in ways) if (!(line in meant) && ways[line] in there) {
			said = line; sub(/ route [a-z]+ /, " route delete ", said); print said
			# Beside one of another link it takes no place.
			if (there[ways[line]] !~ / route replace /) print said
			print there[ways[line]]
		}
	}' "kernel.now.$$" "$1"
	rm -f "kernel.now.$$"
}

kernel_give_back() { # file [daemon]
	lacking=kernel.missing.$$
	kernel_missing "$@" >"$lacking"
	if [ -s "$lacking" ]; then
		{
			sed 's/^/missing: /' "$lacking"
			sed -n 's/^l //p' "$lacking" | ip -force -batch -
			sed -n 's/^s //p' "$lacking" | while read -r path value; do printf '%s\n' "$value" >"$path"; done
			sed -n 's/^b //p' "$lacking" | bridge -force -batch -
			for family in 4 6; do
				sed -n "s/^$family //p" "$lacking" | tr '\t' ' ' | ip "-$family" -force -batch -
			done
		} >>log 2>&1
		kernel_missing "$@" >"$lacking"
	fi
	[ ! -s "$lacking" ] && rm -f "$lacking"
}

# A link whose MAC address changes keeps the link-local address that the kernel made of the one that it had, as after a boot
# in the midst of a change. Of the links that the change touches, what the kernel made so, and what FILE does not have, goes.
kernel_drop_made() { # file of before
	{
		sed 's/^/touched /' kernel.touched
		cut -f1 "$1" | sed -n 's/^6 address replace //p' | awk '{ print "had", $1, $NF }'
		ip -o link show | awk '/ link\/ether / { name = $2; sub(/:$/, "", name); sub(/@.*/, "", name); for (i = 3; i < NF; i++) if ($i == "link/ether") print "mac", name, $(i + 1) }'
		ip -6 -o address show scope link | awk '{ print "has", $4, $2 }'
	} | awk '
	function hex(group) { sub(/^0+/, "", group); return group == "" ? "0" : group }
	# Its interface identifier is the MAC address, with a bit of it turned round (RFC 4291, appendix A).
	function made_of(mac,  byte, digit, first) {
		split(mac, byte, ":"); digit = index("0123456789abcdef", substr(byte[1], 2, 1)) - 1
		first = hex(substr(byte[1], 1, 1) substr("0123456789abcdef", (digit % 4 < 2 ? digit + 2 : digit - 2) + 1, 1) byte[2])
		return "fe80::" (first == "0" ? "" : first ":") hex(byte[3] "ff") ":fe" byte[4] ":" hex(byte[5] byte[6]) "/64"
	}
	$1 == "touched" { touched[$2] }
	$1 == "had" { stays[$2, $3] }
	$1 == "mac" { stays[made_of($3), $2] }
	$1 == "has" && $3 in touched && $2 ~ /^fe80::([0-9a-f]+:)?[0-9a-f]*ff:fe[0-9a-f][0-9a-f]:[0-9a-f]+\/64$/ && !(($2, $3) in stays) {
		print "address delete " $2 " dev " $3
	}' >made.again
	[ ! -s made.again ] || ip -6 -force -batch made.again
}

# Whoever it is that takes it away again may do so a moment later: networkd answers before it has done what it was told.
kernel_hold() { # file, seconds, "daemon" or nothing
	quiet=0
	until=$(($(date +%s) + $2))
	while [ "$quiet" -lt 4 ]; do
		if kernel_give_back "$1" ${3:+"$3"}; then quiet=$((quiet + 1)); else quiet=0; fi
		[ "$(date +%s)" -lt "$until" ] || break
		sleep 0.3
	done
	[ "$quiet" -gt 0 ]
}
