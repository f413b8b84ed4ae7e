#!/bin/sh
# Prints what kvmnet needs to know of a host, in one go and without changing anything: sections, each headed by
# "<name> <exit code> <bytes>". Run as: sh -c "$(cat facts.sh)" sh [network]; "network" leaves libvirt out.
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

# The effective one: real, effective, saved and the file system's stand in one line (proc_pid_status(5)).
user_id() {
	while read -r key _ effective _; do
		[ "$key" != Uid: ] || echo "$effective"
	done </proc/self/status
}

tools() {
	for tool in netplan networkctl virsh nft ping systemd-run tar flock pveversion; do
		! command -v "$tool" >/dev/null || echo "$tool"
	done
}

wireless() {
	cd /sys/class/net && for path in */wireless */phy80211; do
		[ ! -e "$path" ] || echo "$path"
	done
}

# os-release(5) is made to be read by a shell.
release() {
	# shellcheck source=/dev/null
	. /etc/os-release && printf '%s\n' "$PRETTY_NAME"
}

network_manager() {
	command -v nmcli >/dev/null || return 1
	limited systemctl -q is-active NetworkManager && limited nmcli -t -f DEVICE,STATE device
}

# NetworkManager's profiles, which of them are active, on which links, and where they stand.
profiles() {
	limited nmcli -t -f UUID,DEVICE,STATE,TYPE,NAME,FILENAME connection show
}

# What DHCP gave links that NetworkManager has, and by which identity.
profile_leases() {
	limited nmcli -t -f GENERAL.DEVICE,DHCP4,DHCP6 device show
}

# Of NetworkManager's files those of wired links: what others have, keys of Wi-Fi and VPNs, is nobody's to read.
wired_keyfiles() {
	limited grep -lsE '^[[:space:]]*type[[:space:]]*=[[:space:]]*(ethernet|802-3-ethernet|bridge)[[:space:]]*$' \
		/usr/lib/NetworkManager/system-connections/* /etc/NetworkManager/system-connections/* /run/NetworkManager/system-connections/*
}

# libvirt's system connection, whatever uri_default or LIBVIRT_DEFAULT_URI the host has.
# Two virsh for all: their start is what costs. UUIDs are the only values that go into its command line. A daemon that hangs
# is as good as none: everything else is told all the same.
libvirt() {
	# A form feed between the parts: XML has none, and neither have libvirt's names.
	cut=$(printf '\f')
	uuids=$(timeout -k 1 15 virsh -c qemu:///system -q "net-list --all --uuid; echo $cut; list --all --uuid" 2>&1) || return 1
	# It ends as its last command did: what became of the first stands in its words.
	case $uuids in *error:*) return 1 ;; esac
	uuids=$(printf '%s\n' "$uuids" | grep -oE "$cut|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
	networks=${uuids%"$cut"*} domains=${uuids#*"$cut"} script=
	for uuid in $networks; do
		script="$script echo ${cut}network $uuid$cut; net-info $uuid; echo $cut; net-dumpxml $uuid; echo $cut; net-dumpxml --inactive $uuid;"
	done
	for uuid in $domains; do
		script="$script $(about_domain "$uuid")"
	done
	[ -n "$script" ] || return 0
	# It ends as its last command does: one that asks for no VM or network, each of which may have gone meanwhile.
	states="echo ${cut}transient$cut; list --all --transient --uuid; echo ${cut}saved$cut; list --all --with-managed-save --uuid;"
	text=$(timeout -k 1 10 virsh -c qemu:///system -q "$script $states echo ${cut}end$cut; list --all --uuid" 2>/dev/null) && code=0 || code=$?
	if [ "$code" -ne 124 ] && [ "$code" -ne 137 ]; then
		printf '%s\n' "$text"
		return "$code"
	fi
	# Of a VM whose QEMU hangs libvirt may keep back all that it knows; the others are asked one by one.
	printf '%s' "${text%%"${cut}domain"*}"
	for uuid in $domains; do
		text=$(limited virsh -c qemu:///system -q "$(about_domain "$uuid")") && code=0 || code=$?
		if [ "$code" -ne 124 ] && [ "$code" -ne 137 ]; then printf '%s' "$text"; else domain_by_files "$uuid"; fi
	done
}

about_domain() { # UUID
	echo "echo ${cut}domain $1$cut; domstate $1; echo $cut; dumpxml $1; echo $cut; dumpxml --inactive $1;"
}

# What libvirt keeps for itself of a VM, less what `virsh dumpxml` keeps back too.
domain_by_files() { # UUID
	path=$(limited grep -lsF "<uuid>$1</uuid>" /run/libvirt/qemu/*.xml /etc/libvirt/qemu/*.xml | head -n 1)
	name=${path##*/}
	state="shut off" live=/etc/libvirt/qemu/$name
	if [ -e "/run/libvirt/qemu/$name" ]; then state=running live=/run/libvirt/qemu/$name; fi
	printf '%sdomain %s%s%s%s%s%s%s' "$cut" "$1" "$cut" "$state" "$cut" "$(domain_in "$live")" "$cut" "$(domain_in "/etc/libvirt/qemu/$name")"
}

