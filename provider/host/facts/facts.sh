#!/bin/sh
# Prints what kvmnet needs to know of a host, in one go and without changing anything: sections, each headed by
# "<name> <exit code> <bytes>". Run as: sh -c "$(cat facts.sh)" sh [network]; "network" leaves libvirt out.
LC_ALL=C
export LC_ALL
PATH=$PATH:/usr/sbin:/sbin

framed() { # name code text
	printf '%s %s %s\n%s\n' "$1" "$2" "${#3}" "$3"
}

section() { # name command...
	name=$1
	shift
	text=$("$@" 2>/dev/null) && code=0 || code=$?
	framed "$name" "$code" "$text"
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
	awk 'BEGIN {
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
			if (found == 0) printf "%s:%s 0 %d\n%s\n", section, path, length(text), text
		}
	}' "$@"
}

tools() {
	for tool in netplan networkctl virsh nft ping systemd-run tar flock; do
		! command -v "$tool" >/dev/null || echo "$tool"
	done
}

wireless() {
	cd /sys/class/net && ls -d -- */wireless */phy80211
}

# os-release(5) is made to be read by a shell.
release() {
	# shellcheck source=/dev/null
	. /etc/os-release && printf '%s\n' "$PRETTY_NAME"
}

network_manager() {
	command -v nmcli >/dev/null && systemctl -q is-active NetworkManager && nmcli -t -f DEVICE,STATE device
}

# Two virsh for all: their start is what costs. UUIDs are the only values that go into its command line. A daemon that hangs
# is as good as none: everything else is told all the same.
libvirt() {
	# A form feed between the parts: XML has none, and neither have libvirt's names.
	cut=$(printf '\f')
	uuids=$(timeout 15 virsh -q "net-list --all --uuid; echo $cut; list --all --uuid" 2>&1) || return 1
	# It ends as its last command did: what became of the first stands in its words.
	case $uuids in *error:*) return 1 ;; esac
	uuids=$(printf '%s\n' "$uuids" | grep -oE "$cut|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
	networks=${uuids%"$cut"*} domains=${uuids#*"$cut"} script=
	for uuid in $networks; do
		script="$script echo ${cut}network$cut; net-info $uuid; echo $cut; net-dumpxml $uuid; echo $cut; net-dumpxml --inactive $uuid;"
	done
	for uuid in $domains; do
		script="$script echo ${cut}domain$cut; domstate $uuid; echo $cut; dumpxml $uuid; echo $cut; dumpxml --inactive $uuid;"
	done
	[ -z "$script" ] || timeout 15 virsh -q "$script"
}

# Who chose each bridge's MAC address: 3 is somebody, anything else the kernel, by its ports (net/bridge/br_stp_if.c).
mac_origins() {
	cd /sys/class/net && for bridge in */bridge; do
		[ ! -d "$bridge" ] || echo "${bridge%/bridge} $(cat "${bridge%/bridge}/addr_assign_type")"
	done
}

# cloud-init writes the network's configuration unless a file of its own says no (cloud-init's doc "Network configuration").
cloud_init() {
	[ -e /etc/cloud/cloud.cfg ] && [ ! -e /etc/cloud/cloud-init.disabled ] &&
		! grep -rqsE --include='*.cfg' '^[[:space:]]*(network:[[:space:]]*\{?[[:space:]]*)?config:[[:space:]]*"?disabled' /etc/cloud/cloud.cfg /etc/cloud/cloud.cfg.d
}

# One that runs has a stamp too. The pattern must not find this script, whose text is in its command line.
try_stamp() {
	[ -e /run/netplan/netplan-try.ready ] && ! pgrep -f 'netplan[ ]try' >/dev/null && stat -c '%n %y' /run/netplan/netplan-try.ready
}

# A service that runs has a folder in cgroup v2's tree; systemd takes as long for an answer as five other sections.
resolved() {
	cd /sys/fs/cgroup/system.slice 2>/dev/null || {
		systemctl is-active systemd-resolved
		return
	}
	[ -d systemd-resolved.service ] && echo active
}

# libvirt writes a VM's PID at its start.
vm_starts() {
	date +%s && stat -c '%Y %n' /run/libvirt/qemu/*.pid
}

bridge_calls() {
	cd /proc/sys/net/bridge && grep . bridge-nf-call-*
}

# iptables in both of its backends. Without a table of the old one in the kernel, asking for it would load one.
iptables_rules() {
	for tool in iptables-nft ip6tables-nft iptables-legacy ip6tables-legacy; do
		case $tool in
		iptables-legacy) names=/proc/net/ip_tables_names ;;
		ip6tables-legacy) names=/proc/net/ip6_tables_names ;;
		*) names= ;;
		esac
		[ -z "$names" ] || grep -qx filter "$names" 2>/dev/null || continue
		! command -v "$tool-save" >/dev/null || section "iptables:$tool" "$tool-save" -t filter
	done
}

rest() {
	section machineId cat /etc/machine-id
	section uid id -u
	section hostName uname -n
	section release release
	section sshConnection printenv SSH_CONNECTION
	section tools tools
	section addresses ip -j -s -d address show
	section routes ip -j -d -4 route show table all
	section neighbours ip -j -4 neigh show
	section routes6 ip -j -d -6 route show table all
	section resolved resolved
	section wireless wireless
	section networkManager network_manager
	section armed cat /var/lib/kvmnet/armed/id
	section macOrigins mac_origins
	section cloudInit cloud_init
	section tryStamp try_stamp
	section vmStarts vm_starts
	section bridgeCalls bridge_calls
	! command -v nft >/dev/null || section nft nft -j -t list ruleset
	iptables_rules
	files \
		netplan /lib/netplan/*.yaml /etc/netplan/*.yaml /run/netplan/*.yaml \
		networkd /etc/systemd/network/*/kvmnet*.conf \
		cloud /etc/cloud/cloud.cfg.d/99-kvmnet*.cfg \
		link /run/systemd/netif/links/* \
		lease /run/systemd/netif/leases/* \
		record /var/lib/kvmnet/bridges/*.json \
		netfilter /var/lib/kvmnet/netfilter/*/* /etc/systemd/system/kvmnet-netfilter-*.service /etc/udev/rules.d/80-kvmnet-netfilter-*.rules \
		enabled /etc/systemd/system/multi-user.target.wants/kvmnet-netfilter-*.service \
		tap /var/lib/kvmnet/taps/*/* /etc/systemd/system/kvmnet-tap-*.service /etc/systemd/system/multi-user.target.wants/kvmnet-tap-*.service /etc/udev/rules.d/80-kvmnet-tap-*.rules ||
		exit
}

# virsh waits for libvirt's daemon most of its time: it does so beside the rest, and is printed after it.
{ [ "${1-}" = network ] || ! command -v virsh >/dev/null || section libvirt libvirt; } | { rest </dev/null; cat; }
