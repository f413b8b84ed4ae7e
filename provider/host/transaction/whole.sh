#!/bin/sh
# What is not there any more of what a confirmed change has kept of the way back, a sentence each. Sent with files.sh; $1 is
# the folder of the change. 0.1.0 kept nothing of the kernel's network.

cd "$1" || exit
for part in apply.batch tidy.batch rollback.batch create.apply create.rollback delete.apply delete.rollback keep.apply keep.rollback \
	release leaving timeout probes required remove absent kernel.before kernel.planned; do
	[ -e "$part" ] || echo "$part is not there"
done
for part in release timeout kernel.before; do
	[ ! -e "$part" ] || [ -s "$part" ] || echo "$part is empty"
done
if [ -e changed.files ] && [ -e absent ] && [ -e remove ]; then
	while read -r at; do
		[ -e "before$at" ] || [ -L "before$at" ] || grep -qxF -e "$at" absent || echo "before$at is not there"
	done <changed.files
	files_changed 2>/dev/null | grep -vxF -f - changed.files | sed 's/.*/files& is not there/'
fi
