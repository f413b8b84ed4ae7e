#!/bin/sh
# Makes a TAP, puts it into its bridge and up, or takes it away: sh tap.sh apply|remove FOLDER
# FOLDER/parameters begins with six lines: the name of the TAP, its bridge, owner, group, options of ip tuntap, MAC address;
# "-" for none.
#
# Its unit runs it at each boot, and a udev rule again whenever the bridge is made. It touches the TAP alone: one that is
# there stays, also with a program on it.
LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL PATH
verb=$1
folder=$2
{ read -r tap && read -r bridge && read -r owner && read -r group && read -r options && read -r mac; } <"$folder/parameters" || exit 2
net=/sys/class/net

if [ "$verb" = remove ]; then
	[ ! -e "$net/$tap/tun_flags" ] || ip link delete dev "$tap"
	exit
fi

if [ ! -e "$net/$tap" ]; then
	set -- dev "$tap" mode tap
	[ "$owner" = - ] || set -- "$@" user "$owner"
	[ "$group" = - ] || set -- "$@" group "$group"
	case $options in *multi_queue*) set -- "$@" multi_queue ;; esac
	case $options in *vnet_hdr*) set -- "$@" vnet_hdr ;; esac
	ip tuntap add "$@" || exit
	# udev gives a new link a MAC address of its own (systemd.link(5), MACAddressPolicy=), also after this has set one.
	timeout 10 udevadm settle 2>/dev/null || :
fi
[ -e "$net/$tap/tun_flags" ] || {
	echo "kvmnet: $tap is no TAP" >&2
	exit 1
}
# No address of the host's own on it, not even a link-local one.
ip link set dev "$tap" addrgenmode none
[ "$(cat "$net/$tap/address")" = "$mac" ] || ip link set dev "$tap" address "$mac" || exit
if [ -e "$net/$bridge/bridge" ] && [ ! -e "$net/$bridge/brif/$tap" ]; then
	# First: a bridge whose MTU nobody has set takes the smallest of its ports.
	ip link set dev "$tap" mtu "$(cat "$net/$bridge/mtu")" && ip link set dev "$tap" master "$bridge" || exit
fi
ip link set dev "$tap" up
