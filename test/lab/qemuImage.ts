import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { must } from "./command";
import { customizeHost, hostPackages, makeRootFolder, type Release } from "./hostImage";
import { image } from "./image";

/** What a host of its own kernel has besides; the agent takes commands past its network. */
const packages = [...hostPackages, "linux-image-cloud-amd64", "initramfs-tools", "busybox", "qemu-guest-agent"];

/**
 * The initial RAM disk puts what it finds in its folder /host onto the disk: that is how a host gets its own files
 * before it boots for the first time. It has the drivers of QEMU's disk and no others.
 */
const prepare = `
set -eu
mkdir -p "$1/etc/initramfs-tools/conf.d" "$1/etc/initramfs-tools/scripts/local-bottom"
echo MODULES=list >"$1/etc/initramfs-tools/conf.d/lab"
printf '%s\\n' virtio_pci virtio_blk ext4 >"$1/etc/initramfs-tools/modules"
cat >"$1/etc/initramfs-tools/scripts/local-bottom/host" <<'END'
#!/bin/sh
[ "$1" != prereqs ] && [ -d /host ] || exit 0
umask 022
cd /host
find . -type f | while read -r file; do
  mkdir -p "$rootmnt/\${file%/*}"
  cp -p "$file" "$rootmnt/$file"
done
sync
END
chmod 755 "$1/etc/initramfs-tools/scripts/local-bottom/host"
`;

/** With these, no boot takes itself for the first one after an upgrade. */
const customize = `${customizeHost}touch "$1/etc/.updated" "$1/var/.updated"`;

export interface QemuImage {
  kernel: string;
  initrd: string;
  /** A raw disk with one ext4 file system and no partitions. Hosts have overlays of it. */
  disk: string;
}

/** A disk with the packages of hostImage.ts, and Debian's own kernel for it. */
export async function qemuImage(release: Release): Promise<QemuImage> {
  const recipe = { release, packages, prepare, customize, size: "4G" };
  const { folder } = await image(`qemu-${release}`, recipe, async (target) => {
    const debian = await mkdtemp(join(tmpdir(), "kvmnet-qemu-"));
    try {
      const root = join(debian, "root");
      await makeRootFolder(recipe, root);
      await must(["sh", "-euc", 'cp -L "$1/vmlinuz" "$1/initrd.img" "$2/"; chmod 644 "$2"/*', "sh", root, target]);
      await must(["mke2fs", "-q", "-t", "ext4", "-d", root, join(target, "disk"), recipe.size]);
    } finally {
      await rm(debian, { recursive: true, force: true });
    }
  });
  return { kernel: join(folder, "vmlinuz"), initrd: join(folder, "initrd.img"), disk: join(folder, "disk") };
}
