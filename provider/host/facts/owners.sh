#!/bin/sh
# Who has which link: what NetworkManager, networkd, ifupdown, cloud-init and clients of DHCP tell, and which files name a
# link. A part of what script.ts puts together.
# shellcheck disable=SC2016 # what stands in single quotes is awk's

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

# cloud-init writes the network's configuration unless a file of its own says no (cloud-init's doc "Network configuration").
cloud_init() {
	[ -e /etc/cloud/cloud.cfg ] && [ ! -e /etc/cloud/cloud-init.disabled ] &&
		! limited grep -rqsE --include='*.cfg' '^[[:space:]]*(network:[[:space:]]*\{?[[:space:]]*)?config:[[:space:]]*"?disabled' /etc/cloud/cloud.cfg /etc/cloud/cloud.cfg.d
}

# One that runs has a stamp too. The pattern must not find this script, whose text is in its command line.
try_stamp() {
	[ -e /run/netplan/netplan-try.ready ] && ! limited pgrep -f 'netplan[ ]try' >/dev/null && limited stat -c '%n %y' /run/netplan/netplan-try.ready
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
