#!/bin/sh
# What libvirt has: its networks and VMs. A part of what script.ts puts together.

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

# libvirt writes a VM's PID at its start.
vm_starts() {
	set -- /run/libvirt/qemu/*.pid
	[ -e "$1" ] && limited date +%s && limited stat -c '%Y %n' "$@"
}
