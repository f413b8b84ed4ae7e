#!/bin/sh
# The self-test's first machine on a LAN with a DHCP server, each in a namespace that ends with this; prints what was said and what came.
# Run as: unshare --user --map-root-user --net --mount --pid --fork --kill-child sh selfTestScene.sh SELF_TEST_PL SERVER_PL MODE
set -eu
mount -t sysfs sysfs /sys
mount -t proc proc /proc
log=$(mktemp)
trap 'rm -f "$log"' EXIT
unshare --net perl "$2" "$3" >"$log" &
server=$!
# Until the server is in its namespace, it would get its link into this one.
until [ "$(readlink /proc/$server/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.02; done
ip link add eth0 address 52:54:00:00:00:01 type veth peer name lan netns "$server"
ip link set dev lo up
ip link set dev eth0 up
until [ "$(cat /sys/class/net/eth0/carrier 2>/dev/null)" = 1 ]; do sleep 0.02; done
perl -e "$(cat "$1")" -- eth0 52:54:00:00:00:01 20 dhcp - - - | grep -v "^rtt\|^PING\|^---\|packets\|^$"
wait "$server" || :
sed 's/^/got /' "$log"