domain_in() { # path
	limited sed -n "/<domain[ >]/,/<\/domain>/{s/ passwd='[^']*'//g;p;}" "$1"
}

# Who chose each bridge's MAC address: 3 is somebody, anything else the kernel, by its ports (net/bridge/br_stp_if.c).
mac_origins() {
	cd /sys/class/net && for bridge in */bridge; do
		[ ! -d "$bridge" ] || echo "${bridge%/bridge} $(first "${bridge%/bridge}/addr_assign_type")"
	done
}

# cloud-init writes the network's configuration unless a file of its own says no (cloud-init's doc "Network configuration").
cloud_init() {
	[ -e /etc/cloud/cloud.cfg ] && [ ! -e /etc/cloud/cloud-init.disabled ] &&
		! limited grep -rqsE --include='*.cfg' '^[[:space:]]*(network:[[:space:]]*\{?[[:space:]]*)?config:[[:space:]]*"?disabled' /etc/cloud/cloud.cfg /etc/cloud/cloud.cfg.d
}

# What a change that could not be undone to its end has left missing.
incomplete() {
	folder=/var/lib/kvmnet/transactions/$(cat /var/lib/kvmnet/armed/id 2>/dev/null)
	[ "$(cat "$folder/state" 2>/dev/null)" = incomplete ] && cat "$folder/lacking"
}

# One that runs has a stamp too. The pattern must not find this script, whose text is in its command line.
try_stamp() {
	[ -e /run/netplan/netplan-try.ready ] && ! limited pgrep -f 'netplan[ ]try' >/dev/null && limited stat -c '%n %y' /run/netplan/netplan-try.ready
}

# Whom the host asks when nobody sits at it: names that must resolve as long as it is of use.
names() {
	limited sed -nE 's|^[^#]*https?://([^][/:@[:space:]]+).*|\1|p; s/^(server|pool)[[:space:]]+([^[:space:]]+).*/\2/p; s/^NTP=([^[:space:]]+).*/\1/p' \
		/etc/apt/sources.list /etc/apt/sources.list.d/* /etc/systemd/timesyncd.conf /etc/chrony/chrony.conf | limited sort -u
	return 0
}

# Whether names go through systemd-resolved by nss-resolve, which /etc/resolv.conf does not say.
nss_resolve() {
	limited grep -E '^hosts:.*[[:space:]]resolve([[:space:]]|$)' /etc/nsswitch.conf
}

# libvirt writes a VM's PID at its start.
vm_starts() {
	set -- /run/libvirt/qemu/*.pid
	[ -e "$1" ] && limited date +%s && limited stat -c '%Y %n' "$@"
}

# For how long udev has known each link, by its index: a NIC that a running VM got is younger than the VM.
link_starts() {
	set -- /run/udev/data/n[0-9]*
	[ -e "$1" ] && first /proc/uptime && limited grep -HE '^I:[0-9]+$' "$@"
}

# What ifupdown has up; of ifupdown-ng and busybox the name leads elsewhere, and they have files of their own.
ifstate() {
	case $(readlink -f "$(command -v ifup)") in */ifup) ;; *) return 1 ;; esac
	[ ! -e /run/network/ifstate ] || cat /run/network/ifstate
}

