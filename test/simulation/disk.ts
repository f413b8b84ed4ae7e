import type { Disk } from "./fault";

export const base = "/var/lib/kvmnet";

/** What a power cut leaves of the disk. */
export const leave: Record<Exclude<Disk, "written">, string> = {
  synced: `for part in etc kvmnet; do find /mnt/disk/$part -mindepth 1 -delete; cp -a /mnt/synced/$part/. /mnt/disk/$part/; done`,
  emptied: `cd /mnt/disk && find etc kvmnet -type f -printf '%i %p\\n' | while read -r inode path; do [ -e "/mnt/synced/$path" ] || grep -qx "$inode" /mnt/synced/inodes || : >"$path"; done`,
};

/** What is on the disk by now a power cut leaves: by its path, and what has another name since by its number. */
export const sync =
  "rm -rf /mnt/synced && cp -a /mnt/disk /mnt/synced && find /mnt/disk -type f -printf '%i\\n' >/mnt/synced/inodes";
