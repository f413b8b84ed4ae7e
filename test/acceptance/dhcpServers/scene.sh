#!/bin/sh
# The self-test as the first machine on a LAN with a DHCP server of Debian's, in namespaces that end with this.
#   unshare --net --mount --pid --fork --kill-child sh scene.sh SELF_TEST_PL ROOT READY SERVER...
# SERVER runs in ROOT, an installed Debian, and has 192.0.2.1 on the link "lan"; READY is what it says once it serves. Prints what the self-test said; what the server said comes after
# it, a line "server WORDS" each.
set -eu
selfTest=$1 root=$2 ready=$3
shift 3
mount -t sysfs sysfs /sys
mount -t proc proc /proc
log=$(mktemp)
mount --bind "$root" "$root" && cd "$root"
mount -t tmpfs tmpfs run && mount -t tmpfs tmpfs tmp && mount --bind /dev dev
tar -C "$(dirname "$0")" -cf - dhcpd.conf kea.json | tar -C tmp -xf -
: >tmp/leases
chmod 1777 tmp && mkdir -p run/kea run/lock
unshare --net sleep 300 &
other=$!
until [ "$(readlink "/proc/$other/ns/net")" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.02; done
ip link add eth0 address 52:54:00:00:00:01 type veth peer name lan netns "$other"
nsenter --net="/proc/$other/ns/net" sh -euc 'ip link set dev lo up; ip address add 192.0.2.1/24 dev lan; ip link set dev lan up'
ip link set dev lo up
ip link set dev eth0 up
# A name server for those that are none.
[ "$1" = dnsmasq ] || nsenter --net="/proc/$other/ns/net" chroot "$root" dnsmasq --conf-file=/dev/null --pid-file=/tmp/names.pid --user=root --no-resolv --no-hosts --bind-interfaces --listen-address=192.0.2.1
nsenter --net="/proc/$other/ns/net" chroot "$root" env KEA_LOCKFILE_DIR=none KEA_PIDFILE_DIR=/tmp "$@" >"$log" 2>&1 &
server=$!
until grep -q "$ready" "$log"; do
	kill -0 "$server" 2>/dev/null || { cat "$log" >&2; exit 1; }
	sleep 0.05
done
perl -e "$(cat "$selfTest")" -- eth0 52:54:00:00:00:01 20 dhcp - - - | grep -E '^(lease|gateway|dns|release) '
until grep -q RELEASE "$log"; do
	kill -0 "$server" 2>/dev/null || break
	sleep 0.05
done
sed 's/^/server /' "$log"
