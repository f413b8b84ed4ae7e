#!/bin/sh
# Makes the place of a simulated host in namespaces of its own and stays there: enter.sh FOLDER, which has the host's /etc,
# /var and /simulated. Programs are this machine's; what is below is nobody else's.
set -eu
folder=$1
root=$folder/root
mkdir "$root"
mount -t tmpfs -o mode=755 none "$root"
mkdir "$root/usr" "$root/proc" "$root/sys" "$root/run" "$root/tmp" "$root/dev" "$root/root"
for name in bin sbin lib lib32 lib64; do
	if [ -L "/$name" ]; then cp -a "/$name" "$root/$name"; elif [ -d "/$name" ]; then mkdir "$root/$name" && mount --bind "/$name" "$root/$name"; fi
done
mount --bind /usr "$root/usr"
mount -o remount,ro,bind "$root/usr"
# A netplan of this machine's would have its own say.
[ ! -d "$root/usr/libexec/netplan" ] || mount -t tmpfs none "$root/usr/libexec/netplan"
for name in etc var simulated; do
	mkdir "$root/$name"
	mount --bind "$folder/$name" "$root/$name"
done
# Where Debian has awk.
mkdir "$root/etc/alternatives"
mount --bind /etc/alternatives "$root/etc/alternatives"
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
hostname "$(cat "$root/etc/hostname")"
ip link set dev lo up
exec chroot "$root" sh -c 'echo ready; exec sleep infinity'
