#!/bin/sh
# shellcheck disable=SC2154
# What of the kernel's network is not so any more as a confirmed change left it: a line each, "- " where it is gone and "+ "
# where it has come, of the links that the change touched. Sent with kernel.sh; $1 is the folder of the change.

work=$(mktemp -d) || exit
trap 'rm -rf "$work"' EXIT
cp "$1/apply.batch" "$1/tidy.batch" "$1/delete.apply" "$1/leaving" "$1/kernel.before" "$1/kernel.planned" "$work" && cd "$work" || exit
kernel_plan kernel.today kernel.before
kernel_missing kernel.planned daemon | cut -f1 | sed 's/^/- /' >lacking
# What has the place of a route or an address of the plan is that one, in whatever form the daemon has it now.
awk -F'\t' '
function key(line,  word, count, i, said) {
	count = split(line, word, " ")
	if (word[2] != "address" && word[2] != "route") return line
	said = word[1] " " word[2] " " word[4]
	if (word[2] == "route") said = said " " word[5]
	for (i = 5; i < count; i++) if (word[i] ~ /^(table|metric|tos|dev)$/) said = said " " word[i + 1]
	return said
}
FILENAME == "kernel.planned" { planned[key($1)]; next }
!(key($1) in planned) { print "+ " $1 }' kernel.planned kernel.today >added
awk '
FILENAME == "kernel.touched" { touched[$1]; next }
$2 != 4 && $2 != 6 && $2 != "l" { next }
{ for (i = 3; i < NF; i++) if (($i == "dev" || $i == "name") && $(i + 1) in touched) { print; next } }' kernel.touched lacking added
find "$1/before" -type l | sed "s|^$1/before|link |"
