#!/bin/sh
# What the kernel's links are, what goes through them, and who is heard behind them. A part of what script.ts puts together.
# shellcheck disable=SC2016,SC2154 # what stands in single quotes is awk's; text, code: sections.sh's

wireless() {
	cd /sys/class/net && for path in */wireless */phy80211; do
		[ ! -e "$path" ] || echo "$path"
	done
}

# Who chose each bridge's MAC address: 3 is somebody, anything else the kernel, by its ports (net/bridge/br_stp_if.c).
mac_origins() {
	cd /sys/class/net && for bridge in */bridge; do
		[ ! -d "$bridge" ] || echo "${bridge%/bridge} $(first "${bridge%/bridge}/addr_assign_type")"
	done
}

# For how long udev has known each link, by its index: a NIC that a running VM got is younger than the VM.
link_starts() {
	set -- /run/udev/data/n[0-9]*
	[ -e "$1" ] && first /proc/uptime && limited grep -HE '^I:[0-9]+$' "$@"
}

bridge_calls() {
	cd /proc/sys/net/bridge 2>/dev/null && for switch in bridge-nf-call-*; do
		echo "$switch:$(first "$switch")"
	done
}

# What goes over NICs or names them, but for the TAPs of VMs, which come and go.
own_links() {
	for path in /sys/class/net/*; do
		name=${path##*/}
		if [ "$name" != lo ] && [ ! -e "$path/tun_flags" ] && [ ! -f "$path" ]; then printf '%s\n' "$name"; fi
	done
}

# Of each link, what is unlike what a new one would have: "ipv4 enp1s0 rp_filter 2".
sysctls() {
	cd /proc/sys/net || return
	set --
	for link in default $(own_links); do
		for key in accept_local accept_redirects accept_source_route arp_accept arp_announce arp_filter arp_ignore arp_notify bc_forwarding \
			disable_policy disable_xfrm forwarding log_martians proxy_arp proxy_arp_pvlan route_localnet rp_filter secure_redirects \
			send_redirects shared_media src_valid_mark; do
			set -- "$@" "ipv4/conf/$link/$key"
		done
		for key in accept_dad accept_redirects accept_source_route dad_transmits disable_ipv6 forwarding ndisc_notify proxy_ndp; do
			set -- "$@" "ipv6/conf/$link/$key"
		done
	done
	limited grep -s . "$@" | limited awk -F '[/:]' '$3 == "default" { usual[$1 $4] = $5; next } $5 != usual[$1 $4] { print $1, $3, $4, $5 }'
	return 0
}

# Where SSH's client is: the route to it.
client() {
	limited ip -j route get "${SSH_CONNECTION%% *}"
}

# Behind which port of which bridge a MAC address was heard last.
heard() {
	limited bridge fdb show | limited sed -n '/ permanent/d; s/^\([^ ]*\) dev \([^ ]*\) .*master \([^ ]*\).*/\1 \2 \3/p' | limited head -n 5000
}

# Which VLANs each bridge and port has, where the kernel can tell them apart.
bridge_vlans() {
	for bridge in /sys/class/net/*/bridge/vlan_filtering; do
		if [ -e "$bridge" ]; then
			listing vlans bridge -j -compressvlans vlan show
			return
		fi
	done
}

# What is on links before a bridge sees a frame, and after it: "enp1s0 ingress" and tc's filters as JSON, a line each; and
# "enp1s0 ingress tcx", with the numbers of the programs that tc does not show.
tc_filters() {
	tcx_programs
	command -v tc >/dev/null || return 0
	for link in $(limited tc qdisc show | limited sed -nE 's/^qdisc (clsact|ingress) .* dev ([^ ]+) .*/\2/p'); do
		for way in ingress egress; do
			bounded tc -j filter show dev "$link" "$way"
			[ "$code" != 0 ] || printf '%s %s %s\n' "$link" "$way" "$(printf %s "$text" | limited tr -d "\n")"
		done
	done
}

# Those are by BPF_PROG_QUERY of bpf(2), in Linux 6.6 and later. A host without perl, or another kind of processor, tells none.
tcx_programs() {
	# shellcheck disable=SC2016 # perl's own
	limited perl -e '
		my $call = {qw(x86_64 321 aarch64 280 riscv64 280 ppc64le 361 s390x 351)}->{shift()} or exit;
		for my $file (glob "/sys/class/net/*/ifindex") {
			my ($link) = $file =~ m{([^/]+)/ifindex$};
			open my $in, "<", $file or next;
			my $index = <$in>;
			for (["ingress", 46], ["egress", 47]) {
				my ($way, $type) = @$_;
				my $ids = "\0" x 256;
				my $query = pack "L4 Q L2 Q4", $index, $type, 0, 0, unpack("Q", pack("P", $ids)), 64, (0) x 5;
				next if syscall(0 + $call, 16, $query, length $query) < 0;
				my $count = unpack "x24 L", $query;
				print "$link $way tcx @{[unpack qq(L$count), $ids]}\n" if $count;
			}
		}' "$(uname -m)"
}
