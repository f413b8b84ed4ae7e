#!/bin/sh
# Prints what kvmnet needs to know of a host, in one go and without changing anything: the last part of the script that
# script.ts puts together. Run as: sh -c SCRIPT sh [network]; "network" leaves libvirt out.
# shellcheck disable=SC2154 # text, code: sections.sh's

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

# os-release(5) is made to be read by a shell.
release() {
	# shellcheck source=/dev/null
	. /etc/os-release && printf '%s\n' "$PRETTY_NAME"
}

# What a change that could not be undone to its end has left missing.
incomplete() {
	folder=/var/lib/kvmnet/transactions/$(cat /var/lib/kvmnet/armed/id 2>/dev/null)
	[ "$(cat "$folder/state" 2>/dev/null)" = incomplete ] && cat "$folder/lacking"
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
	else
		# What is left of it where NetworkManager had the bridge once.
		set -- /etc/NetworkManager/system-connections/kvmnet-*.nmconnection
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
