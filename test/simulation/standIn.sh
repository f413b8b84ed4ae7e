#!/bin/sh
# A command on a simulated machine's PATH: the simulation says what it does.
# shellcheck source=/dev/null
. /mnt/prelude.sh
case $0 in
*/libexec/netplan/*) sim "netplan-${0##*/}" "$@" ;;
*/flock) flock "$@" ;;
*/timeout) timeout "$@" ;;
*) sim "${0##*/}" "$@" ;;
esac
