#!/bin/sh
# In mount and network namespaces of its own: makes a machine of them, whose files and links are nobody else's, and keeps
# them until its standard input ends. Below /mnt: disk (what the machine writes), synced (what a power cut leaves of that).
# Usage: machine.sh FOLDER-OF-THIS-FILE
set -eu
here=$1
tmpfs() { mount -t tmpfs -o mode=755 tmpfs "$1"; }

# What the machine's own programs need, from below what is about to be covered.
tmpfs /mnt
cp "$here/prelude.sh" /mnt/prelude.sh
mkdir /mnt/disk
mount -t tmpfs -o size=8m,mode=755 tmpfs /mnt/disk
mkdir -p /mnt/disk/etc /mnt/disk/kvmnet /mnt/synced /mnt/bin /mnt/sbin /mnt/wait /mnt/generator
mount --bind /usr/sbin /mnt/sbin
for path in alternatives ld.so.cache ld.so.conf ld.so.conf.d passwd group nsswitch.conf; do
	[ ! -e "/etc/$path" ] || cp -a "/etc/$path" /mnt/disk/etc/
done
install -m 755 "$here/standIn.sh" /mnt/standIn.sh
while read -r name; do
	case $name in
	*-* | flock | timeout) ;;
	*) printf '%s() { sim %s "$@"; }\n' "$name" "$name" >>/mnt/prelude.sh ;;
	esac
	ln -s /mnt/standIn.sh "/mnt/bin/$name"
done <"$here/commands"
# The facts tell which tools a host has.
mkdir /mnt/tools
for name in netplan networkctl systemd-run; do ln -s /usr/bin/true "/mnt/tools/$name"; done
printf '#!/bin/sh\n[ "$*" != "is-active systemd-resolved" ] || echo active\n' >/mnt/tools/systemctl
chmod 755 /mnt/tools/systemctl
for number in $(seq 0 63); do echo "/mnt/wait/$number"; done | xargs mkfifo
mkdir -p /mnt/disk/etc/netplan /mnt/disk/etc/systemd/network /mnt/disk/etc/systemd/system
printf '0123456789abcdef0123456789abcdef\n' >/mnt/disk/etc/machine-id
echo 'nameserver 127.0.0.53' >/mnt/disk/etc/resolv.conf
printf 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n' >/mnt/disk/etc/os-release

mount --bind /mnt/disk/etc /etc
tmpfs /var/lib
mkdir /var/lib/kvmnet
mount --bind /mnt/disk/kvmnet /var/lib/kvmnet
tmpfs /run
tmpfs /tmp
for folder in /usr/libexec /usr/lib/netplan /usr/lib/systemd/network; do [ ! -d "$folder" ] || tmpfs "$folder"; done
mkdir /mnt/empty
mount --bind /mnt/empty /usr/sbin
mount -t sysfs sysfs /sys
# Its time is the simulation's.
echo '1000.00 0.00' >/mnt/uptime
mount --bind /mnt/uptime /proc/uptime
# No time passes for duplicate address detection.
for family in all default; do echo 0 >"/proc/sys/net/ipv6/conf/$family/accept_dad"; done
# As systemd has it (/usr/lib/sysctl.d/50-default.conf): the first address of a network takes no other one along.
for family in all default; do echo 1 >"/proc/sys/net/ipv4/conf/$family/promote_secondaries"; done
/mnt/sbin/ip link set dev lo up
# The other ends of its cables.
mkfifo /mnt/lan
unshare -n sh -c '/mnt/sbin/ip link set dev lo up; exec cat /mnt/lan' &
lan=$!
exec 9>/mnt/lan
echo "ready $lan"
# What the simulation does on it by itself; the machine ends with its owner.
while read -r _; do
	code=0
	sh /mnt/do >/mnt/did 2>&1 || code=$?
	echo "$code"
done