# The same of ifupdown2, which keeps it in a form of its own: its stanzas, of which the rest is nobody's to read here.
ifupdown2() {
	case $(readlink -f "$(command -v ifup)") in */ifupdown2/*) ;; *) return 1 ;; esac
	text=$(limited ifquery -a --print-savedstate) || return
	printf '%s\n' "$text" | limited awk '$1 == "iface" { print $2 }'
}

# What Proxmox VE's next boot takes in place of ifupdown2's file (pvenetcommit.service).
pending_interfaces() {
	[ -e /etc/network/interfaces.new ] || return
	if cmp -s /etc/network/interfaces.new /etc/network/interfaces; then echo like; else echo unlike; fi
}

# Who asks DHCP in this network beside networkd, one a line: its name, and its words. Of a process that ends meanwhile, none.
dhcp_clients() {
	own=$(readlink /proc/self/ns/net)
	for process in /proc/[0-9]*; do
		{ read -r program <"$process/comm"; } 2>/dev/null || continue
		case $program in dhclient | dhcpcd | udhcpc | pump) ;; *) continue ;; esac
		[ "$(readlink "$process/ns/net")" = "$own" ] || continue
		printf '%s %s\n' "$program" "$(limited tr '\0\n' '  ' <"$process/cmdline")"
	done
}

# What a client keeps in a form of its own, it prints.
dhcpcd_leases() {
	for file in /run/dhcpcd/*.pid; do
		name=${file##*/}
		name=${name%.pid}
		[ ! -e "/sys/class/net/$name" ] || listing "dhcpcdLease:$name" dhcpcd -4 -U "$name"
	done
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

