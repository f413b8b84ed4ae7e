#!/bin/sh
# Plugs in again what was taken out of running VMs for a change of the host's network: into the bridge, where the host's NIC is
# its port now, or onto that NIC as before. Run by the transaction when it has ended, detached from it, as libvirt may hang; by
# kvmnet's engine; and by a person: sh /var/lib/kvmnet/guests/plug.sh
#
# A folder beside it for each NIC: vm (its UUID), mac, device and bridge (links of the host), and libvirt's XML: live.xml (as it
# was), bridged.xml (in the bridge), defined.xml (the same for the VM's definition). Without live.xml the VM did not run.
# A folder goes when its NIC is where it belongs; what is left then failed, and is told on standard error.
set -u
LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL PATH
cd "$(dirname "$0")" || exit 1
{ exec 9>lock && flock -w 100 9; } || exit 1
# Another one was through with all of it meanwhile.
[ -e plug.sh ] || exit 0

libvirt() { # command...
	timeout -k 5 30 virsh -c qemu:///system -q "$@"
}

bridged() {
	master=$(readlink "/sys/class/net/$(cat device)/master") && [ "${master##*/}" = "$(cat bridge)" ]
}

plugged() {
	libvirt dumpxml "$vm" </dev/null | grep -qiF "$(cat mac)"
}

plug() {
	vm=$(cat vm)
	all=$(libvirt list --all --uuid </dev/null) || return 1
	# A VM that is gone gets nothing any more.
	printf '%s\n' "$all" | grep -qxF "$vm" || return 0
	state=$(libvirt domstate "$vm" </dev/null) || return 1
	if bridged; then
		[ ! -e defined.xml ] || libvirt update-device "$vm" /dev/stdin --config <defined.xml || return 1
		xml=bridged.xml
	else
		xml=live.xml
	fi
	case $state in running | paused) ;; *) return 0 ;; esac
	[ ! -e live.xml ] || plugged || libvirt attach-device "$vm" /dev/stdin --live <"$xml"
}

failed=0
for kept in */; do
	[ -e "$kept/vm" ] || continue
	if said=$(cd "$kept" && plug 2>&1 >/dev/null); then
		rm -rf "$kept"
	else
		failed=1
		printf '%s: %s\n' "$(cat "$kept/mac")" "$(printf '%s' "$said" | grep . | head -n 1)" >&2
	fi
done
[ "$failed" = 1 ] || rm -rf "$PWD"
exit "$failed"