# Of paths, those that are none of netplan's files under another name: where its links lead, or a hard link.
other_than_netplan() {
	own=$(limited stat -L -c '%d:%i' /lib/netplan/*.yaml /etc/netplan/*.yaml /run/netplan/*.yaml)
	limited tr '\n' '\0' | limited xargs -0 -r stat -c '%d:%i %n' |
		limited awk -v own="$own" 'BEGIN { count = split(own, part, "\n"); for (i = 1; i <= count; i++) netplan[part[i]] } !($1 in netplan) { sub(/^[^ ]* /, ""); print }'
}

# Files that name a link otherwise than in a comment: "enp1s0 /etc/dnsmasq.d/lan.conf".
mentions() {
	names=$(own_links)
	[ -n "$names" ] || return 0
	limited grep -rIlswF --exclude-dir=.git --exclude-dir=ssl --exclude-dir=netplan --exclude-dir=udev --exclude-dir=alternatives -e "$names" /etc |
		other_than_netplan | limited awk -v names="$names" 'BEGIN { RS = "\n"; count = split(names, name, "\n") }
		{
			path = $0
			for (i = 1; i <= count; i++) seen[i] = 0
			while ((getline line < path) > 0) {
				if (line ~ /^[[:space:]]*[#;]/) continue
				for (i = 1; i <= count; i++) {
					at = seen[i] ? 0 : index(line, name[i])
					if (!at) continue
					before = at == 1 ? " " : substr(line, at - 1, 1)
					after = substr(line, at + length(name[i]), 2)
					if (before ~ /[A-Za-z0-9_.]/ || after ~ /^([A-Za-z0-9_]|\.[0-9])/) continue
					seen[i] = 1
					print name[i], path
				}
			}
			close(path)
		}'
	# Of a template, the name that is enabled is the link.
	for path in /etc/systemd/system/*.wants/*@*.*; do
		link=${path##*@}
		if [ -L "$path" ]; then printf '%s %s\n' "${link%.*}" "$path"; fi
	done
}

# Since systemd 261 networkd keeps no file of a lease, and tells of it when it is asked.
untold_leases() {
	set -- /run/systemd/netif/leases/*
	if [ ! -e "$1" ] && command -v networkctl >/dev/null; then listing leases networkctl --json=short; fi
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

rest() {
	section machineId first /etc/machine-id
	section uid user_id
	section hostName first /proc/sys/kernel/hostname
	section release release
	framed sshConnection 0 "${SSH_CONNECTION-}"
	section tools tools
	section addresses limited ip -j -s -d address show
	listing routes ip -j -d -4 route show table all
	case $text in *'"protocol":"dhcp"'*) untold_leases ;; esac
	section tcFilters tc_filters
	section neighbours limited ip -j neigh show
	section client client
	section heard heard
	bridge_vlans
	section sysctls sysctls
	section mentions mentions
	listing routes6 ip -j -d -6 route show table all
	section names names
	section nssResolve nss_resolve
	section wireless wireless
	section networkManager network_manager
	set --
	if [ "$code" = 0 ]; then
		section profiles profiles
		section profileLeases profile_leases
		while IFS= read -r path; do set -- "$@" "$path"; done <<-EOF
			$(wired_keyfiles)
		EOF
	fi
	section armed first /var/lib/kvmnet/armed/id
	section incomplete incomplete
	section macOrigins mac_origins
	section cloudInit cloud_init
	section tryStamp try_stamp
	section vmStarts vm_starts
	section linkStarts link_starts
	section bridgeCalls bridge_calls
	if command -v ifup >/dev/null; then
		section ifstate ifstate
		if [ "$code" != 0 ]; then
			section ifupdown2 ifupdown2
			[ "$code" != 0 ] || section pendingInterfaces pending_interfaces
		fi
		section dhcpClients dhcp_clients
		! command -v dhcpcd >/dev/null || dhcpcd_leases
	fi
	! command -v nft >/dev/null || nft_rules
	iptables_rules
	files \
		keyfile "$@" \
		resolv /etc/resolv.conf /run/systemd/resolve/resolv.conf \
		netplan /lib/netplan/*.yaml /etc/netplan/*.yaml /run/netplan/*.yaml \
		interfaces /etc/network/interfaces /etc/network/interfaces.d/* \
		dhcpLease /var/lib/dhcp/dhclient.*.leases \
		networkd /etc/systemd/network/*-kvmnet-*.net* /etc/systemd/network/*/kvmnet*.conf /etc/sysctl.d/80-kvmnet-*.conf /etc/NetworkManager/dispatcher.d/pre-up.d/50-kvmnet-* \
		unit /etc/systemd/network/*.network /etc/systemd/network/*.network.d/*.conf /run/systemd/network/*.network \
		/run/systemd/network/*.network.d/*.conf /usr/local/lib/systemd/network/*.network /usr/local/lib/systemd/network/*.network.d/*.conf \
		/usr/lib/systemd/network/*.network /usr/lib/systemd/network/*.network.d/*.conf \
		/etc/systemd/network/*.link /run/systemd/network/*.link /usr/local/lib/systemd/network/*.link /usr/lib/systemd/network/*.link \
		cloud /etc/cloud/cloud.cfg.d/99-kvmnet*.cfg \
		link /run/systemd/netif/links/* \
		lease /run/systemd/netif/leases/* \
		keptLease /run/kvmnet/leases/* \
		record /var/lib/kvmnet/bridges/*.json \
		mark /var/lib/kvmnet/networks/*.json /var/lib/kvmnet/nics/*.json /var/lib/kvmnet/taps/*/owner.json /var/lib/kvmnet/netfilter/*/owner.json \
		netfilter /var/lib/kvmnet/netfilter/*/* /etc/systemd/system/kvmnet-netfilter-*.service /etc/systemd/system/kvmnet-filter-reload-*.service /etc/udev/rules.d/80-kvmnet-netfilter-*.rules \
		guest /var/lib/kvmnet/guests/*/vm /var/lib/kvmnet/guests/*/mac /var/lib/kvmnet/guests/*/device \
		enabled /etc/systemd/system/multi-user.target.wants/kvmnet-netfilter-*.service \
		tap /var/lib/kvmnet/taps/*/* /etc/systemd/system/kvmnet-tap-*.service /etc/systemd/system/multi-user.target.wants/kvmnet-tap-*.service /etc/udev/rules.d/80-kvmnet-tap-*.rules && code=0 || code=$?
	framed files "$code" ''
}

# virsh waits for libvirt's daemon most of its time: it does so beside the rest, and is printed after it.
{ [ "${1-}" = network ] || ! command -v virsh >/dev/null || section libvirt libvirt; } | { rest </dev/null; cat; }
